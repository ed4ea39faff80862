"""Shapes of what goes out, for the description; the presenters make the answers."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from hkbio_gmp.api.shapes import SEVERITIES, VERDICTS, at, codes, flag, many, one_of, said, whole


class FieldProblem(ma.Schema):
    """One thing wrong with one field."""

    field = said()
    message = said()
    remedy = said()


class Finding(ma.Schema):
    """What a rule says."""

    rule = said()
    severity = one_of(SEVERITIES)
    subject = said(null=True)
    message = said()
    remedy = said(null=True)
    clears_at = at(null=True)
    source = said(null=True)


class SlotSession(ma.Schema):
    """One session of a slot, as a booking's body takes it."""

    starts_at = at()
    ends_at = at()
    attended = fields.Boolean(required=True)
    resources = codes()


class Slot(ma.Schema):
    """A free slot."""

    facility = said()
    resources = codes()
    starts_at = at()
    ends_at = at()
    occupied_from = at()
    occupied_until = at()
    verdict = one_of(VERDICTS)
    findings = many(Finding)
    sessions = many(SlotSession)


class Change(ma.Schema):
    """What would make something that is refused pass; it was put to the rules."""

    kind = one_of(["later", "room", "operator", "facility", "renewal", "closed"])
    message = said()
    verdict = one_of(VERDICTS)
    facility = said()
    resources = codes()
    starts_at = at()
    ends_at = at()
    operators = codes()


class Conflict(ma.Schema):
    """What stands in the way."""

    resource = said()
    starts = at(data_key="from")
    ends = at(data_key="until")
    reason = one_of(["occupied", "changeover", "segregation", "outage", "closed"])


class Problem(ma.Schema):
    """RFC 9457, with the fields that are wrong."""

    type = said()
    title = said()
    status = whole()
    detail = said()
    errors = many(FieldProblem)
    conflicts = many(Conflict, required=False)
    alternatives = many(Slot, required=False)
    findings = many(Finding, required=False)


class Reason(ma.Schema):
    """Why a room is refused."""

    rule = said()
    message = said()
    clears_at = at(null=True)


class Refusal(ma.Schema):
    """A room that cannot be had."""

    resource = said()
    starts = at(data_key="from")
    ends = at(null=True, data_key="until")
    reasons = many(Reason)
    changes = many(Change)


class Slots(ma.Schema):
    """Free slots, and what is refused."""

    slots = many(Slot)
    refusals = many(Refusal)


class Scope(ma.Schema):
    """Where a role holds."""

    kind = one_of(["facility", "organisation", "system"])
    code = said()


class Role(ma.Schema):
    """A role and where it holds."""

    role = said()
    scope = fields.Nested(Scope, required=True)


class Me(ma.Schema):
    """Whose token it is."""

    code = said()
    email = said()
    name = said()
    organisation = said(null=True)
    roles = many(Role)


class Facility(ma.Schema):
    """A facility."""

    code = said()
    name = said()
    name_zh = said()
    zone = said()
    address = said()
    demonstration = flag()
    rules_version = whole()
    version = whole()


class Resource(ma.Schema):
    """A room, suite or item of equipment."""

    code = said()
    facility = said()
    kind = one_of(["room", "suite", "equipment"])
    equipment_kind = said(null=True)
    unit = said(null=True)
    name = said()
    name_zh = said()
    grade = one_of(["A", "B", "C", "D", "CNC"], null=True)
    containment = said(null=True)
    air_zone = said(null=True)
    room = said(null=True)
    capacity = whole(null=True)
    bookable = flag()
    demonstration = flag()


class ProcessClass(ma.Schema):
    """What can be made, and what it needs."""

    code = said()
    facility = said()
    name = said()
    name_zh = said()
    setup_minutes = whole()
    turnaround_minutes = whole()
    open_grades = codes()
    closed_grades = codes()


class ProcessStep(ma.Schema):
    """One stretch of a run: minutes from its start, and what it takes."""

    number = whole()
    name = said()
    name_zh = said()
    offset_minutes = whole()
    length_minutes = whole()
    attended = flag()
    room = flag()
    equipment = codes()


class ProcessTemplate(ma.Schema):
    """How a process class is run at a facility."""

    code = said()
    facility = said()
    process_class = said()
    name = said()
    name_zh = said()
    source = said()
    length_minutes = whole()
    steps = ma.fields.List(ma.fields.Nested(ProcessStep), required=True)


class Project(ma.Schema):
    """A project."""

    code = said()
    organisation = said()
    facility = said()
    title = said()
    product = said()
    process_class = said()
    vector = said(null=True)
    infectious = flag()
    open_processing = flag()
    status = one_of(["proposed", "accepted", "closed"])


class Batch(ma.Schema):
    """A batch, by pseudonym."""

    code = said()
    project = said()
    autologous = flag()
    donor_code = said(null=True)


class Outage(ma.Schema):
    """A resource out of use."""

    reference = said()
    resource = said()
    starts = at(data_key="from")
    ends = at(data_key="until")
    kind = one_of(["planned", "unplanned", "requalification", "shutdown"])
    reason = said()
    version = whole()


class PlannedOutage(Outage):
    """An outage with the bookings that it falls on."""

    affected = codes()
