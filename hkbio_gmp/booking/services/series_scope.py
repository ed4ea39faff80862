"""What a change of a series touches, and what becomes of each occurrence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from hkbio_gmp.booking.lifecycle import BookingState, SessionState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.models_series import BookingSeries, SeriesOccurrence
from hkbio_gmp.booking.services.proposals import open_proposal
from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish, wish_of
from hkbio_gmp.kernel.errors import FieldError, NotValid, WrongState
from hkbio_gmp.kernel.messages import Message

SCOPES = ("one", "following", "all")
ACTS = ("shift", "resources", "cancel")
MOST_DAYS = 92
_LIVE = frozenset({BookingState.DRAFT, BookingState.REQUESTED, BookingState.APPROVED})


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """What to do to which occurrences, counted from ``number``; one of SCOPES and of ACTS.

    A shift is by ``days`` of the facility's wall time and ``minutes`` of elapsed time, later where
    positive; other resources are ``target`` instead of ``source``.
    """

    act: str
    scope: str
    number: int
    days: int = 0
    minutes: int = 0
    source: str | None = None
    target: str | None = None

    @property
    def is_later(self) -> bool:
        """Whether it moves to a later time."""
        return timedelta(days=self.days, minutes=self.minutes) > timedelta()


def check_change(series: BookingSeries, change: SeriesChange) -> None:
    """Raise NotValid that names every field which is wrong."""
    errors = []
    for field, value, known in (("scope", change.scope, SCOPES), ("action", change.act, ACTS)):
        if value not in known:
            remedy = Message("Use one of: {k}.", k=", ".join(known))
            errors.append(FieldError(field, Message("There is no such choice."), remedy))
    if change.number not in {one.number for one in series.occurrences}:
        said = Message("The series has no such occurrence.")
        remedy = Message("Give numbers from 1 to {most}.", most=len(series.occurrences))
        errors.append(FieldError("number", said, remedy))
    errors += _wrong_length(change) if change.act == "shift" else []
    if change.act == "resources" and not (change.source and change.target):
        said = Message("No other resource is named.")
        errors.append(FieldError("take", said, Message("Say which one to take instead of which.")))
    if errors:
        raise NotValid(Message("The change is not complete."), errors)


def _wrong_length(change: SeriesChange) -> list[FieldError]:
    length = timedelta(days=change.days, minutes=change.minutes)
    if length and abs(length) <= timedelta(days=MOST_DAYS):
        return []
    said = Message("A shift is some whole minutes, at most {days} days.", days=MOST_DAYS)
    return [FieldError("days", said, Message("Give days or minutes; negative ones move earlier."))]


def affected(series: BookingSeries, change: SeriesChange) -> list[tuple[int, Booking]]:
    """(number, booking) of what a change touches, in the order in which it can be done.

    What has begun, is over, or waits for an answer to a move stays. Raises WrongState where
    nothing is left.
    """
    rows = [
        (one.number, one.booking)
        for one in series.occurrences
        if one.booking is not None and _is_within(one, change) and _can_change(one.booking, change)
    ]
    if not rows:
        raise WrongState(Message("None of these occurrences can be changed any more."))
    return rows[::-1] if change.act == "shift" and change.is_later else rows


def _is_within(one: SeriesOccurrence, change: SeriesChange) -> bool:
    if change.scope == "one":
        return one.number == change.number
    return change.scope == "all" or one.number >= change.number


def _can_change(booking: Booking, change: SeriesChange) -> bool:
    planned = all(session.state == SessionState.PLANNED for session in booking.sessions)
    free = change.act == "cancel" or open_proposal(booking) is None
    return booking.status in _LIVE and planned and free


def changed_wish(booking: Booking, change: SeriesChange) -> BookingWish:
    """The booking as the request that it becomes."""
    wish, zone = wish_of(booking), ZoneInfo(booking.facility.zone)
    if change.act == "shift":
        sessions = tuple(_shifted(one, change, zone) for one in wish.sessions)
    else:
        sessions = tuple(_swapped(one, change) for one in wish.sessions)
    first = sessions[0].resources or ()
    return replace(wish, sessions=sessions, resources=first)


def _shifted(one: SessionWish, change: SeriesChange, zone: ZoneInfo) -> SessionWish:
    wall = one.starts.astimezone(zone).replace(tzinfo=None) + timedelta(days=change.days)
    starts = wall.replace(tzinfo=zone).astimezone(UTC) + timedelta(minutes=change.minutes)
    return replace(one, starts=starts, ends=starts + (one.ends - one.starts))


def _swapped(one: SessionWish, change: SeriesChange) -> SessionWish:
    codes = [change.target if c == change.source else c for c in one.resources or ()]
    return replace(one, resources=tuple(dict.fromkeys(c for c in codes if c)))
