"""The base of every form: translated messages, tidy text, times in the facility's zone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.exceptions import UnsupportedMediaType
from wtforms import IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields import DateTimeLocalField
from wtforms.validators import InputRequired, Length, ValidationError

from hkbio_gmp.kernel.texts import is_plain
from hkbio_gmp.kernel.timerange import FIRST_YEAR, LAST_YEAR, within_reach
from hkbio_gmp.web import form_words
from hkbio_gmp.web.form_errors import field_kind, leaves, summary
from hkbio_gmp.web.navigation import current_zone

SHORT, LONG = 200, 4000
_DIGITS = 9
_LINE = re.compile(r"\r\n?")


def init_app(app: Flask) -> None:
    """Let templates list a form's errors."""
    app.jinja_env.globals.update(form_summary=summary, field_kind=field_kind)


class BaseForm(FlaskForm):
    """A form that changes something: POST, with a token against forgery."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Any:
            """WTForms' messages, in Traditional Chinese where the page is Chinese."""
            return form_words.words()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent. Raises UnsupportedMediaType for JSON: fields hold text, no lists."""
            if request.is_json:
                raise UnsupportedMediaType
            return super().wrap_formdata(form, formdata)

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate; no field takes control characters, nor dates out of the calendar's reach."""
        valid = bool(super().validate(extra_validators))
        for field in self:
            for leaf in leaves(field):
                if said := _refused(leaf):
                    leaf.errors, valid = [*leaf.errors, said], False
                    if leaf is not field:
                        field.errors = [*field.errors, {leaf.name: [said]}]
        return valid


class FilterForm(BaseForm):
    """A form that narrows a list: GET, no token. Build it with ``request.args``."""

    class Meta(BaseForm.Meta):
        csrf = False

    def __init__(self, formdata: Any = None, **kwargs: Any):
        super().__init__(formdata=request.args if formdata is None else formdata, **kwargs)

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate what the address says; a choice that it leaves out is no wrong choice."""
        for field in self:
            if isinstance(field, SelectField) and not field.raw_data:
                field.validate_choice = False
        return bool(super().validate(extra_validators))


def tidy(value: str | None) -> str | None:
    """Strip, normalise to NFC and use plain line ends."""
    # one form of each character, or two names that look alike would differ in the log
    if value is None:
        return None
    return unicodedata.normalize("NFC", _LINE.sub("\n", value)).strip()


def _refused(field: Any) -> str | None:
    """What no field of any form takes, said with the remedy; None where there is nothing."""
    sent = field.raw_data if isinstance(field.raw_data, list) else []
    if not all(is_plain(text) for text in sent if isinstance(text, str)):
        return gettext("Take out the invisible control character, then send again.")
    if isinstance(field.data, date) and not within_reach(field.data):
        first, last = str(FIRST_YEAR), str(LAST_YEAR)
        return gettext("Give a date from %(first)s to %(last)s.", first=first, last=last)
    return None


def one_line(_form: Any, field: Any) -> None:
    """Refuse line breaks where one line is meant."""
    if "\n" in (field.data or ""):
        raise ValidationError(gettext("Write this on one line."))


class TidyStringField(StringField):
    """One line of text: stripped, at most ``maximum`` characters."""

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] | None = None,
        maximum: int = SHORT,
        **kwargs: Any,
    ):
        checks = [*(validators or ()), one_line, Length(max=maximum)]
        super().__init__(label, checks, filters=(tidy,), **kwargs)


class TidyTextAreaField(TextAreaField):
    """Lines of text: stripped, at most ``maximum`` characters."""

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] | None = None,
        maximum: int = LONG,
        **kwargs: Any,
    ):
        checks = [*(validators or ()), Length(max=maximum)]
        super().__init__(label, checks, filters=(tidy,), **kwargs)


class WholeField(IntegerField):
    """A whole number of at most nine digits: no longer than any that is stored."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        if valuelist and len(valuelist[0]) > _DIGITS:
            self.data = None
            raise ValueError(str(form_words.WHOLE))
        super().process_formdata(valuelist)


class ZonedDateTimeField(DateTimeLocalField):
    """A moment typed in a zone's wall time; ``data`` is in UTC.

    ``zone`` is an IANA name or a function that gives one; left out, the current facility's.
    A wall time that the zone skips or repeats is taken as its first occurrence.
    """

    data: Any

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] | None = None,
        zone: str | Callable[[], str] = current_zone,
        **kwargs: Any,
    ):
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(label, validators, format=formats, **kwargs)
        self._zone = zone

    @property
    def zone(self) -> str:
        """The zone's name."""
        return self._zone() if callable(self._zone) else self._zone

    def _value(self) -> str:
        # what was typed comes back as it was typed, also when it was wrong
        if self.raw_data:
            return str(self.raw_data[0])
        known: Any = self.data
        if known is None:
            return ""
        return f"{known.astimezone(ZoneInfo(self.zone)):%Y-%m-%dT%H:%M}"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the wall time and turn it into UTC."""
        super().process_formdata(valuelist)
        wall: Any = self.data
        if wall is None or not valuelist:
            return
        self.data = None
        try:
            self.data = wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        except OverflowError:
            raise ValueError(gettext("Give a date within reach of the calendar.")) from None


class SignForm(BaseForm):
    """The components of a signature that the person types (21 CFR 11.200)."""

    password = PasswordField(_("Password"), [InputRequired(), Length(max=1024)])
    reason = TidyTextAreaField(_("Reason"))
