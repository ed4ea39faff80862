"""Shapes of bookings, certificates and entries of the log, as they go out."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from hkbio_gmp.api.answers import Change, Finding
from hkbio_gmp.api.shapes import (
    BOOKING_STATES,
    CERTIFICATE_STATES,
    VERDICTS,
    at,
    codes,
    flag,
    many,
    one_of,
    said,
    whole,
)


class BookingSession(ma.Schema):
    """One session of a booking."""

    number = whole()
    starts_at = at()
    ends_at = at()
    attended = flag()
    state = one_of(["planned", "in_use", "cleaning", "cleared", "no_show", "aborted"])
    resources = codes()
    occupied_from = at()
    occupied_until = at()
    checked_in_at = at(null=True)
    checked_out_at = at(null=True)


class ProposedMove(ma.Schema):
    """A move that waits for the other side."""

    resources = codes()
    starts_at = at()
    ends_at = at()
    side = said()
    reason = said(null=True)


class Flag(ma.Schema):
    """That a booking turned because something it relies on ended, and what was found then."""

    cause = one_of(["certificate", "hold", "leaver", "resource", "outage", "lapse", "rules"])
    raised_at = at()
    finding = fields.Nested(Finding, required=True)


class Waits(ma.Schema):
    """What a waiting booking would take: a start between two instants, in which rooms."""

    since = at(data_key="from")
    until = at()
    any_room = flag()


class Booking(ma.Schema):
    """A booking."""

    reference = said()
    facility = said()
    organisation = said()
    project = said()
    batch = said(null=True)
    process_class = said()
    template = said(null=True)
    urgent = flag()
    resources = codes()
    status = one_of(BOOKING_STATES)
    starts_at = at()
    ends_at = at()
    occupied_from = at()
    occupied_until = at()
    operators = codes()
    note = said()
    hold_until = at(null=True)
    verdict = one_of(VERDICTS, null=True)
    version = whole()
    sessions = many(BookingSession)
    flags = many(Flag)
    proposed_move = fields.Nested(ProposedMove, required=True, allow_none=True)
    waitlist = fields.Nested(Waits, required=True, allow_none=True)


class Occurrence(ma.Schema):
    """One occurrence of a series: its booking, or what was found against it."""

    number = whole()
    starts_at = at()
    booking = said(null=True)
    status = one_of(BOOKING_STATES, null=True)
    findings = many(Finding)


class Series(ma.Schema):
    """Bookings that were asked for at once by a recurrence rule."""

    reference = said()
    facility = said()
    organisation = said()
    project = said()
    recurrence = said()
    starts_at = at()
    take = one_of(["all", "fitting"])
    version = whole()
    occurrences = many(Occurrence)


class OccurrenceVerdict(ma.Schema):
    """What one occurrence would be told."""

    number = whole()
    starts_at = at()
    ends_at = at()
    resources = codes()
    verdict = one_of(VERDICTS)
    findings = many(Finding)
    change = fields.Nested(Change, required=True, allow_none=True)


class SeriesVerdict(ma.Schema):
    """What each occurrence would be told, nothing written."""

    recurrence = said()
    fits = whole()
    occurrences = many(OccurrenceVerdict)


class Readiness(ma.Schema):
    """Every finding about a booking."""

    verdict = one_of(VERDICTS)
    findings = many(Finding)
    changes = many(Change)


class Subject(ma.Schema):
    """What a certificate is about."""

    type = one_of(["facility", "resource", "person", "organisation"])
    code = said()


class Certificate(ma.Schema):
    """A certificate."""

    reference = said()
    kind = said()
    facility = said(null=True)
    subject = fields.Nested(Subject, required=True)
    number = said()
    issuer = said()
    issued_on = fields.Date(required=True)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(required=True)
    status = one_of(CERTIFICATE_STATES)
    days_left = whole()
    version = whole()


class EntryActor(ma.Schema):
    """Who acted, in which role."""

    id = said()
    name = said()
    role = said(null=True)


class EntrySubject(ma.Schema):
    """The record."""

    type = said()
    ref = said()


class EntryRow(ma.Schema):
    """The row changed, part of that record."""

    table = said()
    key = said()


class EntryRequest(ma.Schema):
    """The request, and the door through which it came."""

    id = said()
    channel = said()


class Entry(ma.Schema):
    """An entry of a log with the hash of its leaf."""

    v = whole()
    schema = said()
    seq = whole()
    log = said()
    at = at()
    zone = said()
    work = said()
    actor = fields.Nested(EntryActor, required=True)
    action = said()
    subject = fields.Nested(EntrySubject, required=True)
    row = fields.Nested(EntryRow, required=True)
    organisation = said(null=True)
    changes = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Raw(allow_none=True)), required=True
    )
    reason = said(null=True)
    request = fields.Nested(EntryRequest, required=True)
    signature = fields.Dict()
    leaf_hash = said()
