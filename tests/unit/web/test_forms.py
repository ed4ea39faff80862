from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, SelectField
from wtforms.validators import InputRequired

from hkbio_gmp.kernel.errors import FieldError
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web import form_errors, forms


class Sample(forms.FilterForm):
    title = forms.TidyStringField("Title", [InputRequired()], maximum=10)
    note = forms.TidyTextAreaField("Note", maximum=20)
    starts = forms.ZonedDateTimeField("Starts", zone="Asia/Hong_Kong")
    state = SelectField("State", choices=[("", "All"), ("due", "Due")])


class Row(Form):
    name = forms.TidyStringField("Name", [InputRequired()])


class Table(forms.FilterForm):
    rows = FieldList(FormField(Row))


def filled(**typed: str) -> Sample:
    return Sample(MultiDict({"title": "x", "starts": "2027-01-04T09:00", **typed}))


@pytest.fixture(autouse=True)
def request_context(site: Flask) -> Iterator[None]:
    with site.test_request_context("/"):
        yield


def test_text_is_tidied_when_read() -> None:
    form = filled(title="  Cafe\u0301 ", note="one\r\ntwo\rthree ")
    assert form.validate()
    assert form.title.data == "Café"
    assert form.note.data == "one\ntwo\nthree"


@pytest.mark.parametrize(
    "typed", ["a\x00b", "a\x1bb", "a\ud800b", "a\u202eb", "one\ntwo", "x" * 11]
)
def test_line_is_refused_when_it_cannot_be_kept(typed: str) -> None:
    form = filled(title=typed)
    assert not form.validate()
    assert form.title.errors


@pytest.mark.parametrize("typed", ["培養", "🧫 run", "O'Neil <b>", "=1+1"])
def test_line_is_kept_when_it_is_only_unusual(typed: str) -> None:
    form = filled(title=typed)
    assert form.validate()
    assert form.title.data == typed


def test_wall_time_becomes_utc_when_read() -> None:
    form = filled()
    assert form.starts.data == datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
    assert form.starts._value() == "2027-01-04T09:00"


def test_instant_shows_as_wall_time_when_preset() -> None:
    form = Sample(MultiDict(), data={"starts": datetime(2027, 1, 4, 1, 0, tzinfo=UTC)})
    assert form.starts._value() == "2027-01-04T09:00"


@pytest.mark.parametrize(
    "typed",
    ["never", "2027-02-30T09:00", "0001-01-01T00:00", "9999-12-31T23:59", "1999-12-31T09:00"],
)
def test_time_is_refused_when_it_is_none(typed: str) -> None:
    form = filled(starts=typed)
    assert not form.validate()
    assert form.starts.errors
    assert form.starts._value() == typed


def test_choice_is_checked_only_when_the_address_has_it() -> None:
    assert filled().validate()
    assert filled(state="due").validate()
    assert not filled(state="other").validate()


def test_choice_is_refused_when_it_hides_a_control_character() -> None:
    form = filled(state="due\x00")
    assert not form.validate()
    assert "control character" in form.state.errors[-1]


def test_messages_are_traditional_when_the_page_is_chinese() -> None:
    with force_locale("zh_Hant_HK"):
        form = filled(title="")
        form.validate()
    assert form.title.errors == ["此欄位是必需的。"]


def test_summary_links_to_each_field_when_wrong() -> None:
    form = filled(title="")
    form.validate()
    (told,) = form_errors.summary(form)
    assert told == {
        "field": "title",
        "href": "#title",
        "label": "Title",
        "text": "This field is required.",
    }


@pytest.mark.parametrize("typed", ["", "a\x00b", "one\ntwo"])
def test_summary_links_to_the_control_of_the_row_when_one_is_wrong(typed: str) -> None:
    form = Table(MultiDict({"rows-0-name": "x", "rows-1-name": typed}))
    assert not form.validate()
    assert form.errors
    (told,) = form_errors.summary(form)
    assert (told["href"], told["label"]) == ("#rows-1-name", "Name")


def test_refusal_lands_on_its_field_when_taken() -> None:
    form = filled()
    wrong = FieldError("title", Message("Taken."), Message("Choose another."))
    form_errors.take_errors(form, [wrong, FieldError("absent", Message("No."), Message("Mend."))])
    assert form.title.errors == ["Taken. Choose another."]
    assert [told["text"] for told in form_errors.summary(form)] == [
        "Taken. Choose another.",
        "No. Mend.",
    ]


def test_field_is_drawn_like_its_parent_when_it_is_a_subclass() -> None:
    form = filled()
    assert form_errors.field_kind(form.note) == "textarea"
    assert form_errors.field_kind(form.title) == "input"
