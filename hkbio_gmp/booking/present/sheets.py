"""Bookings and the calendar as rows of a sheet; local times, their zone in a column."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.present.calendar import Calendar
from hkbio_gmp.booking.queries import BookingFilter, BookingLine
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.web.sheets import Cells
from hkbio_gmp.web.states import look

_BATCH = 200


def local(instant: datetime | None, zone: str) -> str:
    """``2027-01-18 09:00`` in a zone."""
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if instant else ""


def booking_head() -> list[str]:
    """The columns of :func:`booking_rows`."""
    return [
        _("Reference"),
        _("State"),
        _("Facility"),
        _("Organisation"),
        _("Project"),
        _("Batch"),
        _("Class"),
        _("Resources"),
        _("Start"),
        _("End"),
        _("Occupied from"),
        _("Occupied until"),
        _("Time zone"),
        _("Sessions"),
        _("Operators"),
        _("Note"),
    ]


def booking_rows(
    session: Session, person: PersonPrincipal, wanted: BookingFilter
) -> Iterator[Cells]:
    """Every booking within reach that the filters leave, newest first, read in batches."""
    zones = {row.code: row.zone for row in facilities.list_facilities(session)}
    after = None
    while True:
        found = queries.list_lines(session, person, _next(wanted, after))
        for line in found[:_BATCH]:
            yield _booking(line, zones[line.facility])
        if len(found) <= _BATCH:
            return
        after = found[_BATCH - 1].id


def _next(wanted: BookingFilter, after: int | None) -> BookingFilter:
    return BookingFilter(
        starts=wanted.starts,
        ends=wanted.ends,
        status=wanted.status,
        facility=wanted.facility,
        resource=wanted.resource,
        after=after,
        limit=_BATCH,
    )


def _booking(line: BookingLine, zone: str) -> Cells:
    every = line.sessions
    return [
        line.reference,
        str(look(line.status).label),
        line.facility,
        line.organisation,
        line.project,
        line.batch,
        line.process_class,
        ", ".join(line.resources),
        local(min(one.starts for one in every), zone),
        local(max(one.ends for one in every), zone),
        local(min(one.occupied_from for one in every), zone),
        local(max(one.occupied_until for one in every), zone),
        zone,
        len(every),
        ", ".join(line.operators),
        line.note,
    ]


def calendar_head() -> list[str]:
    """The columns of :func:`calendar_rows`."""
    return [
        _("Room"),
        _("State"),
        _("Reference"),
        _("Organisation"),
        _("Batch"),
        _("Class"),
        _("Start"),
        _("End"),
        _("Occupied from"),
        _("Occupied until"),
        _("Time zone"),
        _("Note"),
    ]


def calendar_rows(calendar: Calendar, zone: str) -> Iterator[Cells]:
    """What the calendar's table shows; of foreign uses room and occupancy alone."""
    for run in calendar.runs:
        head = run.head
        own = head.reference is not None
        yield [
            head.resource,
            str(look(run.status).label),
            head.reference,
            head.organisation,
            head.batch,
            calendar.classes.get(head.process_class or "", head.process_class),
            local(run.starts if own else None, zone),
            local(run.ends if own else None, zone),
            local(run.occupied_from, zone),
            local(run.occupied_until, zone),
            zone,
            None,
        ]
    for out in calendar.outages:
        times = [local(out.starts, zone), local(out.ends, zone)]
        kind = str(look(out.kind).label)
        yield [out.resource, kind, out.reference, *[None] * 3, *times, *times, zone, out.reason]
