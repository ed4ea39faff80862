"""Checks of what is asked for, every wrong field told at once."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish
from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import within_reach
from hkbio_gmp.work import Work

LONGEST = timedelta(days=92)
MOST_SESSIONS = 60


class Refusals:
    """Collects every wrong field, so that all are told at once."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def add(self, field: str, message: Message, remedy: Message) -> None:
        """Note one wrong field."""
        self.errors.append(FieldError(field, message, remedy))

    def raise_any(self) -> None:
        """Raise NotValid with all that was noted; nothing where nothing was."""
        if self.errors:
            raise NotValid(Message("The booking is not complete."), self.errors)


def check_sessions(wish: BookingWish, wrong: Refusals) -> None:
    """Whole minutes, in order, no longer than what can be promised, none over another."""
    if not 0 < len(wish.sessions) <= MOST_SESSIONS:
        wrong.add(
            "sessions",
            Message("There must be 1 to {most} sessions.", most=MOST_SESSIONS),
            Message("Split the booking."),
        )
    for number, one in enumerate(wish.sessions, 1):
        _check_session(number, one, wrong)
    ordered = sorted(wish.sessions, key=lambda one: one.starts)
    if any(after.starts < before.ends for before, after in pairwise(ordered)):
        wrong.add(
            "sessions",
            Message("Two sessions overlap."),
            Message("End each session before the next one starts."),
        )


def _check_session(number: int, one: SessionWish, wrong: Refusals) -> None:
    at: dict[str, Any] = {"number": number}
    if not all(within_reach(edge) for edge in (one.starts, one.ends)):
        wrong.add(
            "starts_at",
            Message("Session {number} lies in no sensible year.", **at),
            Message("Give a time within the next two years."),
        )
    elif one.ends <= one.starts:
        wrong.add(
            "ends_at",
            Message("Session {number} ends before it starts.", **at),
            Message("Give an end after the start."),
        )
    elif one.ends - one.starts > LONGEST:
        wrong.add(
            "ends_at",
            Message("Session {number} lasts more than {days} days.", **at, days=LONGEST.days),
            Message("Split it."),
        )
    if any(edge.second or edge.microsecond for edge in (one.starts, one.ends)):
        wrong.add(
            "starts_at",
            Message("Session {number} does not begin and end on whole minutes.", **at),
            Message("Leave out the seconds."),
        )


def need_reason(work: Work) -> None:
    """Refuse an act without a reason where one is needed (Annex 11, 9). Raises NotValid."""
    if not (work.reason or "").strip():
        said = Message("A reason is needed.")
        raise NotValid(said, [FieldError("reason", said, Message("Write why, in a sentence."))])
