"""Shapes of what comes in. What goes out is made by the presenters and the domain's own words."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from hkbio_gmp.api.fields import Counted, Flag, Strict, Whole, day, moment, no_control, text

LONGEST_NOTE = 4000
MOST_SHIFT = 92 * 24 * 60


class PageArgs(Strict):
    """Arguments of every list."""

    limit = Whole(load_default=50, validate=validate.Range(1, 500))
    cursor = text(300)


class ResourceArgs(PageArgs):
    """Narrows resources."""

    facility = text(40)
    kind = fields.String(validate=validate.OneOf(["room", "suite", "equipment"]))
    grade = fields.String(validate=validate.OneOf(["A", "B", "C", "D", "CNC"]))


class TemplateArgs(PageArgs):
    """Narrows process templates."""

    facility = text(40)


class SlotArgs(Strict):
    """What slots to find."""

    process_class = text(60, required=True)
    hours = fields.Float(validate=validate.Range(0.5, 2208))
    template = text(60)
    starts = moment(required=True, data_key="from")
    ends = moment(required=True, data_key="to")
    facility = text(40)
    grade = fields.String(validate=validate.OneOf(["A", "B", "C", "D", "CNC"]))
    equipment = text(300)
    operators = text(2000)
    project = text(60)
    batch = text(60)
    resources = text(300)
    suites = fields.String(load_default="no", validate=validate.OneOf(["yes", "no"]))
    limit = Whole(load_default=20, validate=validate.Range(1, 100))


class SessionBody(Strict):
    """One session of a booking."""

    starts_at = moment(required=True)
    ends_at = moment(required=True)
    attended = Flag(load_default=True)
    resources = fields.List(text(60), validate=validate.Length(1, 20))


class WaitlistBody(Strict):
    """What one would wait for where the time is taken."""

    until = moment(required=True)
    any_room = Flag(load_default=False)


class BookingBody(Strict):
    """A booking to ask for."""

    facility = text(40, required=True)
    project = text(80, required=True)
    resources = fields.List(text(60), validate=validate.Length(0, 20), load_default=list)
    batch = text(80, allow_none=True, load_default=None)
    process_class = text(60, allow_none=True, load_default=None)
    starts_at = moment()
    ends_at = moment()
    sessions = fields.List(fields.Nested(SessionBody), validate=validate.Length(1, 60))
    template = text(60, allow_none=True, load_default=None)
    operators = fields.List(text(254), validate=validate.Length(0, 20), load_default=list)
    note = text(LONGEST_NOTE, least=0, load_default="")
    urgent = Flag(load_default=False)
    draft = Flag(load_default=False)
    waitlist = fields.Nested(WaitlistBody, allow_none=True, load_default=None)

    @ma.validates_schema
    def times(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Either one slot or sessions; a template needs the start alone; a draft never waits."""
        if data.get("draft") and data.get("waitlist"):
            raise ma.ValidationError("A draft holds nothing and waits for nothing.", "waitlist")
        if "sessions" in data:
            if "starts_at" in data or "ends_at" in data:
                raise ma.ValidationError("Give sessions or one slot, not both.", "sessions")
            return
        if data.get("template") and "ends_at" in data:
            raise ma.ValidationError("The template says the end: leave it out.", "ends_at")
        for name in ("starts_at",) if data.get("template") else ("starts_at", "ends_at"):
            if name not in data:
                raise ma.ValidationError("Missing data for required field.", name)


class BookingPatch(Strict):
    """What to change of a booking; what is left out stays."""

    starts_at = moment()
    ends_at = moment()
    shift_minutes = Counted(validate=validate.Range(-MOST_SHIFT, MOST_SHIFT))
    sessions = fields.List(fields.Nested(SessionBody), validate=validate.Length(1, 60))
    resources = fields.List(text(60), validate=validate.Length(1, 20))
    process_class = text(60)
    batch = text(80, allow_none=True)
    operators = fields.List(text(254), validate=validate.Length(0, 20))
    note = text(LONGEST_NOTE, least=0)
    urgent = Flag()
    reason = text(LONGEST_NOTE)

    @ma.validates_schema
    def alone(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """A shift is a change of its own."""
        others = [name for name in data if name not in {"shift_minutes", "reason"}]
        if "shift_minutes" in data and others:
            raise ma.ValidationError(
                "A shift moves the booking as it is: change the rest by another call.",
                "shift_minutes",
            )


class BookingArgs(PageArgs):
    """Narrows bookings."""

    starts = moment(data_key="from")
    ends = moment(data_key="to")
    status = text(20)
    facility = text(40)
    resource = text(60)


class SignatureBody(Strict):
    """The components of a signature."""

    password = fields.String(required=True, validate=[validate.Length(1, 1024), no_control])
    totp = text(20, allow_none=True)


class TransitionBody(Strict):
    """A verb on a record."""

    action = text(40, required=True)
    session = Counted(validate=validate.Range(1, 1000))
    reason = text(LONGEST_NOTE, allow_none=True, load_default=None)
    signature = fields.Nested(SignatureBody)
    starts_at = moment()
    ends_at = moment()
    sessions = fields.List(fields.Nested(SessionBody), validate=validate.Length(1, 60))
    resources = fields.List(text(60), validate=validate.Length(1, 20))

    @ma.validates_schema
    def offered(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Another slot is offered by one action alone, which needs it."""
        slot = [name for name in _SLOT if name in data]
        if data.get("action") == "counter_offer":
            if not slot:
                raise ma.ValidationError("Give the slot that is offered.", "starts_at")
        elif slot:
            raise ma.ValidationError("Only a counter_offer takes another slot.", slot[0])


_SLOT = ("starts_at", "ends_at", "sessions", "resources")


class ProjectBody(Strict):
    """A project to propose."""

    code = text(80, required=True)
    organisation = text(40, required=True)
    facility = text(40, required=True)
    title = text(200, required=True)
    product = text(200, required=True)
    process_class = text(60, required=True)
    vector = text(100, allow_none=True, load_default=None)
    infectious = Flag(load_default=False)
    open_processing = Flag(load_default=True)


class BatchBody(Strict):
    """A batch to register."""

    code = text(80, required=True)
    project = text(80, required=True)
    autologous = Flag(required=True)
    donor_code = text(80, allow_none=True, load_default=None)


class SubjectBody(Strict):
    """What a certificate is about."""

    type = fields.String(
        required=True,
        validate=validate.OneOf(["facility", "resource", "person", "organisation"]),
    )
    code = text(254, required=True)


class CertificateBody(Strict):
    """A certificate to submit."""

    kind = text(60, required=True)
    facility = text(40, allow_none=True, load_default=None)
    subject = fields.Nested(SubjectBody, required=True)
    number = text(100, required=True)
    issuer = text(200, required=True)
    issued_on = day(required=True)
    valid_from = day(required=True)
    valid_until = day(required=True)
    renews = text(60, allow_none=True, load_default=None)


class CertificateArgs(PageArgs):
    """Narrows certificates."""

    facility = text(40)
    kind = text(60)
    status = text(20)
    subject = text(254)


class OutageBody(Strict):
    """An outage to plan."""

    resource = text(60, required=True)
    starts = moment(required=True, data_key="from")
    ends = moment(required=True, data_key="until")
    kind = text(20, required=True)
    reason = text(LONGEST_NOTE, required=True)


class EntryArgs(PageArgs):
    """Narrows the entries of a log."""

    actor = text(60)
    action = text(80)
    subject_type = text(40)
    subject_ref = text(120)
    since = moment()
    until = moment()
