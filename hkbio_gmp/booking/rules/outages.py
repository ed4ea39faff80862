"""Planning outages: kinds, events, when a recurring one falls. Instants in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule

from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange

KINDS = ("planned", "unplanned", "requalification", "shutdown")
HVAC, FILTER = "hvac", "filter_change"
EVENTS = (HVAC, FILTER)
"""What ends a room's qualification (PE 009-17 Annex 1 4.32)."""
FREQUENCIES: Final[dict[str, Literal[0, 1, 2, 3, 4, 5, 6]]] = {
    "daily": DAILY,
    "weekly": WEEKLY,
    "monthly": MONTHLY,
}
MOST_OCCURRENCES = 60
MOST_OUTAGES = 300


@dataclass(frozen=True, slots=True)
class OutageWish:
    """Resources out of use at once, over one window or several. ``event`` is one of EVENTS."""

    resources: tuple[str, ...]
    windows: tuple[TimeRange, ...]
    kind: str
    event: str | None = None
    recurrence: str | None = None

    @property
    def span(self) -> TimeRange:
        """From the first window's start to the last one's end."""
        return TimeRange(min(w.starts for w in self.windows), max(w.ends for w in self.windows))


def check_outage(wish: OutageWish, reason: str | None) -> None:
    """Raise NotValid that names every field which is wrong."""
    errors = []
    if wish.kind not in KINDS:
        said = Message("There is no kind of outage {kind}.", kind=wish.kind[:40])
        errors.append(FieldError("kind", said, Message("Use one of: {k}.", k=", ".join(KINDS))))
    if wish.event is not None and wish.event not in EVENTS:
        said = Message("There is no such event.")
        errors.append(FieldError("event", said, Message("Use one of: {k}.", k=", ".join(EVENTS))))
    if not wish.resources:
        said = Message("No room or equipment is chosen.")
        errors.append(FieldError("resource", said, Message("Choose at least one.")))
    if not (reason or "").strip():
        said = Message("A reason is needed.")
        errors.append(FieldError("reason", said, Message("Write why, in a sentence.")))
    errors += _wrong_windows(wish)
    if errors:
        raise NotValid(Message("The outage is not complete."), errors)


def _wrong_windows(wish: OutageWish) -> list[FieldError]:
    edges = [edge for window in wish.windows for edge in (window.starts, window.ends)]
    errors = []
    if any(edge.second or edge.microsecond for edge in edges):
        said = Message("It does not begin and end on whole minutes.")
        errors.append(FieldError("from", said, Message("Leave out the seconds.")))
    if not 0 < len(wish.windows) * max(len(wish.resources), 1) <= MOST_OUTAGES:
        said = Message("These are more than {most} outages at once.", most=MOST_OUTAGES)
        errors.append(FieldError("count", said, Message("Plan fewer repetitions.")))
    ordered = sorted(wish.windows, key=lambda window: window.starts)
    if any(a.ends > b.starts for a, b in pairwise(ordered)):
        said = Message("A repetition begins before the one before it ends.")
        errors.append(FieldError("interval", said, Message("Repeat it less often.")))
    return errors


def occurrences(
    first: TimeRange, zone: str, frequency: str, interval: int, count: int
) -> tuple[str, tuple[TimeRange, ...]]:
    """The iCalendar rule (RFC 5545) and its windows, at the same time of day in ``zone``.

    At most MOST_OCCURRENCES; a month without that day has none. Raises NotValid.
    """
    if frequency not in FREQUENCIES or not 1 <= interval <= 366:
        said = Message("There is no such repetition.")
        raise NotValid(said, [FieldError("frequency", said, Message("Choose one of the list."))])
    if not 1 <= count <= MOST_OCCURRENCES:
        said = Message("There must be 1 to {most} repetitions.", most=MOST_OCCURRENCES)
        raise NotValid(said, [FieldError("count", said, Message("Plan fewer repetitions."))])
    local = first.starts.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    dates: Sequence[datetime] = list(
        rrule(FREQUENCIES[frequency], dtstart=local, interval=interval, count=count)
    )
    text = f"FREQ={frequency.upper()};INTERVAL={interval};COUNT={count}"
    starts = [day.replace(tzinfo=ZoneInfo(zone)).astimezone(first.starts.tzinfo) for day in dates]
    return text, tuple(TimeRange(at, at + first.length) for at in starts)
