"""Slots that are proposed beside a booking's own: held in pieces until somebody decides."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from hkbio_gmp.booking.models import Allocation, Booking, MoveProposal
from hkbio_gmp.booking.queries.occupied import occupied, rule_book
from hkbio_gmp.booking.rules.occupancy import Use, clashes
from hkbio_gmp.booking.services.plan import Plan
from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish
from hkbio_gmp.booking.services.writing import Calendars
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.kernel.errors import WrongState
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange, gaps
from hkbio_gmp.work import Work

_MINUTE = timedelta(minutes=1)


def open_proposal(booking: Booking) -> MoveProposal | None:
    """The move or counter-offer that waits for its decision."""
    return next((p for p in booking.proposals if p.state == "open"), None)


def check_none_open(booking: Booking) -> None:
    """Refuse a second one while the first waits. Raises WrongState."""
    if open_proposal(booking) is not None:
        raise WrongState(Message("A move is proposed already; accept or decline it first."))


def new_proposal(
    work: Work, proposer: str, booking: Booking, wish: BookingWish, plan: Plan, side: str
) -> MoveProposal:
    """Write a proposal by ``proposer`` (a code), who stands on a ``side``."""
    proposal = MoveProposal(
        number=len(booking.proposals) + 1,
        side=side,
        proposed_by=proposer,
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


def hold_beyond(
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
    here = facilities.standing(work.session, plan.facility.code)
    taken = occupied(work.session, here, window, work.at, without=plan.reference)
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


def drop_pieces(work: Work, booking: Booking, proposal: MoveProposal) -> None:
    """Let go of what the proposal holds."""
    for session in booking.sessions:
        for allocation in list(session.allocations):
            if allocation.proposal_id == proposal.id:
                session.allocations.remove(allocation)
                work.session.delete(allocation)
    work.session.flush()


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
            "template": wish.template,
            "urgent": wish.urgent,
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
