"""Forms of booking: shape and choices."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from hkbio_gmp.booking.services import BookingWish, Drag, SessionWish, Waiting
from hkbio_gmp.booking.services.checks import MOST_SESSIONS
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.web import form_words
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
    "waitlisted",
    "no_show",
)
ON_CALENDAR = ("requested", "approved", "in_use", "completed", "outage", "occupied")
ATTENDANCE: Choices = [
    ("steps", _("In the first and the last four hours; it runs alone between")),
    ("throughout", _("Throughout")),
    ("none", _("Nobody: it runs alone")),
]
PLACES: Choices = [("room", _("A single room")), ("suite", _("A suite"))]
_STEP = timedelta(hours=4)
USUAL_WAIT = timedelta(days=14)
_LONGEST_DAYS = 92
_NEEDED = "This field is required."
MOST_SHIFT = _LONGEST_DAYS * 24 * 60


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
    kind = SelectField(_("Kind"), validate_choice=False)
    grade = SelectField(_("Grade"), validate_choice=False)
    zone = SelectField(_("Air zone"), validate_choice=False)
    resource = SelectField(_("Room or equipment"), validate_choice=False)
    own = BooleanField(_("Only ours"))

    def offer(self, classes: Choices, zones: Choices, resources: Choices, grades: Choices) -> None:
        """Fill in the choices."""
        self.status.choices = states_to_choose(ON_CALENDAR)
        self.process_class.choices = [ALL, *classes]
        self.kind.choices = [ALL, ("room", _("Rooms")), ("equipment", _("Equipment"))]
        self.grade.choices = [ALL, *grades]
        self.zone.choices = [ALL, *zones]
        self.resource.choices = [ALL, *resources]

    @property
    def set_apart(self) -> int:
        """How many of the filters behind the button are set."""
        return sum(
            bool(f.data) for f in (self.kind, self.grade, self.zone, self.resource, self.own)
        )


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


class SessionRowForm(Form):
    """One session of a request as its row on the page."""

    starts_at = ZonedDateTimeField(_("Start"), [InputRequired()])
    ends_at = ZonedDateTimeField(_("End"), [InputRequired()])
    attended = BooleanField(_("People in the room"))
    resources = TidyStringField(_("Rooms and equipment"), maximum=300)

    @property
    def codes(self) -> tuple[str, ...]:
        """The resources named, none: those of the whole request."""
        parts = (self.resources.data or "").replace(",", " ").split()
        return tuple(dict.fromkeys(part.upper() for part in parts))

    def wish(self) -> SessionWish:
        """The session asked for; only after it validated."""
        return SessionWish(
            self.starts_at.data, self.ends_at.data, bool(self.attended.data), self.codes or None
        )


class BookingForm(BaseForm):
    """A request: one stretch, a run of a template, or session by session."""

    project = HiddenField(_("Project"))
    template = SelectField(_("Process template"), validate_choice=False)
    batch = SelectField(_("Batch"), validate_choice=False)
    process_class = SelectField(_("Process class"), validate_choice=False)
    resources = SelectMultipleField(_("Rooms and equipment"), validate_choice=False)
    starts_at = ZonedDateTimeField(_("Start"), [Optional()])
    ends_at = ZonedDateTimeField(_("End"), [Optional()])
    attendance = SelectField(_("People in the room"), choices=ATTENDANCE, default="steps")
    sessions = FieldList(FormField(SessionRowForm), max_entries=MOST_SESSIONS)
    operators = SelectMultipleField(_("Operators"), validate_choice=False)
    note = TidyTextAreaField(_("Note to the facility"), maximum=2000)
    urgent = BooleanField(_("Urgent patient material"))
    waitlist = ZonedDateTimeField(_("The last start that would do"), [Optional()])
    any_room = BooleanField(_("In any suitable room"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate; which times are needed depends on what says them."""
        valid = super().validate(extra_validators)
        needed = [] if self.sessions.entries else [self.starts_at]
        needed += [] if self.sessions.entries or self.template.data else [self.ends_at]
        for field in needed:
            if field.data is None and not field.errors:
                field.errors, valid = [form_words.words().gettext(_NEEDED)], False
        return valid

    def wish(self, project: Project, *, draft: bool, waits: bool = False) -> BookingWish:
        """What the form asks for at the project's facility; only after it validated. Who ``waits``
        without a last start waits for a fortnight."""
        rows = tuple(row.form.wish() for row in self.sessions)
        template = self.template.data or None
        one = () if template else self._stretch
        return BookingWish(
            facility=project.facility.code,
            project=project.code,
            resources=tuple(self.resources.data or ()),
            sessions=rows or one,
            batch=self.batch.data or None,
            process_class=None if template and not rows else self.process_class.data or None,
            operators=tuple(self.operators.data or ()),
            note=self.note.data or "",
            draft=draft,
            template=template,
            urgent=bool(self.urgent.data),
            starts=self.starts_at.data,
            waiting=self._waiting(rows or one) if waits else None,
        )

    def _waiting(self, sessions: tuple[SessionWish, ...]) -> Waiting:
        starts = sessions[0].starts if sessions else self.starts_at.data
        return Waiting(self.waitlist.data or starts + USUAL_WAIT, bool(self.any_room.data))

    def stretch_wish(self, project: Project) -> BookingWish:
        """The one stretch that the form's start and end say."""
        return replace(self.wish(project, draft=True), sessions=self._stretch)

    def validate_batch(self, field: SelectField) -> None:
        """One of the project's, wherever the project is known."""
        if (
            field.data
            and field.choices
            and field.data not in {code for code, _label in field.choices}
        ):
            raise ValidationError(gettext("The project has no such batch."))

    def validate_process_class(self, field: SelectField) -> None:
        """One of the facility's, also where a template decides the class."""
        known = {code for code, _label in field.choices or ()}
        if field.data and known and field.data not in known:
            raise ValidationError(gettext("This is none of the choices."))

    @property
    def says_times(self) -> bool:
        """Whether every time that it needs is given."""
        rows = [row.form for row in self.sessions]
        if rows:
            return all(r.starts_at.data is not None and r.ends_at.data is not None for r in rows)
        return self.starts_at.data is not None and bool(self.template.data or self.ends_at.data)

    @property
    def names_resources(self) -> bool:
        """Whether every session names its own."""
        return bool(self.sessions.entries) and all(row.form.codes for row in self.sessions)

    @property
    def _stretch(self) -> tuple[SessionWish, ...]:
        if self.starts_at.data is None or self.ends_at.data is None:
            return ()
        return sessions_between(self.starts_at.data, self.ends_at.data, self.attendance.data)


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


class ShiftForm(VersionedForm):
    """All that is to come of a booking, later or earlier by whole minutes."""

    to = TidyStringField(_("The first begins at"))
    minutes = WholeField(validators=[InputRequired()], widget=HiddenInput())
    reason = TidyTextAreaField(_("Reason"), [InputRequired()])


class DropForm(VersionedForm):
    """A bar that was dragged and dropped: by how many minutes, where to, or which edge."""

    shift = IntegerField(_("Minutes later"), [Optional(), NumberRange(-MOST_SHIFT, MOST_SHIFT)])
    source = TidyStringField(_("From"), maximum=60)
    target = TidyStringField(_("To"), maximum=60)
    edge = SelectField(_("Edge"), choices=["", "start", "end"], default="")
    was = ZonedDateTimeField(_("From"), [Optional()], zone="UTC")
    to = ZonedDateTimeField(_("To"), [Optional()], zone="UTC")
    reason = TidyTextAreaField(_("Reason"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate; a bar that was not moved is not written anew."""
        valid = bool(super().validate(extra_validators))
        if valid and not (self.shift.data or self.target.data or self.edge.data):
            self.shift.errors, valid = [gettext("The bar was not moved.")], False
        return valid

    @property
    def drag(self) -> Drag:
        """What was done; only after it validated."""
        return Drag(
            shift=timedelta(minutes=self.shift.data or 0),
            source=self.source.data or None,
            target=self.target.data or None,
            edge=self.edge.data or None,
            was=self.was.data,
            to=self.to.data,
        )


class FeedForm(BaseForm):
    """Which calendar to read elsewhere."""

    calendar = SelectField(_("Calendar"))
