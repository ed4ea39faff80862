"""Half-open ranges of time and the calculations on them. Instants in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hkbio_gmp.kernel.clock import utc

FIRST_YEAR, LAST_YEAR = 2000, 2199


def within_reach(day: date) -> bool:
    """Whether a calendar can reckon with the date: there are days before and after it."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


@dataclass(frozen=True, order=True, slots=True)
class TimeRange:
    """``[starts, ends)``: the start belongs to it, the end does not. Raises ValueError if empty."""

    starts: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if not self.starts < self.ends:
            raise ValueError("a time range must end after it starts")

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.ends - self.starts

    def overlaps(self, other: TimeRange) -> bool:
        """Whether the two share an instant; ranges that only touch do not."""
        return self.starts < other.ends and other.starts < self.ends

    def contains(self, other: TimeRange) -> bool:
        """Whether ``other`` lies wholly inside."""
        return self.starts <= other.starts and other.ends <= self.ends

    def shifted(self, by: timedelta) -> TimeRange:
        """The range as long, that much later."""
        return TimeRange(self.starts + by, self.ends + by)

    def widened(self, before: timedelta, after: timedelta) -> TimeRange:
        """The range with time added on both sides."""
        return TimeRange(self.starts - before, self.ends + after)

    def intersection(self, other: TimeRange) -> TimeRange | None:
        """The shared part, or None."""
        starts, ends = max(self.starts, other.starts), min(self.ends, other.ends)
        return TimeRange(starts, ends) if starts < ends else None


def merged(ranges: Iterable[TimeRange]) -> list[TimeRange]:
    """Join ranges that overlap or touch; the answer is sorted."""
    out: list[TimeRange] = []
    for item in sorted(ranges):
        if out and item.starts <= out[-1].ends:
            out[-1] = TimeRange(out[-1].starts, max(out[-1].ends, item.ends))
        else:
            out.append(item)
    return out


def gaps(window: TimeRange, taken: Iterable[TimeRange]) -> list[TimeRange]:
    """What is left of ``window`` once ``taken`` is out of it; sorted."""
    out: list[TimeRange] = []
    edge = window.starts
    for item in merged(taken):
        if item.ends <= edge:
            continue
        if item.starts >= window.ends:
            break
        if edge < item.starts:
            out.append(TimeRange(edge, item.starts))
        edge = item.ends
    if edge < window.ends:
        out.append(TimeRange(edge, window.ends))
    return out


def day_start(day: date, zone: str) -> datetime:
    """The instant (UTC) at which ``day`` begins in ``zone``."""
    return utc(datetime.combine(day, time(), ZoneInfo(zone)))


def day_end(day: date, zone: str) -> datetime:
    """The instant (UTC) at which ``day`` is over in ``zone``: the next day's start."""
    return day_start(day + timedelta(days=1), zone)


def local_date(instant: datetime, zone: str) -> date:
    """The calendar day of ``instant`` in ``zone``."""
    return instant.astimezone(ZoneInfo(zone)).date()
