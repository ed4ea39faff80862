"""When a facility is open: weekly hours less its closed days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hkbio_gmp.facilities.rules.facts import ClosedDay, OpeningPattern, OpeningSlot
from hkbio_gmp.kernel.clock import utc
from hkbio_gmp.kernel.timerange import TimeRange, local_date, merged


def open_ranges(
    hours: OpeningPattern,
    closures: Iterable[ClosedDay],
    holidays: Iterable[ClosedDay],
    window: TimeRange,
    zone: str,
) -> list[TimeRange]:
    """The parts of ``window`` (UTC) in which the facility is open, sorted, in UTC.

    Hours and days are those of ``zone``. Attended work outside them warns (the contract's roles).
    """
    closed = frozenset(item.day for item in (*closures, *holidays))
    first, last = local_date(window.starts, zone), local_date(window.ends, zone)
    inside = (item.intersection(window) for item in _opened(hours, closed, first, last, zone))
    return merged(item for item in inside if item is not None)


# a search asks for the same year again and again
@lru_cache(maxsize=64)
def _opened(
    hours: OpeningPattern, closed: frozenset[date], first: date, last: date, zone: str
) -> tuple[TimeRange, ...]:
    return tuple(
        _range(day, slot, zone)
        for day in days_between(first, last)
        if day not in closed
        for slot in hours.of_weekday(day.weekday())
    )


def is_open_throughout(when: TimeRange, opened: Iterable[TimeRange]) -> bool:
    """Whether ``when`` lies wholly within one of the opening ranges."""
    return any(item.contains(when) for item in opened)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _range(day: date, slot: OpeningSlot, zone: str) -> TimeRange:
    place = ZoneInfo(zone)
    # Combined in the zone, then turned to UTC: right also where clocks change.
    starts = datetime.combine(day, slot.opens, place)
    return TimeRange(utc(starts), utc(datetime.combine(day, slot.closes, place)))


@dataclass(frozen=True, slots=True)
class ClosedSpan:
    """Consecutive days closed for one reason, both ends included."""

    first: date
    last: date
    name: str
    name_zh: str
    source: str


def closed_spans(days: Iterable[ClosedDay]) -> list[ClosedSpan]:
    """Join neighbouring closed days of one name; by first day."""
    spans: list[ClosedSpan] = []
    for item in sorted(days):
        at = next((n for n, span in enumerate(spans) if _continues(span, item)), None)
        if at is None:
            spans.append(ClosedSpan(item.day, item.day, item.name, item.name_zh, item.source))
        else:
            spans[at] = replace(spans[at], last=item.day)
    return spans


def _continues(span: ClosedSpan, item: ClosedDay) -> bool:
    same = (span.name, span.name_zh, span.source) == (item.name, item.name_zh, item.source)
    return same and item.day == span.last + timedelta(days=1)
