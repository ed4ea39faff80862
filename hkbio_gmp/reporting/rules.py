"""Utilisation: what share of the time that a room could be used was occupied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from hkbio_gmp.kernel.timerange import TimeRange, gaps, merged


@dataclass(frozen=True, slots=True)
class Utilisation:
    """Occupied and usable time: calendar less shutdown and requalification."""

    occupied: timedelta
    usable: timedelta

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where nothing was usable."""
        return self.occupied / self.usable if self.usable else None

    @property
    def percent(self) -> int | None:
        """The share as whole percent."""
        return None if self.share is None else round(self.share * 100)

    def __add__(self, other: Utilisation) -> Utilisation:
        """Two rooms, or two stretches, taken together."""
        return Utilisation(self.occupied + other.occupied, self.usable + other.usable)


NOTHING = Utilisation(timedelta(), timedelta())


def utilisation(
    window: TimeRange, occupied: Iterable[TimeRange], away: Iterable[TimeRange]
) -> Utilisation:
    """One room's utilisation over ``window`` (UTC).

    ``away`` are its shutdowns and requalifications; what is occupied during them counts as
    neither. Formula: domain vocabulary, "Utilisation".
    """
    usable = gaps(window, away)
    used = merged(occupied)
    parts = [part for space in usable for use in used if (part := space.intersection(use))]
    return Utilisation(_length(parts), _length(usable))


def _length(ranges: Iterable[TimeRange]) -> timedelta:
    return sum((one.length for one in ranges), timedelta())


def tenths(share: float | None) -> int | None:
    """A share in steps of ten percent: coarse enough to tell nothing of one organisation."""
    return None if share is None else round(share * 10) * 10
