"""Where the bookings under an outage could go: moves that fit the outage and one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.rules.circumstances import Circumstances
from hkbio_gmp.booking.rules.gates import ROOM_KINDS, Coverage
from hkbio_gmp.booking.rules.occupancy import Occupied, OutageFacts, Use
from hkbio_gmp.booking.rules.outages import OutageWish
from hkbio_gmp.booking.services.evaluation import viewer_of
from hkbio_gmp.booking.services.examining import plan_or_reason
from hkbio_gmp.booking.services.finder import slots_on
from hkbio_gmp.booking.services.outages import affected_bookings, rooms_ended
from hkbio_gmp.booking.services.places import ground_of
from hkbio_gmp.booking.services.plan import Plan
from hkbio_gmp.booking.services.reading import query_near
from hkbio_gmp.booking.services.slots import Slot
from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish, wish_of
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.timerange import local_date

_MOVABLE = frozenset({BookingState.REQUESTED, BookingState.APPROVED})


@dataclass(frozen=True)
class Displaced:
    """A booking under the outage, and where it could go; None where no place was found."""

    booking: Booking
    patient: bool
    slot: Slot | None
    wish: BookingWish | None


@dataclass(frozen=True)
class _Outing:
    """What the outage changes for those who look for another place."""

    outages: tuple[OutageFacts, ...]
    rooms: frozenset[str]
    ends: date | None


def displaced(
    session: Session, principal: PersonPrincipal, wish: OutageWish, facility: str, now: datetime
) -> list[Displaced]:
    """Every booking that the outage would fall on, patient material first, each with the nearest
    slot that the rules grant at ``now`` (UTC) beside the outage and the moves found before it."""
    outing = _outing(session, wish, facility)
    found: list[Displaced] = []
    taken: list[Use] = []
    bookings = [
        (booking, plan_or_reason(session, booking))
        for booking in affected_bookings(session, wish.resources, wish.windows)
    ]
    for booking, plan in sorted(bookings, key=_order):
        slot = None
        if isinstance(plan, Plan) and _may_move(booking):
            slot = _place(session, principal, plan, outing, taken, now)
        if slot is not None:
            taken += [use for one in slot.sessions for use in one.uses]
        moved = _moved(booking, slot) if slot else None
        found.append(Displaced(booking, _is_patient(booking, plan), slot, moved))
    return found


def _order(pair: tuple[Booking, Plan | Finding]) -> tuple[bool, datetime, str]:
    booking, plan = pair
    return not _is_patient(booking, plan), booking.sessions[0].starts, booking.reference


def _is_patient(booking: Booking, plan: Plan | Finding) -> bool:
    """Whether material of one patient is worked on: an autologous batch of a GMP class."""
    return (
        isinstance(plan, Plan)
        and plan.needs.is_gmp
        and booking.batch is not None
        and booking.batch.autologous
    )


def _may_move(booking: Booking) -> bool:
    planned = all(one.state == "planned" for one in booking.sessions)
    waiting = any(proposal.state == "open" for proposal in booking.proposals)
    return booking.status in _MOVABLE and planned and not waiting


def _outing(session: Session, wish: OutageWish, facility: str) -> _Outing:
    rooms = frozenset(rooms_ended(session, facility, wish))
    outages = tuple(
        OutageFacts(code, when, wish.kind) for code in wish.resources for when in wish.windows
    )
    zone = facilities.facility_facts(session, facility).zone
    return _Outing(outages, rooms, local_date(wish.span.starts, zone) if rooms else None)


def _place(
    session: Session,
    principal: PersonPrincipal,
    plan: Plan,
    outing: _Outing,
    taken: Sequence[Use],
    now: datetime,
) -> Slot | None:
    query = query_near(plan)
    here = facilities.standing(session, plan.facility.code)
    ground = ground_of(session, viewer_of(principal), query, here, now)
    if ground is None:
        return None
    there = replace(ground, around=_foreseen(ground.around, outing, taken))
    return next(iter(slots_on(there, query)), None)


def _foreseen(around: Circumstances, outing: _Outing, taken: Iterable[Use]) -> Circumstances:
    """Circumstances as they would be with the outage and the moves found so far."""
    held: Coverage = {
        key: [
            replace(facts, ended_on=min(outing.ends, facts.ended_on or outing.ends))
            if outing.ends and key[1] in outing.rooms and key[2] in ROOM_KINDS.values()
            else facts
            for facts in some
        ]
        for key, some in around.held.items()
    }
    old = around.taken
    both = Occupied((*old.uses, *taken), (*old.outages, *outing.outages))
    return replace(around, taken=both).with_papers(held)


def _moved(booking: Booking, slot: Slot) -> BookingWish:
    """The booking as the request for its new slot."""
    sessions = tuple(
        SessionWish(
            one.slot.starts,
            one.slot.ends,
            one.attended,
            tuple(dict.fromkeys(use.resource for use in one.uses)),
        )
        for one in slot.sessions
    )
    old = wish_of(booking)
    return replace(old, resources=sessions[0].resources or (), sessions=sessions)
