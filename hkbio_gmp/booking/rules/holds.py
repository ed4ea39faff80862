"""How long a request holds its slot: working days of the facility (D, a setting)."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, timedelta

from hkbio_gmp.kernel.timerange import day_end, local_date

WORKING_DAYS = 3
REMIND_HOURS = 24
"""Hours before its end at which whoever decides is reminded of a hold."""


def hold_until(
    requested_at: datetime, closed: Container[date], zone: str, days: int = WORKING_DAYS
) -> datetime:
    """The instant (UTC) at which the hold runs out: the end of the ``days``-th working day."""
    day = local_date(requested_at, zone)
    left = days
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in closed:
            left -= 1
    return day_end(day, zone)
