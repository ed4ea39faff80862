"""``/components``: every component in every state, with invented content."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired

from hkbio_gmp.web import samples
from hkbio_gmp.web.forms import (
    FilterForm,
    SignForm,
    TidyStringField,
    TidyTextAreaField,
    ZonedDateTimeField,
)
from hkbio_gmp.web.guards import public
from hkbio_gmp.web.icons import shapes
from hkbio_gmp.web.states import STATES

blueprint = Blueprint("gallery", __name__)
_CLASSES = [("gene_modified_cell", "Gene-modified cell"), ("media_fill", "Media fill")]
_PEOPLE = [("a1", "Operator A1"), ("a3", "Operator A3")]
_ERRORS = {403, 404, 409, 413, 429, 500}


class SampleForm(FilterForm):
    """One field of each kind."""

    title = TidyStringField("Title", [InputRequired()], description="As it stands on the record.")
    note = TidyTextAreaField("Note")
    process_class = SelectField("Process class", choices=_CLASSES)
    site = RadioField("Site", choices=[("LCT", "LCT"), ("CUHK", "CUHK")], default="LCT")
    people = SelectMultipleField("Operators", choices=_PEOPLE)
    starts = ZonedDateTimeField("Starts", zone=samples.ZONE)
    day = DateField("Issued on")
    hours = IntegerField("Hours")
    agreed = BooleanField("The batch record is at hand")


class SampleSignForm(SignForm):
    """The signature's fields, without a token of its own."""

    class Meta(SignForm.Meta):
        csrf = False


def _wrong_form() -> SampleForm:
    form = SampleForm(MultiDict({"w-title": "", "w-hours": "many"}), prefix="w-")
    form.validate()
    return form


@blueprint.get("/components")
@public
def components() -> ResponseReturnValue:
    """The whole gallery."""
    return render_template(
        "components.html",
        form=SampleForm(MultiDict({"title": "STARTUP-A-P1-B1", "hours": "4"})),
        wrong=_wrong_form(),
        sign_form=SampleSignForm(MultiDict()),
        findings=samples.sample_findings(),
        model=samples.sample_timeline(),
        neighbours=samples.sample_neighbours(),
        sessions=samples.sample_sessions(),
        states=list(STATES),
        icons=sorted(shapes()),
        sample_now=samples.NOW,
        at=samples.at,
    )


@blueprint.get("/components/errors/<int:status>")
@public
def error_page(status: int) -> ResponseReturnValue:
    """How an error looks; any other number shows the offline page."""
    name = str(status) if status in _ERRORS else "offline"
    return render_template(f"errors/{name}.html", status=status or None, detail=None, title=None)
