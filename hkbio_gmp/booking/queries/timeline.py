"""The calendar's feed: one joined query whatever the number of bookings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState, SessionState
from hkbio_gmp.booking.models import (
    Allocation,
    Booking,
    BookingFlag,
    BookingOperator,
    BookingSession,
)
from hkbio_gmp.booking.queries.period import touching
from hkbio_gmp.facilities.models import Batch, Project
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.kernel.timerange import TimeRange

READ = "booking:slot:read"
_OVER = ("cancelled", "rejected", "expired")
_HELD_FOR = ("requested", "waitlisted")
_FLAGGED = (
    exists()
    .where(BookingFlag.booking_id == Booking.id, BookingFlag.cleared_at.is_(None))
    .label("flagged")
)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One session's use of one resource. Of a foreign one only resource, occupancy, ``occupied``.

    Instants in UTC.
    """

    resource: str
    status: str
    occupied_from: datetime
    occupied_until: datetime
    starts: datetime | None = None
    ends: datetime | None = None
    reference: str | None = None
    organisation: str | None = None
    project: str | None = None
    batch: str | None = None
    process_class: str | None = None
    session: int | None = None
    attended: bool = False
    proposed: bool = False
    flagged: bool = False
    over_until: datetime | None = None
    version: int = 0


def list_timeline(
    session: Session, principal: Principal, facility: str, window: TimeRange, now: datetime
) -> list[TimelineEntry]:
    """Every use that touches ``window`` at a facility, by resource and time.

    A request whose hold has run out is no longer there.
    """
    inside = touching(window.starts, window.ends, facility)
    rows = session.execute(
        uses()
        .where(Allocation.holds.is_(True), *inside)
        .order_by(Allocation.resource, Allocation.occupied_from, Allocation.id)
    )
    everything = _sees_all(principal, facility)
    own = principal.organisations(READ)
    out = []
    for row in rows:
        if row.status in _HELD_FOR and row.hold_until is not None and row.hold_until <= now:
            continue
        seen = everything or own is None or row.organisation in own
        out.append(_entry(row) if seen else _occupied(row))
    return out


def list_let_go(
    session: Session, principal: Principal, facility: str, window: TimeRange, since: datetime
) -> list[TimelineEntry]:
    """Uses within reach that were cancelled, rejected or ran out after ``since`` (UTC)."""
    rows = session.execute(
        uses()
        .where(
            Allocation.holds.is_(False),
            Allocation.proposal_id.is_(None),
            Booking.status.in_(_OVER),
            func.coalesce(Booking.decided_at, Booking.hold_until) >= since,
            *touching(window.starts, window.ends, facility),
        )
        .order_by(Allocation.resource, Allocation.occupied_from, Allocation.id)
    )
    everything, own = _sees_all(principal, facility), principal.organisations(READ)
    return [_entry(row) for row in rows if everything or own is None or row.organisation in own]


def uses() -> Any:
    """Every use with what is told of it: the caller narrows it."""
    return (
        select(
            Allocation.resource,
            Allocation.occupied_from,
            Allocation.occupied_until,
            Allocation.starts,
            Allocation.ends,
            Allocation.proposal_id,
            Booking.reference,
            Booking.status,
            Booking.process_class,
            Booking.hold_until,
            _FLAGGED,
            Booking.version,
            BookingSession.number,
            BookingSession.state,
            BookingSession.attended,
            BookingSession.checked_out_at,
            Organisation.code.label("organisation"),
            Project.code.label("project"),
            Batch.code.label("batch"),
        )
        .join(BookingSession, Allocation.session_id == BookingSession.id)
        .join(Booking, Allocation.booking_id == Booking.id)
        .join(Organisation, Booking.organisation_id == Organisation.id)
        .join(Project, Booking.project_id == Project.id)
        .outerjoin(Batch, Booking.batch_id == Batch.id)
    )


def _sees_all(principal: Principal, facility: str) -> bool:
    reach = principal.facilities(READ)
    return reach is None or facility in reach


def _occupied(row: Any) -> TimelineEntry:
    return TimelineEntry(row.resource, "occupied", row.occupied_from, row.occupied_until)


def _entry(row: Any) -> TimelineEntry:
    said = row._mapping
    over = said["checked_out_at"]
    return TimelineEntry(
        resource=said["resource"],
        status=_status(said["status"], said["state"]),
        occupied_from=said["occupied_from"],
        occupied_until=said["occupied_until"],
        starts=said["starts"],
        ends=said["ends"],
        reference=said["reference"],
        organisation=said["organisation"],
        project=said["project"],
        batch=said["batch"],
        process_class=said["process_class"],
        session=said["number"],
        attended=said["attended"],
        proposed=said["proposal_id"] is not None,
        flagged=said["flagged"],
        version=said["version"],
        over_until=over if over is not None and over > said["ends"] else None,
    )


def _status(booking: str, session: str) -> str:
    if booking != BookingState.APPROVED or session == SessionState.PLANNED:
        return booking
    ended = {SessionState.CLEARED, SessionState.ABORTED, SessionState.NO_SHOW}
    return "completed" if SessionState(session) in ended else session


def named_on(session: Session, person_id: int) -> frozenset[str]:
    """References of the bookings on which a person is named as operator."""
    query = (
        select(Booking.reference)
        .join(BookingOperator, BookingOperator.booking_id == Booking.id)
        .where(BookingOperator.person_id == person_id, BookingOperator.active.is_(True))
    )
    return frozenset(session.scalars(query))


def asked_by(session: Session, code: str) -> frozenset[str]:
    """References of the bookings that a person (``U000012``) asked for."""
    return frozenset(session.scalars(select(Booking.reference).where(Booking.requested_by == code)))
