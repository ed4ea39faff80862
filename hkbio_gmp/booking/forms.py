"""Forms of booking: shape and choices."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional

from hkbio_gmp.booking.services import BookingWish, SessionWish
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.web.forms import (
    BaseForm,
    FilterForm,
    TidyStringField,
    TidyTextAreaField,
    WholeField,
    ZonedDateTimeField,
)
from hkbio_gmp.web.states import look
from hkbio_gmp.web.versions import Versioned

Choices = list[tuple[str, Any]]
ALL: tuple[str, Any] = ("", _("All"))
STATUSES = (
    "draft",
    "requested",
    "approved",
    "in_use",
    "completed",
    "rejected",
    "cancelled",
    "expired",
    "no_show",
)
ON_CALENDAR = ("requested", "approved", "in_use", "completed", "outage", "occupied")
OUTAGE_KINDS = ("planned", "unplanned", "requalification", "shutdown")
ATTENDANCE: Choices = [
    ("steps", _("In the first and the last four hours; it runs alone between")),
    ("throughout", _("Throughout")),
    ("none", _("Nobody: it runs alone")),
]
PLACES: Choices = [("room", _("A single room")), ("suite", _("A suite"))]
_STEP = timedelta(hours=4)
_LONGEST_DAYS = 92


def states_to_choose(names: tuple[str, ...]) -> Choices:
    """The states with their words, all of them first."""
    return [ALL, *((name, look(name).label) for name in names)]


def sessions_between(starts: datetime, ends: datetime, attendance: str) -> tuple[SessionWish, ...]:
    """The sessions of a slot (UTC) by who is in the room; a short one is one session."""
    if attendance != "steps" or ends - starts <= 2 * _STEP:
        return (SessionWish(starts, ends, attendance != "none"),)
    first, last = starts + _STEP, ends - _STEP
    return (
        SessionWish(starts, first),
        SessionWish(first, last, attended=False),
        SessionWish(last, ends),
    )


def usual_length(typical_hours: int | None) -> timedelta:
    """How long a slot of a class usually is: whole days end with a harvest in opening hours."""
    hours = timedelta(hours=typical_hours or 8)
    return hours + _STEP if hours >= timedelta(days=1) else hours


class CalendarFilterForm(FilterForm):
    """What of the calendar to show."""

    status = SelectField(_("State"), validate_choice=False)
    process_class = SelectField(_("Class"), validate_choice=False)

    def offer(self, classes: Choices) -> None:
        """Fill in the choices."""
        self.status.choices = states_to_choose(ON_CALENDAR)
        self.process_class.choices = [ALL, *classes]


class BookingFilterForm(FilterForm):
    """Which bookings to list."""

    status = SelectField(_("State"), validate_choice=False)
    facility = SelectField(_("Facility"), validate_choice=False)
    resource = SelectField(_("Room"), validate_choice=False)
    since = DateField(_("From"), [Optional()])
    until = DateField(_("To"), [Optional()])

    def offer(self, facilities: Choices, resources: Choices) -> None:
        """Fill in the choices."""
        self.status.choices = states_to_choose(STATUSES)
        self.facility.choices = [ALL, *facilities]
        self.resource.choices = [ALL, *resources]


class SlotForm(FilterForm):
    """What is looked for."""

    project = SelectField(_("Project"), validate_choice=False)
    batch = SelectField(_("Batch"), validate_choice=False)
    process_class = SelectField(_("Process class"), validate_choice=False)
    template = SelectField(_("Process template"), validate_choice=False)
    days = WholeField(_("Days"), [Optional(), NumberRange(0, _LONGEST_DAYS)])
    hours = WholeField(_("Hours"), [Optional(), NumberRange(0, _LONGEST_DAYS * 24)])
    since = DateField(_("Start from"), [Optional()])
    until = DateField(_("Start until"), [Optional()])
    facility = SelectField(_("Site"), validate_choice=False)
    grade = SelectField(_("Grade"), validate_choice=False)
    attendance = SelectField(_("People in the room"), choices=ATTENDANCE, validate_choice=False)
    places = SelectField(_("Take"), choices=PLACES, validate_choice=False)
    equipment = SelectMultipleField(_("Equipment"), validate_choice=False)
    operators = SelectMultipleField(_("Operators"), validate_choice=False)

    @property
    def length(self) -> timedelta:
        """How long the slot shall be; nothing where nothing is given."""
        given = timedelta(days=self.days.data or 0, hours=self.hours.data or 0)
        return min(given, timedelta(days=_LONGEST_DAYS))

    def leave_out_wrong(self) -> None:
        """Search without what was refused; it stays in its field as it was typed."""
        for field in self:
            if field.errors:
                field.data = None


class BookingForm(BaseForm):
    """A request: one stretch, or attended steps at its ends."""

    project = HiddenField(_("Project"))
    batch = SelectField(_("Batch"), validate_choice=False)
    process_class = SelectField(_("Process class"), validate_choice=False)
    resources = SelectMultipleField(_("Rooms and equipment"), validate_choice=False)
    starts_at = ZonedDateTimeField(_("Start"), [InputRequired()])
    ends_at = ZonedDateTimeField(_("End"), [InputRequired()])
    attendance = SelectField(_("People in the room"), choices=ATTENDANCE, default="steps")
    operators = SelectMultipleField(_("Operators"), validate_choice=False)
    note = TidyTextAreaField(_("Note to the facility"), maximum=2000)

    def wish(self, project: Project, *, draft: bool) -> BookingWish:
        """What the form asks for at the project's facility; only after it validated."""
        return BookingWish(
            facility=project.facility.code,
            project=project.code,
            resources=tuple(self.resources.data or ()),
            sessions=sessions_between(self.starts_at.data, self.ends_at.data, self.attendance.data),
            batch=self.batch.data or None,
            process_class=self.process_class.data or None,
            operators=tuple(self.operators.data or ()),
            note=self.note.data or "",
            draft=draft,
        )


class VersionedForm(Versioned, BaseForm):
    """A form on a booking that remembers which version was read."""


class ReasonForm(VersionedForm):
    """An act that needs a reason (Annex 11, 9)."""

    reason = TidyTextAreaField(
        _("Reason"), [InputRequired()], description=_("It stays in the audit log for good.")
    )


class RejectForm(ReasonForm):
    """A rejection, with another slot to point to."""

    offer = SelectField(_("Offer another slot instead"), default="")


class MaybeReasonForm(VersionedForm):
    """An act that may carry a reason."""

    reason = TidyTextAreaField(_("Reason"))


class MoveForm(VersionedForm):
    """Another slot for a booking."""

    starts_at = ZonedDateTimeField(_("New start"), [InputRequired()])
    ends_at = ZonedDateTimeField(_("New end"), [InputRequired()])
    resources = SelectMultipleField(_("Rooms and equipment"), validate_choice=False)
    reason = TidyTextAreaField(_("Reason"), [InputRequired()])


class OutageForm(BaseForm):
    """A resource out of use."""

    resource = SelectField(_("Room or equipment"))
    kind = SelectField(_("Kind"), choices=[(kind, look(kind).label) for kind in OUTAGE_KINDS])
    starts_at = ZonedDateTimeField(_("From"), [InputRequired()])
    ends_at = ZonedDateTimeField(_("Until"), [InputRequired()])
    reason = TidyStringField(_("Reason"), [InputRequired()], maximum=500)
