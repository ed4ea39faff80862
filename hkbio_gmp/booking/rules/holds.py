"""How long a request holds its slot: working days of the facility (D, a setting)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from hkbio_gmp.kernel.timerange import day_end

WORKING_DAYS = 2
REMIND_HOURS = 24
"""Hours before its end at which whoever decides is reminded of a hold."""


def hold_until(opened: Sequence[date], zone: str, days: int) -> datetime:
    """The instant (UTC) at which the hold runs out: the end of the ``days``-th of the days on which
    the facility opens, in order; of the last one known where they are fewer."""
    return day_end(opened[min(days, len(opened)) - 1], zone)
