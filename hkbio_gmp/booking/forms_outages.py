"""Forms of outages: planning one, and comparing when it would harm least."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional

from hkbio_gmp.booking.forms import Choices
from hkbio_gmp.web.forms import (
    BaseForm,
    FilterForm,
    TidyStringField,
    WholeField,
    ZonedDateTimeField,
)
from hkbio_gmp.web.states import look

OUTAGE_KINDS = ("planned", "unplanned", "requalification", "shutdown")
EVENTS: Choices = [
    ("", _("No")),
    ("hvac", _("Yes: air handling is interrupted")),
    ("filter_change", _("Yes: a filter is changed")),
]


class OutageForm(BaseForm):
    """A resource out of use."""

    resource = SelectField(_("Room or equipment"))
    more = SelectMultipleField(_("Out of use at the same time"), validate_choice=False)
    kind = SelectField(_("Kind"), choices=[(kind, look(kind).label) for kind in OUTAGE_KINDS])
    event = SelectField(
        _("Ends the qualification"),
        choices=EVENTS,
        description=_("After it the rooms must be qualified again (PE 009-17 Annex 1 4.32)."),
    )
    frequency = SelectField(
        _("Repeats"),
        choices=[
            ("", _("Once")),
            ("daily", _("Every day")),
            ("weekly", _("Every week")),
            ("monthly", _("Every month")),
        ],
        default="",
    )
    times = WholeField(_("How many times"), [Optional(), NumberRange(1, 60)], default=1)
    starts_at = ZonedDateTimeField(_("From"), [InputRequired()])
    ends_at = ZonedDateTimeField(_("Until"), [InputRequired()])
    reason = TidyStringField(_("Reason"), [InputRequired()], maximum=500)


class WhatIfForm(FilterForm):
    """An outage whose day is still open."""

    resource = SelectField(_("Room or equipment"), validate_choice=False)
    hours = WholeField(_("Length in hours"), [Optional(), NumberRange(1, 24 * 92)])
    hour = WholeField(_("Begins at hour"), [Optional(), NumberRange(0, 23)])
    since = DateField(_("After"), [Optional()])
    until = DateField(_("To"), [Optional()])
    step = SelectField(
        _("Compare"), choices=[("week", _("Weeks")), ("day", _("Days"))], validate_choice=False
    )
    event = SelectField(_("Ends the qualification"), choices=EVENTS, validate_choice=False)
