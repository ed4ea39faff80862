"""What is still to come of a booking, moved as one piece: patient material is late."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState, SessionState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.queries.circumstances import load_circumstances
from hkbio_gmp.booking.rules.assess import assess
from hkbio_gmp.booking.rules.circumstances import Asked
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.booking.rules.shifting import (
    FARTHEST_SHIFT,
    Fits,
    SessionSaid,
    by_session,
    moved,
    next_fits,
    only,
)
from hkbio_gmp.booking.services.evaluation import scope_of, viewer_of
from hkbio_gmp.booking.services.moves import propose_move
from hkbio_gmp.booking.services.plan import plan_of
from hkbio_gmp.booking.services.requests import change_request
from hkbio_gmp.booking.services.wishes import BookingWish, wish_of
from hkbio_gmp.booking.services.writing import load_booking
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import FieldError, NotValid, WrongState
from hkbio_gmp.kernel.findings import Finding, Verdict, verdict
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

MOST_MINUTES = 92 * 24 * 60


@dataclass(frozen=True, slots=True)
class ShiftVerdict:
    """What a shift would be told, nothing written."""

    shift: timedelta
    sessions: list[SessionSaid]
    findings: list[Finding]
    fits: Fits | None

    @property
    def verdict(self) -> Verdict:
        """What it amounts to."""
        return verdict(self.findings)


def to_shift(booking: Booking) -> frozenset[int]:
    """Numbers of the sessions that a shift moves: those that have not begun.

    Raises WrongState where none is left.
    """
    found = frozenset(s.number for s in booking.sessions if s.state == SessionState.PLANNED)
    if not found:
        raise WrongState(Message("Every session has begun: there is nothing left to move."))
    return found


def shifted_wish(booking: Booking, shift: timedelta) -> BookingWish:
    """The booking as a request with every session still to come moved by ``shift``.

    Elapsed time, later where positive. Raises WrongState where every session has begun, NotValid
    for a shift of nothing, of part of a minute, or beyond the longest booking.
    """
    _check_length(shift)
    numbers = to_shift(booking)
    wish = wish_of(booking)
    sessions = tuple(
        replace(one, starts=one.starts + shift, ends=one.ends + shift)
        if row.number in numbers
        else one
        for row, one in zip(booking.sessions, wish.sessions, strict=True)
    )
    return replace(wish, sessions=sessions)


def _check_length(shift: timedelta) -> None:
    minutes = shift / timedelta(minutes=1)
    if minutes == 0 or minutes % 1 or abs(minutes) > MOST_MINUTES:
        said = Message("A shift is some whole minutes, at most {days} days.", days=92)
        remedy = Message("Give minutes; negative ones move earlier.")
        raise NotValid(said, [FieldError("shift_minutes", said, remedy)])


def shift_booking(
    work: Work, principal: PersonPrincipal, reference: str, shift: timedelta, version: int | None
) -> Booking:
    """Move every session to come by ``shift``: a draft or request in place, an approved booking
    as a proposed move. Raises as :func:`change_request` and :func:`propose_move`.
    """
    booking = load_booking(work, reference)
    wish = shifted_wish(booking, shift)
    approved = booking.status == BookingState.APPROVED
    command = propose_move if approved else change_request
    return command(work, principal, reference, wish, version)


def shift_verdict(
    session: Session,
    principal: PersonPrincipal,
    booking: Booking,
    shift: timedelta,
    now: datetime,
) -> ShiftVerdict:
    """What a shift would be told at ``now`` (UTC), session by session; how much later it fits.

    Raises WrongState, NotValid as :func:`shifted_wish`.
    """
    _check_length(shift)
    numbers = to_shift(booking)
    facts = moved(plan_of(session, booking).facts, numbers, shift)
    there = only(facts, numbers)
    around = load_circumstances(session, scope_of(_reaching(there)), now)
    asked = Asked(viewer_of(principal), now)
    told = assess(there, around, asked)
    hours = any(f.rule == "opening_hours" for f in told.findings)
    look = told.verdict is Verdict.BLOCKED or hours
    return ShiftVerdict(
        shift=shift,
        sessions=by_session(there, around, asked),
        findings=told.findings,
        fits=next_fits(facts, numbers, around, asked) if look else None,
    )


def _reaching(plan: PlanFacts) -> PlanFacts:
    """The plan with its last session as late as one is looked for: its window is read."""
    last = plan.sessions[-1]
    later = moved(plan, {last.number}, FARTHEST_SHIFT)
    return replace(plan, sessions=(*plan.sessions[:-1], later.sessions[-1]))
