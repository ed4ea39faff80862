"""Where a room's time went: every instant counted once, under the first cause that holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from hkbio_gmp.kernel.timerange import TimeRange, gaps, merged

CAUSES = ("shutdown", "requalification", "outage", "used", "no_show", "changeover", "gap", "free")
"""In the order in which they claim an instant; ``free`` is what is left."""
_AWAY = {"shutdown": "shutdown", "requalification": "requalification"}
_ZERO = timedelta()


@dataclass(frozen=True, slots=True)
class Taken:
    """One session's use of a room. Instants in UTC.

    ``gap`` is what the changeover to the next use needs beyond the occupancy.
    """

    slot: TimeRange
    occupancy: TimeRange
    organisation: str
    no_show: bool = False
    gap: TimeRange | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """One outage of a room."""

    when: TimeRange
    kind: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one room's time under one cause; whose it was, where it was anybody's."""

    when: TimeRange
    cause: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """A room's time, or several rooms' together, by cause."""

    shutdown: timedelta = _ZERO
    requalification: timedelta = _ZERO
    outage: timedelta = _ZERO
    no_show: timedelta = _ZERO
    used: timedelta = _ZERO
    changeover: timedelta = _ZERO
    gap: timedelta = _ZERO
    free: timedelta = _ZERO

    @property
    def calendar(self) -> timedelta:
        """All of it."""
        return sum((getattr(self, one.name) for one in fields(self)), _ZERO)

    @property
    def usable(self) -> timedelta:
        """Calendar less shutdown and requalification: what utilisation is measured against."""
        return self.calendar - self.shutdown - self.requalification

    @property
    def blocked(self) -> timedelta:
        """Set-up and turnaround of the uses, and what a pair of them needs beyond."""
        return self.changeover + self.gap

    @property
    def occupied(self) -> timedelta:
        """Slots with their set-up and turnaround, kept or not."""
        return self.used + self.changeover + self.no_show

    @property
    def share(self) -> float | None:
        """Utilisation, 0 to 1: occupied of usable. None where nothing was usable."""
        return self.occupied / self.usable if self.usable else None

    @property
    def percent(self) -> int | None:
        """The share as whole percent."""
        return None if self.share is None else round(self.share * 100)

    def __add__(self, other: Budget) -> Budget:
        """Two rooms, or two stretches of time, taken together."""
        pairs = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return replace(self, **pairs)


def stretches(window: TimeRange, taken: Sequence[Taken], away: Iterable[Away]) -> list[Stretch]:
    """One room's time over ``window`` (UTC), by start: each instant once.

    What an outage takes counts as the outage's, whoever had booked it.
    """
    claims: list[Stretch] = [Stretch(one.when, _AWAY.get(one.kind, "outage")) for one in away]
    for one in taken:
        slot_cause = "no_show" if one.no_show else "used"
        claims.append(Stretch(one.slot, slot_cause, one.organisation))
        claims.append(Stretch(one.occupancy, "changeover", one.organisation))
        if one.gap is not None:
            claims.append(Stretch(one.gap, "gap", one.organisation))
    found: list[Stretch] = []
    for cause in CAUSES[:-1]:
        covered = merged(one.when for one in found)
        found += _unclaimed(window, [c for c in claims if c.cause == cause], covered)
    rest = gaps(window, [one.when for one in found])
    found += [Stretch(when, "free") for when in rest]
    return sorted(found, key=lambda one: one.when)


def _unclaimed(
    window: TimeRange, claims: Sequence[Stretch], covered: Sequence[TimeRange]
) -> list[Stretch]:
    """The parts of ``claims`` inside the window that nothing covers, none counted twice."""
    found: list[Stretch] = []
    edge = window.starts
    for claim in sorted(claims, key=lambda one: one.when):
        starts, ends = max(claim.when.starts, edge), min(claim.when.ends, window.ends)
        if starts >= ends:
            continue
        edge = ends
        near = [c for c in covered if c.ends > starts and c.starts < ends]
        found += [replace(claim, when=piece) for piece in gaps(TimeRange(starts, ends), near)]
    return found


def budget(found: Iterable[Stretch]) -> Budget:
    """What stretches of time add up to."""
    spent = dict.fromkeys(CAUSES, _ZERO)
    for one in found:
        spent[one.cause] += one.when.length
    return Budget(**spent)


def clipped(found: Sequence[Stretch], edges: Sequence[TimeRange]) -> list[Budget]:
    """The budget of each of ``edges``, which follow each other, such as weeks."""
    return [budget(_within(found, edge)) for edge in edges]


def _within(found: Iterable[Stretch], edge: TimeRange) -> list[Stretch]:
    parts = [(one, one.when.intersection(edge)) for one in found]
    return [replace(one, when=when) for one, when in parts if when is not None]


def tenths(share: float | None) -> int | None:
    """A share in steps of ten percent: coarse enough to tell nothing of one organisation."""
    return None if share is None else round(share * 10) * 10
