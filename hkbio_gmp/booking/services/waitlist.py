"""Offering what became free to who waits: the first who fits, with a deadline, then the next.

A look is cheap to skip: whatever frees capacity is written to the facility's log, so nothing is
looked for until that has grown, or a new day begins there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.audit.models import AuditLog
from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BOOKINGS, BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.models_waitlist import WaitlistEntry, WaitlistLook
from hkbio_gmp.booking.queries.waitlist import in_turn, overdue
from hkbio_gmp.booking.rules.waitlist import OFFER_HOURS, Offered, deadline, is_new
from hkbio_gmp.booking.services.evaluation import evaluate, refuse_blocked, viewer_of
from hkbio_gmp.booking.services.finder import find_slots
from hkbio_gmp.booking.services.holding import expire_stale, withdraw_offers
from hkbio_gmp.booking.services.people import requester_of
from hkbio_gmp.booking.services.plan import make_plan, plan_of
from hkbio_gmp.booking.services.proposals import hold_beyond, new_proposal, open_proposal
from hkbio_gmp.booking.services.reading import query_between
from hkbio_gmp.booking.services.slots import Slot
from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish, wish_of
from hkbio_gmp.booking.services.writing import guarded, load_booking, lock_plan
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.kernel.timerange import local_date
from hkbio_gmp.work import Work

_LOOKED_AT = 12


def has_changed(session: Session, facility: str, now: datetime) -> tuple[int, date] | None:
    """How far the facility's log has grown, and its day; None where neither is new."""
    home = session.scalars(select(Facility).where(Facility.code == facility)).one()
    size = session.scalar(select(AuditLog.size).where(AuditLog.code == facility)) or 0
    seen, today = session.get(WaitlistLook, home.id), local_date(now, home.zone)
    return None if seen and (seen.size, seen.day) == (size, today) else (size, today)


def note_look(session: Session, facility: str, looked: tuple[int, date]) -> None:
    """Remember up to where the facility's log had grown."""
    home = session.scalars(select(Facility.id).where(Facility.code == facility)).one()
    session.merge(WaitlistLook(facility_id=home, size=looked[0], day=looked[1]))


def offers_for(session: Session, facility: str, now: datetime) -> Iterator[tuple[str, BookingWish]]:
    """For each that waits, in its turn, the earliest slot that it would take at ``now`` (UTC).

    Read without a lock, one by one: who takes an offer up before asking for the next one lets the
    next see it.
    """
    for entry in in_turn(session, facility):
        booking = entry.booking
        if open_proposal(booking) is None:
            slot = _slot_for(session, entry, now)
            if slot is not None:
                yield booking.reference, _wish(booking, slot)


def _slot_for(session: Session, entry: WaitlistEntry, now: datetime) -> Slot | None:
    booking = entry.booking
    try:
        plan = plan_of(session, booking)
    except DomainError:
        # a resource or operator retired since then: the booking's page says so
        return None
    query = query_between(plan, max(entry.earliest, now), entry.latest)
    if not entry.any_room:
        query = replace(query, places=tuple(plan.resources))
    before = {
        Offered(p.starts, frozenset(p.resources.split(", ")))
        for p in booking.proposals
        if p.state in {"declined", "lapsed"}
    }
    slots = find_slots(session, viewer_of(None), replace(query, limit=_LOOKED_AT), now).slots
    fresh = (s for s in slots if is_new(Offered(s.slot.starts, frozenset(s.resources)), before))
    return next(fresh, None)


def _wish(booking: Booking, slot: Slot) -> BookingWish:
    sessions = tuple(
        SessionWish(
            one.slot.starts, one.slot.ends, one.attended, tuple(use.resource for use in one.uses)
        )
        for one in slot.sessions
    )
    return replace(wish_of(booking), resources=slot.resources, sessions=sessions)


def offer_slot(work: Work, reference: str, wish: BookingWish) -> str | None:
    """Hold a slot for who waits and tell them until when; None where it no longer waits for one.

    Raises SlotTaken or NotValid where someone was faster.
    """
    booking = load_booking(work, reference)
    expire_stale(work, booking.facility.code)
    if booking.status != BookingState.WAITLISTED or open_proposal(booking) is not None:
        return None
    BOOKINGS.get(BookingState.WAITLISTED, "offer")
    plan = make_plan(work.session, wish, reference=reference, stored=booking)
    calendars = lock_plan(work, plan)
    viewer = viewer_of(None)
    refuse_blocked(evaluate(work.session, plan, viewer, work.at), plan, viewer)
    settings = facilities.standing(work.session, plan.facility.code).settings
    with guarded(work):
        booking.version += 1
        made = new_proposal(work, work.actor.id, booking, wish, plan, "facility")
        hold_beyond(work, booking, plan, calendars, made)
        hours = int(settings.get("offer_hours", OFFER_HOURS))
        booking.hold_until = deadline(work.at, made.starts, hours)
    asked = requester_of(work.session, booking)
    told = [asked] if asked is not None else []
    notices.tell_of_hold(work, told, booking, notices.offered(booking), "offered")
    return reference


def end_waiting(work: Work, facility: str) -> list[str]:
    """End what has waited until its last start had passed, and tell who asked."""
    work.lock([("facility", facility)])
    ended = []
    for booking in overdue(work.session, facility, work.at):
        if open_proposal(booking) is not None and (booking.hold_until or work.at) > work.at:
            continue
        booking.status = str(BOOKINGS.get(BookingState.WAITLISTED, "expire").target)
        booking.version += 1
        withdraw_offers(booking)
        asked = requester_of(work.session, booking)
        told = [asked] if asked is not None else []
        notices.tell(work, told, booking, notices.waited_in_vain(booking), key="in-vain")
        ended.append(booking.reference)
    return ended
