"""When an outage would do the least harm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hkbio_gmp.kernel.timerange import TimeRange

MOST_WINDOWS = 60


@dataclass(frozen=True, slots=True)
class Lying:
    """One booking's occupancy of one of the resources. ``patient``: one patient's material."""

    reference: str
    occupancy: TimeRange
    patient: bool


@dataclass(frozen=True, slots=True)
class Harm:
    """What an outage over one window would hit; ``stranded`` is None where nobody looked."""

    window: TimeRange
    references: tuple[str, ...]
    patients: int
    lost: timedelta
    stranded: int | None = None

    @property
    def weight(self) -> tuple[int, int, int, timedelta, datetime]:
        """Sort key, the least harmful first: patients, bookings, those without a place, hours."""
        unplaced = len(self.references) if self.stranded is None else self.stranded
        return self.patients, len(self.references), unplaced, self.lost, self.window.starts

    def with_stranded(self, count: int) -> Harm:
        """The same, knowing how many moves find no place."""
        return replace(self, stranded=count)


def windows(first: TimeRange, until: datetime, step: timedelta) -> list[TimeRange]:
    """The window again and again from its start, while it ends by ``until`` (UTC)."""
    found = []
    for number in range(MOST_WINDOWS):
        moved = first.shifted(number * step)
        if moved.ends > until:
            break
        found.append(moved)
    return found


def harm_of(window: TimeRange, lying: Iterable[Lying]) -> Harm:
    """What an outage over ``window`` would hit. Hours are those taken from occupancies."""
    hit = [one for one in lying if one.occupancy.overlaps(window)]
    shared = [one.occupancy.intersection(window) for one in hit]
    lost = sum((part.length for part in shared if part is not None), timedelta())
    references = tuple(dict.fromkeys(one.reference for one in hit))
    patients = len({one.reference for one in hit if one.patient})
    return Harm(window, references, patients, lost, None if references else 0)


def ranked(found: Sequence[Harm]) -> list[Harm]:
    """The least harmful first; of equals the earliest."""
    return sorted(found, key=lambda harm: harm.weight)
