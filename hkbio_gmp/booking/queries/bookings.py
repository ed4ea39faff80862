"""Bookings as those see them who may; everybody else sees only that a time is occupied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState, SessionState, shown_status
from hkbio_gmp.booking.models import Allocation, Booking, Outage
from hkbio_gmp.booking.queries.period import touching
from hkbio_gmp.booking.rules.stages import MANAGER, ROLES
from hkbio_gmp.booking.rules.waitlist import Turn, rank
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.rules.codes import storable
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.kernel.timerange import TimeRange

T = TypeVar("T")

READ = "booking:slot:read"
WORKED_OUT = frozenset({"in_use", "completed", "no_show"})


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """What to list. Instants in UTC; ``after`` is the id to page on from, downwards."""

    starts: datetime | None = None
    ends: datetime | None = None
    status: str | None = None
    facility: str | None = None
    organisation: str | None = None
    resource: str | None = None
    after: int | None = None
    limit: int = 50

    @property
    def is_narrow(self) -> bool:
        """Whether allocations decide, not bookings alone."""
        return bool(self.resource or self.starts or self.ends)


def status_of(booking: Booking) -> str:
    """The contract's status, worked out from the sessions where it is approved."""
    states = [SessionState(session.state) for session in booking.sessions]
    return shown_status(BookingState(booking.status), states)


def occupancy_of(booking: Booking) -> TimeRange:
    """From the first set-up to the last turnaround, of what the booking has now."""
    rows = [a for s in booking.sessions for a in s.allocations if a.proposal_id is None]
    return TimeRange(min(a.occupied_from for a in rows), max(a.occupied_until for a in rows))


def resources_of(booking: Booking) -> list[str]:
    """The codes of its resources, each once, in order."""
    rows = [a for s in booking.sessions for a in s.allocations if a.proposal_id is None]
    return list(dict.fromkeys(a.resource for a in rows))


def scoped(query: Select[T], principal: Principal) -> Select[T]:
    """Only bookings within the person's reach. The query joins facility and organisation."""
    facilities, organisations = principal.facilities(READ), principal.organisations(READ)
    if facilities is None or organisations is None:
        return query
    return query.where(
        or_(
            Facility.code.in_(sorted(facilities)) if facilities else false(),
            Organisation.code.in_(sorted(organisations)) if organisations else false(),
        )
    )


def _base() -> Select[Booking]:
    return (
        select(Booking)
        .join(Facility, Booking.facility_id == Facility.id)
        .join(Organisation, Booking.organisation_id == Organisation.id)
    )


def get_booking(session: Session, principal: Principal, reference: str) -> Booking:
    """A booking within reach. Raises NotFound for absent and foreign ones alike."""
    query = scoped(_base().where(Booking.reference == reference), principal)
    found = session.scalars(query).unique().one_or_none() if storable(reference) else None
    if found is None:
        raise NotFound()
    return found


def list_bookings(session: Session, principal: Principal, wanted: BookingFilter) -> list[Booking]:
    """Bookings within reach, newest first; one more than ``limit`` tells that there are more."""
    if not storable(wanted.facility, wanted.organisation, wanted.status, wanted.resource):
        return []
    query = narrowed(scoped(_base(), principal), wanted).order_by(Booking.id.desc())
    if wanted.status in WORKED_OUT:
        rows = [b for b in session.scalars(query).unique() if status_of(b) == wanted.status]
        return rows[: wanted.limit + 1]
    return list(session.scalars(query.limit(wanted.limit + 1)).unique())


def narrowed(query: Select[T], wanted: BookingFilter) -> Select[T]:
    """Only what is wanted. The query joins facility and organisation."""
    if wanted.facility:
        query = query.where(Facility.code == wanted.facility)
    if wanted.organisation:
        query = query.where(Organisation.code == wanted.organisation)
    if wanted.status in WORKED_OUT:
        query = query.where(Booking.status == "approved")
    elif wanted.status:
        query = query.where(Booking.status == wanted.status)
    if wanted.after is not None:
        query = query.where(Booking.id < wanted.after)
    if wanted.is_narrow:
        query = query.where(Booking.id.in_(_touching(wanted)))
    return query


def _touching(wanted: BookingFilter) -> Select[int]:
    inside = touching(wanted.starts, wanted.ends, wanted.facility)
    rows = select(Allocation.booking_id).where(*inside)
    return rows.where(Allocation.resource == wanted.resource) if wanted.resource else rows


def list_waiting(session: Session, principal: Principal, now: datetime) -> list[Booking]:
    """Requests that wait for this person's decision, in their turn: whose hold ends first of those
    that the facility ranks alike."""
    query = _base().where(
        Booking.status == BookingState.REQUESTED,
        or_(Booking.hold_until.is_(None), Booking.hold_until > now),
    )
    reach = sorted(principal.facilities("booking:slot:approve") or ())
    theirs = [
        and_(
            func.coalesce(Booking.waiting_for, MANAGER) == stage,
            Facility.code.in_([code for code in reach if principal.has_role(role, code)]),
        )
        for stage, role in ROLES.items()
    ]
    query = query.where(or_(*theirs))
    found = session.scalars(query).unique()
    return sorted(found, key=lambda booking: turn_of(booking, booking.hold_until or now))


def turn_of(booking: Booking, since: datetime) -> Turn:
    """Sorts a queue of bookings by ``since`` (UTC), after urgency and the facility's order."""
    priority = booking.facility.settings.get("priority", ())
    return Turn(not booking.urgent, rank(booking.process_class, priority), since, booking.id)


def list_to_countersign(session: Session, principal: Principal) -> list[Booking]:
    """What waits for this person's countersignature, the most pressing first."""
    reach = sorted(principal.facilities("booking:slot:countersign") or ())
    if not reach:
        return []
    query = _base().where(Booking.countersign_by.is_not(None), Facility.code.in_(reach))
    query = query.order_by(Booking.countersign_by, Booking.id)
    return list(session.scalars(query).unique())


def list_urgent(session: Session, principal: Principal, project: str) -> list[Booking]:
    """Bookings of a project that were asked for as urgent patient material, by batch."""
    query = scoped(_base(), principal).where(
        Booking.urgent.is_(True), Booking.project.has(code=project)
    )
    return list(session.scalars(query.order_by(Booking.batch_id, Booking.id)).unique())


def list_outages(
    session: Session, principal: Principal, window: TimeRange | None = None
) -> list[Outage]:
    """Outages of the facilities within reach, by start."""
    query = select(Outage).join(Facility, Outage.facility_id == Facility.id)
    reach = principal.facilities("booking:outage:read")
    if reach is not None:
        query = query.where(Facility.code.in_(sorted(reach)) if reach else false())
    if window is not None:
        query = query.where(Outage.ends > window.starts, Outage.starts < window.ends)
    query = query.where(Outage.state == "active")
    return list(session.scalars(query.order_by(Outage.starts, Outage.id)).unique())


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The use before or after a booking on one resource, and the gap between the two slots."""

    resource: str
    side: str
    reference: str
    organisation: str
    slot: TimeRange
    gap_minutes: int


def neighbours(session: Session, booking: Booking) -> list[Neighbour]:
    """The nearest use before and after a booking on each of its resources."""
    found = []
    for resource in resources_of(booking):
        rows = [a for s in booking.sessions for a in s.allocations if a.resource == resource]
        slot = TimeRange(min(a.starts for a in rows), max(a.ends for a in rows))
        found += _beside(session, booking, resource, slot)
    return found


def _beside(session: Session, booking: Booking, resource: str, slot: TimeRange) -> list[Neighbour]:
    base = select(Allocation).where(
        Allocation.resource == resource,
        Allocation.holds.is_(True),
        Allocation.booking_id != booking.id,
    )
    before = session.scalar(
        base.where(Allocation.ends <= slot.starts).order_by(Allocation.ends.desc()).limit(1)
    )
    after = session.scalar(
        base.where(Allocation.starts >= slot.ends).order_by(Allocation.starts).limit(1)
    )
    out = []
    if before is not None:
        out.append(_neighbour(before, "before", slot.starts - before.ends))
    if after is not None:
        out.append(_neighbour(after, "after", after.starts - slot.ends))
    return out


def _neighbour(row: Allocation, side: str, gap: timedelta) -> Neighbour:
    minutes = int(gap.total_seconds() // 60)
    return Neighbour(
        row.resource,
        side,
        row.booking.reference,
        row.booking.organisation.code,
        TimeRange(row.starts, row.ends),
        minutes,
    )
