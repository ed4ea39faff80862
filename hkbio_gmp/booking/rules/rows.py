"""What takes time at one place, kept in order and found by time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from hkbio_gmp.booking.rules.occupancy import Use
from hkbio_gmp.kernel.timerange import TimeRange

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """What takes time at one place, in order, found by time."""

    uses: list[T]
    starts: list[datetime]
    longest: timedelta

    def within(self, when: TimeRange) -> list[T]:
        """Those whose time may touch ``when``."""
        first = bisect_right(self.starts, when.starts - self.longest)
        return self.uses[max(first - 1, 0) : bisect_left(self.starts, when.ends)]


def row_of(pairs: list[tuple[TimeRange, T]]) -> Row[T]:
    """What takes these times (UTC)."""
    pairs.sort(key=lambda pair: pair[0].starts)
    longest = max((when.length for when, _one in pairs), default=timedelta())
    return Row([one for _when, one in pairs], [when.starts for when, _one in pairs], longest)


def rows_of(pairs: Iterable[tuple[str, Use]]) -> dict[str, Row[Use]]:
    """Place → the occupancies there."""
    found: dict[str, list[tuple[TimeRange, Use]]] = defaultdict(list)
    for code, use in pairs:
        found[code].append((use.occupancy, use))
    return {code: row_of(uses) for code, uses in found.items()}
