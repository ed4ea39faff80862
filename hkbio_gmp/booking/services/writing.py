"""Locks, rows and notices that every path of booking writes alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InternalError

from hkbio_gmp.booking.lifecycle import HOLDING, BookingState, SessionState
from hkbio_gmp.booking.models import (
    Allocation,
    Booking,
    BookingOperator,
    BookingSession,
    Outage,
)
from hkbio_gmp.booking.rules.occupancy import Use
from hkbio_gmp.booking.services.plan import Plan
from hkbio_gmp.facilities.models import Batch, Facility
from hkbio_gmp.identity.models import Person
from hkbio_gmp.kernel.errors import NotFound, SlotTaken, Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

Calendars = dict[tuple[str, str], int]
_GUARDS = ("ex_allocation_overlap", "booking_overlap", "booking_changeover", "booking_outage")


def lock_plan(work: Work, plan: Plan) -> Calendars:
    """Lock every calendar that the plan relies on: resources and what stands in them, zones,
    people, organisation."""
    keys = [("resource", use.resource) for use in plan.uses]
    keys += [("resource", code) for code in plan.resources]
    keys += [("resource", one.code) for one in plan.beside]
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


def check_version(booking: Booking | Outage, version: int | None) -> None:
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
    """Make the booking's planned sessions and allocations what the plan says, releasing first.

    A session that has begun is a fact: it stays, and only its turnaround follows the plan.
    """
    planned = [row for row in booking.sessions if row.state == SessionState.PLANNED]
    released = [(session, row) for session in planned for row in session.allocations]
    for session, allocation in released:
        session.allocations.remove(allocation)
        work.session.delete(allocation)
    if released:
        work.session.flush()
    begun = {row.number: row for row in booking.sessions if row.state != SessionState.PLANNED}
    _follow_turnaround(work, begun, plan)
    known = {session.number: session for session in planned}
    holds = BookingState(booking.status) in HOLDING
    for one in plan.sessions:
        if one.number in begun:
            continue
        row = known.pop(one.number, None) or _new_session(booking, one.number)
        row.starts, row.ends, row.attended = one.slot.starts, one.slot.ends, one.attended
        for use in one.uses:
            row.allocations.append(
                _allocation(booking, plan, use, calendars["resource", use.resource], version, holds)
            )
    for leftover in known.values():
        booking.sessions.remove(leftover)
        work.session.delete(leftover)


def _allocation(
    booking: Booking, plan: Plan, use: Use, calendar: int, version: int, holds: bool
) -> Allocation:
    return Allocation(
        booking=booking,
        facility_id=plan.facility_id,
        proposal_id=None,
        calendar_id=calendar,
        resource=use.resource,
        process_class=use.process_class,
        series=use.series,
        starts=use.slot.starts,
        ends=use.slot.ends,
        occupied_from=use.occupancy.starts,
        occupied_until=use.occupancy.ends,
        holds=holds,
        rules_version=version,
    )


def _follow_turnaround(work: Work, begun: dict[int, BookingSession], plan: Plan) -> None:
    """What is in use or being cleaned keeps the room until the plan's next session needs it."""
    last = {(s.number, use.resource): use.occupancy.ends for s in plan.sessions for use in s.uses}
    for number, row in begun.items():
        if row.state not in {SessionState.IN_USE, SessionState.CLEANING}:
            continue
        for allocation in row.allocations:
            ends = last.get((number, allocation.resource))
            if ends is not None and allocation.proposal_id is None:
                allocation.occupied_until = ends
    if begun:
        work.session.flush()


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


def begin_again(booking: Booking) -> None:
    """What is asked for has changed: nobody has approved it yet."""
    booking.waiting_for = None
    for approval in booking.approvals:
        approval.state = "void"
