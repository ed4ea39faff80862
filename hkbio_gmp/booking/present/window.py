"""Which days the calendar shows, read from the address and told back to it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from hkbio_gmp.kernel.timerange import TimeRange, day_end, day_start

VIEWS = ("day", "week", "fortnight", "month")
_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Days:
    """The days ``first`` to ``last``, both shown, at one zoom."""

    view: str
    first: date
    last: date

    @property
    def before(self) -> date:
        """A day within the stretch before."""
        return self.first - timedelta(days=1 if self.view in {"day", "month"} else _DAYS[self.view])

    @property
    def after(self) -> date:
        """A day within the stretch after."""
        return self.last + timedelta(days=1)

    def in_zone(self, zone: str) -> TimeRange:
        """The same as instants (UTC)."""
        return TimeRange(day_start(self.first, zone), day_end(self.last, zone))


def days_of(view: str | None, wanted: str | None, today: date) -> Days:
    """The days around ``wanted`` (ISO), today where it is no date within reach."""
    zoom = view if view in VIEWS else "fortnight"
    day = _parsed(wanted) or today
    if zoom == "day":
        return Days(zoom, day, day)
    if zoom == "month":
        last = monthrange(day.year, day.month)[1]
        return Days(zoom, day.replace(day=1), day.replace(day=last))
    monday = day - timedelta(days=day.weekday())
    return Days(zoom, monday, monday + timedelta(days=_DAYS[zoom] - 1))


def _parsed(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if _EARLIEST < found < _LATEST else None
