"""Moving an approved booking: proposed by one side, held, decided by the other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BOOKINGS, BookingState
from hkbio_gmp.booking.models import Allocation, Booking, MoveProposal
from hkbio_gmp.booking.queries.occupied import occupied, rule_book
from hkbio_gmp.booking.rules.occupancy import Use, clashes
from hkbio_gmp.booking.services.evaluation import evaluate, refuse_blocked, viewer_of
from hkbio_gmp.booking.services.people import may_act, people_of
from hkbio_gmp.booking.services.plan import BookingWish, Plan, SessionWish, make_plan, wish_of
from hkbio_gmp.booking.services.requests import need_reason
from hkbio_gmp.booking.services.writing import (
    Calendars,
    batch_of,
    check_version,
    expire_stale,
    guarded,
    load_booking,
    lock_plan,
    write_operators,
    write_sessions,
)
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid, WrongState
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange, gaps
from hkbio_gmp.work import Work

_MINUTE = timedelta(minutes=1)


def is_shortening(booking: Booking, plan: Plan) -> bool:
    """Whether every session stays within its old one, on the same resources and class."""
    old = {s.number: s for s in booking.sessions}
    if (plan.batch.key if plan.batch else None) != booking.batch_id:
        return False
    if plan.needs.code != booking.process_class or len(plan.sessions) > len(old):
        return False
    for planned in plan.sessions:
        row = old.get(planned.number)
        if row is None or not TimeRange(row.starts, row.ends).contains(planned.slot):
            return False
        if {u.resource for u in planned.uses} != {a.resource for a in row.allocations}:
            return False
    return True


def propose_move(
    work: Work, principal: PersonPrincipal, reference: str, wish: BookingWish, version: int | None
) -> Booking:
    """Change an approved booking: a shortening takes effect at once, anything material becomes a
    proposed move whose slot is held until the other side decides.

    Raises NotFound, NotAllowed, WrongState, Stale, SlotTaken, NotValid.
    """
    booking = load_booking(work, reference)
    may_act(principal, booking, "booking:slot:propose_move")
    check_version(booking, version)
    BOOKINGS.get(BookingState(booking.status), "propose_move")
    if any(p.state == "open" for p in booking.proposals):
        raise WrongState(Message("A move is proposed already; accept or decline it first."))
    if any(s.state != "planned" for s in booking.sessions):
        raise WrongState(Message("A booking that is in use is not moved."))
    plan = make_plan(work.session, wish, reference=reference)
    calendars = lock_plan(work, plan)
    expire_stale(work, plan.facility.code)
    viewer = viewer_of(principal)
    refuse_blocked(evaluate(work.session, plan, viewer, work.at), plan, viewer)
    with guarded(work):
        booking.version += 1
        if is_shortening(booking, plan):
            write_operators(work, booking, plan)
            write_sessions(work, booking, plan, calendars, plan.facility.rules_version)
        else:
            _hold(work, booking, plan, calendars, _proposal(work, principal, booking, wish, plan))
    others = [p for p in people_of(work, booking) if p.code != principal.code]
    notices.tell(work, others, booking, notices.decided(booking, "move proposed"))
    return booking


def _proposal(
    work: Work, principal: PersonPrincipal, booking: Booking, wish: BookingWish, plan: Plan
) -> MoveProposal:
    ours = principal.may("booking:slot:request", organisation=booking.organisation.code)
    proposal = MoveProposal(
        number=len(booking.proposals) + 1,
        side="organisation" if ours else "facility",
        proposed_by=principal.code,
        proposed_at=work.at,
        resources=", ".join(dict.fromkeys(use.resource for use in plan.uses)),
        starts=min(s.slot.starts for s in plan.sessions),
        ends=max(s.slot.ends for s in plan.sessions),
        plan=dump_wish(wish),
        reason=work.reason or "",
        state="open",
    )
    booking.proposals.append(proposal)
    work.session.flush()
    return proposal


def _hold(
    work: Work, booking: Booking, plan: Plan, calendars: Calendars, proposal: MoveProposal
) -> None:
    """Hold what the new slot takes beyond the old one; the old stays until the decision."""
    held = [a for s in booking.sessions for a in s.allocations if a.holds]
    for use in plan.uses:
        old = [
            TimeRange(a.occupied_from, a.occupied_until) for a in held if a.resource == use.resource
        ]
        for piece in gaps(use.occupancy, old):
            if not piece.overlaps(use.slot) and not _keeps_apart(work, plan, use, piece):
                continue
            booking.sessions[0].allocations.append(
                _piece(booking, plan, use, piece, calendars, proposal)
            )


def _inner(piece: TimeRange, use: Use) -> TimeRange:
    """The part of the slot in a piece; of set-up or turnaround alone, the minute next to it."""
    shared = piece.intersection(use.slot)
    if shared is not None:
        return shared
    before = piece.ends <= use.slot.starts
    starts = piece.ends - _MINUTE if before else piece.starts
    return TimeRange(starts, starts + _MINUTE)


def _keeps_apart(work: Work, plan: Plan, use: Use, piece: TimeRange) -> bool:
    """Whether a piece without any of the slot can be held: its minute lies later than the slot's
    end, so a neighbour that the move itself respects may lie too near it."""
    book = rule_book(work.session, plan.facility.code)
    window = piece.widened(book.changeover.longest, book.changeover.longest)
    taken = occupied(
        work.session, plan.facility.code, window, work.at, zones={}, without=plan.reference
    )
    held = replace(use, slot=_inner(piece, use), occupancy=piece, zone=None)
    return not clashes(book, held, taken)


def _piece(
    booking: Booking,
    plan: Plan,
    use: Use,
    piece: TimeRange,
    calendars: Calendars,
    proposal: MoveProposal,
) -> Allocation:
    inner = _inner(piece, use)
    return Allocation(
        booking=booking,
        facility_id=plan.facility_id,
        proposal_id=proposal.id,
        calendar_id=calendars["resource", use.resource],
        resource=use.resource,
        process_class=use.process_class,
        series=use.series,
        starts=inner.starts,
        ends=inner.ends,
        occupied_from=piece.starts,
        occupied_until=piece.ends,
        holds=True,
        rules_version=plan.facility.rules_version,
    )


def decide_move(
    work: Work, principal: PersonPrincipal, reference: str, verb: str, version: int | None
) -> Booking:
    """Accept or decline the open proposal; never the person, nor the side, that proposed it.

    Raises NotFound, NotAllowed, WrongState, Stale, SlotTaken, NotValid.
    """
    booking = load_booking(work, reference)
    may_act(principal, booking, f"booking:slot:{verb}")
    check_version(booking, version)
    BOOKINGS.get(BookingState(booking.status), verb)
    proposal = next((p for p in booking.proposals if p.state == "open"), None)
    if proposal is None:
        raise WrongState(Message("No move is proposed."))
    _check_side(principal, booking, proposal)
    wish = load_wish(proposal.plan)
    _drop_pieces(work, booking, proposal)
    with guarded(work):
        proposal.state = "accepted" if verb == "accept" else "declined"
        proposal.decided_by, proposal.decided_at = principal.code, work.at
        booking.version += 1
        if verb == "accept":
            _apply(work, principal, booking, wish)
    others = [p for p in people_of(work, booking) if p.code != principal.code]
    notices.tell(work, others, booking, notices.decided(booking, f"move {proposal.state}"))
    return booking


def _check_side(principal: PersonPrincipal, booking: Booking, proposal: MoveProposal) -> None:
    if proposal.proposed_by == principal.code:
        raise NotAllowed(Message("The other side decides on a move that you proposed."))
    side = (
        principal.may("booking:slot:accept", facility=booking.facility.code)
        if proposal.side == "organisation"
        else principal.may("booking:slot:accept", organisation=booking.organisation.code)
    )
    if not side:
        raise NotAllowed(Message("The other side decides on a move that your side proposed."))


def _drop_pieces(work: Work, booking: Booking, proposal: MoveProposal) -> None:
    for session in booking.sessions:
        for allocation in list(session.allocations):
            if allocation.proposal_id == proposal.id:
                session.allocations.remove(allocation)
                work.session.delete(allocation)
    work.session.flush()


def _apply(work: Work, principal: PersonPrincipal, booking: Booking, wish: BookingWish) -> None:
    plan = make_plan(work.session, wish, reference=booking.reference)
    calendars = lock_plan(work, plan)
    viewer = viewer_of(principal)
    evaluation = evaluate(work.session, plan, viewer, work.at)
    refuse_blocked(evaluation, plan, viewer)
    facility = principal.may("booking:slot:approve", facility=booking.facility.code)
    if facility and evaluation.verdict is Verdict.ATTENTION:
        need_reason(work)
    booking.process_class, booking.batch = plan.needs.code, batch_of(work, plan)
    write_operators(work, booking, plan)
    write_sessions(work, booking, plan, calendars, plan.facility.rules_version)


def dump_wish(wish: BookingWish) -> str:
    """A wish as text, to be kept with the proposal."""
    return json.dumps(
        {
            "facility": wish.facility,
            "project": wish.project,
            "resources": list(wish.resources),
            "batch": wish.batch,
            "process_class": wish.process_class,
            "operators": list(wish.operators),
            "note": wish.note,
            "sessions": [
                [
                    s.starts.isoformat(),
                    s.ends.isoformat(),
                    s.attended,
                    list(s.resources) if s.resources else None,
                ]
                for s in wish.sessions
            ],
        },
        sort_keys=True,
    )


def load_wish(text: str) -> BookingWish:
    """The wish that :func:`dump_wish` wrote."""
    said = json.loads(text)
    sessions = tuple(
        SessionWish(
            datetime.fromisoformat(starts),
            datetime.fromisoformat(ends),
            attended,
            tuple(resources) if resources else None,
        )
        for starts, ends, attended, resources in said.pop("sessions")
    )
    said["resources"] = tuple(said["resources"])
    said["operators"] = tuple(said["operators"])
    return BookingWish(sessions=sessions, **said)


def moved_wish(booking: Booking, starts: datetime, ends: datetime) -> BookingWish:
    """The booking shifted so that it starts at ``starts``; the last session ends at ``ends``.

    Raises NotValid where that leaves a session without length.
    """
    wish = wish_of(booking)
    shift = starts - wish.sessions[0].starts
    moved = [
        SessionWish(s.starts + shift, s.ends + shift, s.attended, s.resources)
        for s in wish.sessions
    ]
    last = moved[-1]
    if ends <= last.starts:
        said = Message("The end lies before the last session begins.")
        raise NotValid(said, [FieldError("ends_at", said, Message("Give a later end."))])
    moved[-1] = SessionWish(last.starts, ends, last.attended, last.resources)
    return BookingWish(
        facility=wish.facility,
        project=wish.project,
        resources=wish.resources,
        sessions=tuple(moved),
        batch=wish.batch,
        process_class=wish.process_class,
        operators=wish.operators,
        note=wish.note,
    )
