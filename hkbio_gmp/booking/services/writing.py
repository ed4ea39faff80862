"""Locks, rows and notices that every path of booking writes alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError, InternalError

from hkbio_gmp.booking.lifecycle import HOLDING, BookingState
from hkbio_gmp.booking.models import (
    Allocation,
    Booking,
    BookingOperator,
    BookingSession,
)
from hkbio_gmp.booking.rules.holds import WORKING_DAYS, hold_until
from hkbio_gmp.booking.services.plan import Plan
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Batch, Facility
from hkbio_gmp.identity.models import Person
from hkbio_gmp.kernel.errors import NotFound, SlotTaken, Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import local_date
from hkbio_gmp.work import Work, rows

Calendars = dict[tuple[str, str], int]
_GUARDS = ("ex_allocation_overlap", "booking_overlap", "booking_changeover", "booking_outage")


def lock_plan(work: Work, plan: Plan) -> Calendars:
    """Lock every calendar that the plan relies on: resources, zones, people, organisation."""
    keys = [("resource", use.resource) for use in plan.uses]
    keys += [("resource", code) for code in plan.resources]
    keys += [("zone", use.zone) for use in plan.uses if use.zone]
    keys += [("person", email) for email in plan.emails]
    keys += [("organisation", plan.organisation), ("facility", plan.facility.code)]
    return work.lock(keys)


def load_booking(work: Work, reference: str) -> Booking:
    """The booking, locked with everything that it relies on. Raises NotFound."""
    home = select(Facility.code).join(Booking).where(Booking.reference == reference)
    facility = work.session.scalar(home)
    if facility is None:
        raise NotFound()
    work.lock([("facility", facility)])
    query = select(Booking).where(Booking.reference == reference)
    return work.session.scalars(query).unique().one()


def check_version(booking: Booking, version: int | None) -> None:
    """Refuse where the person read another version. Raises Stale."""
    if version is not None and booking.version != version:
        raise Stale(
            Message(
                "{reference} is at version {version} now. Read it again and repeat.",
                reference=booking.reference,
                version=booking.version,
            )
        )


@contextmanager
def guarded(work: Work) -> Iterator[None]:
    """Map the database's own refusal to the same answer as ours; it names no other tenant."""
    try:
        yield
        work.session.flush()
    except (IntegrityError, InternalError) as error:
        if any(name in str(error.orig) for name in _GUARDS):
            raise SlotTaken(Message("Someone was faster: the slot is not free."), []) from None
        raise


def write_sessions(
    work: Work, booking: Booking, plan: Plan, calendars: Calendars, version: int
) -> None:
    """Make the booking's sessions and allocations what the plan says, releasing first."""
    released = [(session, row) for session in booking.sessions for row in session.allocations]
    for session, allocation in released:
        session.allocations.remove(allocation)
        work.session.delete(allocation)
    if released:
        work.session.flush()
    known = {session.number: session for session in booking.sessions}
    for planned in plan.sessions:
        row = known.pop(planned.number, None) or _new_session(booking, planned.number)
        row.starts, row.ends = planned.slot.starts, planned.slot.ends
        row.attended = planned.attended
        for use in planned.uses:
            row.allocations.append(
                Allocation(
                    booking=booking,
                    facility_id=plan.facility_id,
                    proposal_id=None,
                    calendar_id=calendars["resource", use.resource],
                    resource=use.resource,
                    process_class=use.process_class,
                    series=use.series,
                    starts=use.slot.starts,
                    ends=use.slot.ends,
                    occupied_from=use.occupancy.starts,
                    occupied_until=use.occupancy.ends,
                    holds=BookingState(booking.status) in HOLDING,
                    rules_version=version,
                )
            )
    for leftover in known.values():
        booking.sessions.remove(leftover)
        work.session.delete(leftover)


def _new_session(booking: Booking, number: int) -> BookingSession:
    row = BookingSession(number=number, state="planned")
    booking.sessions.append(row)
    return row


def batch_of(work: Work, plan: Plan) -> Batch | None:
    """The batch's record, for a booking that is changed."""
    return work.session.get_one(Batch, plan.batch.key) if plan.batch else None


def write_operators(work: Work, booking: Booking, plan: Plan) -> None:
    """Make the named operators what the plan says; a withdrawn name is kept inactive."""
    wanted = dict.fromkeys(person.id for person in plan.operators)
    for row in booking.operators:
        row.active = row.person_id in wanted
        wanted.pop(row.person_id, None)
    for key in wanted:
        person = work.session.get_one(Person, key)
        booking.operators.append(BookingOperator(person=person, active=True))


def release(booking: Booking) -> None:
    """Let go of the booking's time."""
    for session in booking.sessions:
        for allocation in session.allocations:
            allocation.holds = False


def begin_hold(work: Work, booking: Booking) -> None:
    """Hold the slot for some working days from now."""
    booking.requested_at = work.at
    booking.hold_until = hold_of(work, booking.facility.code)


def hold_of(work: Work, facility: str) -> datetime:
    """Until when (UTC) a request that is made now holds its slot."""
    here = facilities.standing(work.session, facility)
    today = local_date(work.at, here.facts.zone)
    closed = facilities.closed_days_at(here, today, today + timedelta(days=30))
    days = int(here.settings.get("hold_working_days", WORKING_DAYS))
    return hold_until(work.at, {item.day for item in closed}, here.facts.zone, days)


_STALE = (
    select(Booking.id)
    .join(Facility, Booking.facility_id == Facility.id)
    .where(
        Facility.code == bindparam("facility"),
        Booking.status == str(BookingState.REQUESTED),
        Booking.hold_until <= bindparam("now", type_=Booking.hold_until.type),
    )
)


def expire_stale(work: Work, facility: str) -> list[str]:
    """Let go of every request at a facility whose hold has run out; returns their references."""
    keys = rows(work.session, _STALE, {"facility": facility, "now": work.at}).scalars().all()
    if not keys:
        return []
    stale = select(Booking).where(Booking.id.in_(keys)).order_by(Booking.id)
    expired = []
    for booking in work.session.scalars(stale).unique():
        booking.status = str(BookingState.EXPIRED)
        booking.version += 1
        release(booking)
        expired.append(booking.reference)
    work.session.flush()
    return expired
