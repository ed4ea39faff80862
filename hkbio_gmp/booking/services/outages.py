"""Taking resources out of use: several at once, once or again and again; changing, withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Allocation, Booking, Outage
from hkbio_gmp.booking.rules.gates import ROOM_KINDS
from hkbio_gmp.booking.rules.outages import HVAC, OutageWish, check_outage
from hkbio_gmp.booking.services.checks import need_reason
from hkbio_gmp.booking.services.moves import counter_offer, propose_move
from hkbio_gmp.booking.services.reexamination import open_task
from hkbio_gmp.booking.services.wishes import BookingWish
from hkbio_gmp.booking.services.writing import check_version
from hkbio_gmp.certification.services import end_by_event, undo_event
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility, Resource
from hkbio_gmp.facilities.queries import get_resource
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import FieldError, NotFound, NotValid, WrongState
from hkbio_gmp.kernel.events import ValidityEnded
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange, local_date
from hkbio_gmp.work import Work, next_number

PLAN = "booking:outage:plan"


@dataclass(frozen=True, slots=True)
class MoveWish:
    """A move to propose with the outage; ``version`` is the booking's that was read."""

    reference: str
    wish: BookingWish
    version: int | None = None


@dataclass(frozen=True, slots=True)
class OutagePlan:
    """What was planned, the bookings that it falls on, and the certificates that it ends."""

    outage: Outage
    affected: list[Booking]
    outages: list[Outage] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    moved: list[Booking] = field(default_factory=list)


def plan_outage(
    work: Work, principal: PersonPrincipal, resource: str, when: TimeRange, kind: str
) -> OutagePlan:
    """Take one resource out of use; bookings already on it stay, and a task flags and tells them.

    Raises NotFound, NotValid for an unknown kind, a missing reason, seconds.
    """
    return plan_outages(work, principal, OutageWish((resource,), (when,), kind))


def plan_outages(
    work: Work, principal: PersonPrincipal, wish: OutageWish, moves: Sequence[MoveWish] = ()
) -> OutagePlan:
    """Take resources of one facility out of use at once, and propose the moves with it: all or
    nothing. An event ends the rooms' qualification from that day on (PE 009-17 Annex 1 4.32).

    Raises NotFound, NotValid, and for a move whatever :func:`propose_move` raises.
    """
    facility = _facility_of(work.session, principal, wish.resources)
    check_outage(wish, work.reason)
    ended_rooms = rooms_ended(work.session, facility.code, wish)
    keys = [("resource", code) for code in (*wish.resources, *ended_rooms)]
    calendars = work.lock([*keys, ("facility", facility.code)])
    rows = _write(work, principal, facility, wish, calendars)
    lead = rows[0].reference
    ended = []
    if ended_rooms:
        on = local_date(wish.span.starts, facility.zone)
        ended = end_by_event(work, ended_rooms, set(ROOM_KINDS.values()), on, lead)
    affected = affected_bookings(work.session, wish.resources, wish.windows)
    _ask_again(work, facility.code, lead, ended_rooms)
    moved = [_propose(work, principal, move) for move in moves]
    return OutagePlan(rows[0], affected, rows, [c.reference for c in ended], moved)


def _propose(work: Work, principal: PersonPrincipal, move: MoveWish) -> Booking:
    """A move of what is approved, a counter-offer for what is only requested."""
    status = work.session.scalar(select(Booking.status).where(Booking.reference == move.reference))
    send = counter_offer if status == BookingState.REQUESTED else propose_move
    return send(work, principal, move.reference, move.wish, move.version)


def _facility_of(
    session: Session, principal: PersonPrincipal, resources: Sequence[str]
) -> Facility:
    """The one facility of all resources. Raises NotFound for foreign and absent ones alike."""
    homes = {row.facility.code: row.facility for row in map_resources(session, resources)}
    if any(not principal.may(PLAN, facility=code) for code in homes):
        raise NotFound()
    if len(homes) != 1:
        said = Message("The resources belong to more than one facility.")
        raise NotValid(said, [FieldError("resource", said, Message("Plan each on its own."))])
    return next(iter(homes.values()))


def map_resources(session: Session, codes: Sequence[str]) -> list[Resource]:
    """The resources of these codes. Raises NotFound."""
    return [get_resource(session, code) for code in codes]


def rooms_ended(session: Session, facility: str, wish: OutageWish) -> list[str]:
    """The rooms whose qualification the event ends; an air handler's are all of its zone's."""
    if wish.event is None:
        return []
    known = facilities.resource_facts(session, facility)
    chosen = [known[code] for code in wish.resources if code in known]
    rooms = [r.code for r in chosen if r.kind == "room"]
    zones = {r.air_zone for r in chosen if r.air_zone}
    if wish.event == HVAC:
        rooms += [r.code for r in known.values() if r.kind == "room" and r.air_zone in zones]
    return list(dict.fromkeys(rooms))


def _write(
    work: Work,
    principal: PersonPrincipal,
    facility: Facility,
    wish: OutageWish,
    calendars: dict[tuple[str, str], int],
) -> list[Outage]:
    year = clock.today(facility.zone).year
    rows: list[Outage] = []
    for window in wish.windows:
        for code in dict.fromkeys(wish.resources):
            number = next_number(work.session, f"outage:{facility.code}:{year}")
            reference = f"{facility.code}-OUT-{year}-{number:04d}"
            row = Outage(
                reference=reference,
                facility=facility,
                calendar_id=calendars["resource", code],
                resource=code,
                starts=window.starts,
                ends=window.ends,
                kind=wish.kind,
                reason=work.reason or "",
                state="active",
                planned_by=principal.code,
                version=1,
                plan=rows[0].plan if rows else reference,
                event=wish.event,
                recurrence=wish.recurrence,
            )
            work.session.add(row)
            rows.append(row)
    work.session.flush()
    return rows


def _ask_again(work: Work, facility: str, lead: str, ended_rooms: Sequence[str] = ()) -> None:
    """One task for the whole plan: an event's rooms are among what it looks at."""
    reason = work.reason or ""
    open_task(work, ValidityEnded("outage", lead, facility, reason, "outage"))
    for code in ended_rooms:
        open_task(work, ValidityEnded("resource", code, facility, reason, "certificate"))


def affected_bookings(
    session: Session, resources: Sequence[str], windows: Sequence[TimeRange]
) -> list[Booking]:
    """Bookings whose occupancy an outage of any of the resources falls on, by reference."""
    within = [
        and_(Allocation.occupied_until > w.starts, Allocation.occupied_from < w.ends)
        for w in windows
    ]
    query = (
        select(Booking)
        .join(Allocation, Allocation.booking_id == Booking.id)
        .where(Allocation.resource.in_(resources), Allocation.holds.is_(True), or_(*within))
        .order_by(Booking.reference)
    )
    return list(session.scalars(query).unique())


def change_outage(
    work: Work, principal: PersonPrincipal, reference: str, when: TimeRange, version: int | None
) -> Outage:
    """Shorten, lengthen or move one outage, with the reason; its bookings are looked at again.

    Raises NotFound, WrongState once withdrawn or over, Stale, NotValid.
    """
    outage = _load(work, principal, reference)
    check_version(outage, version)
    if outage.state != "active" or outage.ends <= work.at:
        raise WrongState(Message("An outage that is over or withdrawn is not changed."))
    check_outage(OutageWish((outage.resource,), (when,), outage.kind), work.reason)
    outage.starts, outage.ends = when.starts, when.ends
    outage.version += 1
    work.session.flush()
    _follow(work, outage)
    return outage


def withdraw_outage(work: Work, principal: PersonPrincipal, reference: str) -> Outage:
    """Take an outage back; flags that it raised are looked at again.

    What its event would have ended speaks on, unless the outage has begun. Raises NotFound,
    NotValid without a reason.
    """
    outage = _load(work, principal, reference)
    need_reason(work)
    outage.state = "withdrawn"
    outage.version += 1
    work.session.flush()
    _follow(work, outage)
    return outage


def _follow(work: Work, outage: Outage) -> None:
    """What hangs on an outage that changed: the certificates that its plan's event ends."""
    plan = outage.plan or outage.reference
    _ask_again(work, outage.facility.code, plan)
    if outage.event is None:
        return
    rows = work.session.scalars(
        select(Outage).where(Outage.plan == plan, Outage.state == "active")
    ).all()
    begun = outage.starts <= work.at and outage.state == "withdrawn"
    undone = [] if begun else undo_event(work, plan)
    rooms = {c.subject_code for c in undone}
    if rows and undone:
        on = local_date(min(row.starts for row in rows), outage.facility.zone)
        end_by_event(work, rooms, set(ROOM_KINDS.values()), on, plan)
    for code in sorted(rooms):
        said = ValidityEnded("resource", code, outage.facility.code, work.reason or "")
        open_task(work, said)


def _load(work: Work, principal: PersonPrincipal, reference: str) -> Outage:
    outage = work.session.scalar(select(Outage).where(Outage.reference == reference))
    if outage is None or not principal.may(PLAN, facility=outage.facility.code):
        raise NotFound()
    work.lock([("resource", outage.resource), ("facility", outage.facility.code)])
    work.session.refresh(outage)
    return outage
