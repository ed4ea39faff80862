"""Other slots: moves of approved bookings, counter-offers to requests, and their decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BOOKINGS, BookingState
from hkbio_gmp.booking.models import Booking, MoveProposal
from hkbio_gmp.booking.services.begun import check_begun, to_come
from hkbio_gmp.booking.services.checks import need_reason
from hkbio_gmp.booking.services.evaluation import evaluate, refuse_blocked, viewer_of
from hkbio_gmp.booking.services.flags import clear_flags
from hkbio_gmp.booking.services.holding import begin_hold, expire_stale, go_back, renew_hold
from hkbio_gmp.booking.services.people import may_act, people_of, tell_managers
from hkbio_gmp.booking.services.plan import Plan, make_plan
from hkbio_gmp.booking.services.proposals import (
    check_none_open,
    drop_pieces,
    hold_beyond,
    load_wish,
    new_proposal,
    open_proposal,
)
from hkbio_gmp.booking.services.signatures import check_separation
from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish, wish_of
from hkbio_gmp.booking.services.writing import (
    batch_of,
    begin_again,
    check_version,
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
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import Work


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
    work: Work,
    principal: PersonPrincipal,
    reference: str,
    wish: BookingWish,
    version: int | None,
    *,
    tell: bool = True,
) -> Booking:
    """Change an approved booking: a shortening takes effect at once, anything material becomes a
    proposed move whose slot is held until the other side decides. Without ``tell`` nobody hears.

    Raises NotFound, NotAllowed, WrongState, Stale, SlotTaken, NotValid.
    """
    booking = load_booking(work, reference)
    may_act(principal, booking, "booking:slot:propose_move")
    check_version(booking, version)
    BOOKINGS.get(BookingState(booking.status), "propose_move")
    check_none_open(booking)
    _check_urgency_kept(booking, wish)
    plan = make_plan(work.session, wish, reference=reference)
    check_begun(booking, plan)
    calendars = lock_plan(work, plan)
    expire_stale(work, plan.facility.code)
    viewer, moved = viewer_of(principal), to_come(booking, plan)
    refuse_blocked(evaluate(work.session, moved, viewer, work.at), moved, viewer)
    with guarded(work):
        booking.version += 1
        if is_shortening(booking, plan):
            clear_flags(work, booking, "changed")
            write_operators(work, booking, plan)
            write_sessions(work, booking, plan, calendars, plan.facility.rules_version)
        else:
            ours = principal.may("booking:slot:request", organisation=booking.organisation.code)
            side = "organisation" if ours else "facility"
            made = new_proposal(work, principal.code, booking, wish, plan, side)
            hold_beyond(work, booking, moved, calendars, made)
    if tell:
        others = [p for p in people_of(work, booking) if p.code != principal.code]
        notices.tell(work, others, booking, notices.decided(booking, "move proposed"))
    return booking


def _check_urgency_kept(booking: Booking, wish: BookingWish) -> None:
    if wish.urgent != booking.urgent:
        said = Message("What was approved is urgent or not for good.")
        raise NotValid(said, [FieldError("urgent", said, Message("Ask for a new booking."))])


def decide_move(
    work: Work, principal: PersonPrincipal, reference: str, verb: str, version: int | None
) -> Booking:
    """Accept or decline the open proposal; never the person, nor the side, that proposed it.

    Raises NotFound, NotAllowed, WrongState, Stale, SlotTaken, NotValid.
    """
    booking = load_booking(work, reference)
    may_act(principal, booking, f"booking:slot:{verb}")
    check_version(booking, version)
    expire_stale(work, booking.facility.code)
    row = BOOKINGS.get(BookingState(booking.status), verb)
    proposal = open_proposal(booking)
    if proposal is None:
        raise WrongState(Message("No other slot is offered any more."))
    _check_side(principal, booking, proposal)
    waited = booking.status == BookingState.WAITLISTED
    wish = load_wish(proposal.plan)
    drop_pieces(work, booking, proposal)
    with guarded(work):
        proposal.state = "accepted" if verb == "accept" else "declined"
        proposal.decided_by, proposal.decided_at = principal.code, work.at
        booking.version += 1
        booking.status = str(row.target)
        if verb == "accept":
            _apply(work, principal, booking, wish)
            if booking.status == BookingState.REQUESTED:
                begin_again(booking)
                begin_hold(work, booking)
        elif booking.status == BookingState.WAITLISTED:
            go_back(work, booking)
    if waited:
        _tell_of_offer(work, booking, verb)
        return booking
    others = [p for p in people_of(work, booking) if p.code != principal.code]
    notices.tell(work, others, booking, _told(booking, proposal))
    return booking


def _tell_of_offer(work: Work, booking: Booking, verb: str) -> None:
    """Nobody decides on an offer that was declined; what was taken waits for the managers."""
    if verb == "accept":
        tell_managers(work, notices.of_booking(booking))


def _told(booking: Booking, proposal: MoveProposal) -> Message:
    waiting = booking.status == BookingState.REQUESTED
    return notices.decided(booking, f"{'counter-offer' if waiting else 'move'} {proposal.state}")


def counter_offer(
    work: Work, principal: PersonPrincipal, reference: str, wish: BookingWish, version: int | None
) -> Booking:
    """Offer another slot for a request, with a reason; it is held until the organisation decides.

    The request keeps its own slot meanwhile. Never by whoever asked or is a named operator.
    Raises NotFound, NotAllowed, WrongState, Stale, SlotTaken, NotValid.
    """
    booking = load_booking(work, reference)
    may_act(principal, booking, "booking:slot:counter_offer")
    check_version(booking, version)
    expire_stale(work, booking.facility.code)
    row = BOOKINGS.get(BookingState(booking.status), "counter_offer")
    check_separation(principal, booking, row.never)
    check_none_open(booking)
    need_reason(work)
    plan = make_plan(work.session, wish, reference=reference)
    _check_offer(booking, plan)
    calendars = lock_plan(work, plan)
    viewer = viewer_of(principal)
    refuse_blocked(evaluate(work.session, plan, viewer, work.at), plan, viewer)
    with guarded(work):
        booking.version += 1
        renew_hold(work, booking)
        made = new_proposal(work, principal.code, booking, wish, plan, "facility")
        hold_beyond(work, booking, plan, calendars, made)
    others = [p for p in people_of(work, booking) if p.code != principal.code]
    notices.tell(work, others, booking, notices.decided(booking, "counter-offer made"))
    return booking


def _check_offer(booking: Booking, plan: Plan) -> None:
    """An offer is another slot for the same work, nothing else. Raises NotValid."""
    if plan.project.id != booking.project_id or plan.needs.code != booking.process_class:
        said = Message("A counter-offer keeps the project and the process class.")
        raise NotValid(said, [FieldError("process_class", said, Message("Leave it out."))])
    now = [(s.starts, s.ends) for s in booking.sessions]
    same = now == [(s.slot.starts, s.slot.ends) for s in plan.sessions]
    if same and {u.resource for u in plan.uses} == {
        a.resource for s in booking.sessions for a in s.allocations
    }:
        said = Message("This is the slot that was asked for.")
        raise NotValid(said, [FieldError("starts_at", said, Message("Offer another one."))])


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


def _apply(work: Work, principal: PersonPrincipal, booking: Booking, wish: BookingWish) -> None:
    plan = make_plan(work.session, wish, reference=booking.reference)
    calendars = lock_plan(work, plan)
    check_begun(booking, plan)
    viewer, moved = viewer_of(principal), to_come(booking, plan)
    evaluation = evaluate(work.session, moved, viewer, work.at)
    refuse_blocked(evaluation, moved, viewer)
    facility = principal.may("booking:slot:approve", facility=booking.facility.code)
    if facility and evaluation.verdict is Verdict.ATTENTION:
        need_reason(work)
    clear_flags(work, booking, "moved")
    booking.process_class, booking.batch = plan.needs.code, batch_of(work, plan)
    write_operators(work, booking, plan)
    write_sessions(work, booking, plan, calendars, plan.facility.rules_version)


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
    return replace(wish, sessions=tuple(moved))
