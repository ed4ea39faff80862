"""Uses of resources and what keeps them apart. Instants in UTC, whole minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from hkbio_gmp.facilities.rules.changeover import ChangeoverMatrix
from hkbio_gmp.facilities.rules.segregation import (
    INFECTED,
    VECTORS,
    SegregationRule,
    SegregationRules,
)
from hkbio_gmp.kernel.timerange import TimeRange

WISHED = "-"
"""The series of a wish that belongs to no project yet."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use of one resource: the slot, and the occupancy with set-up and turnaround.

    ``booking`` is None for a use that is only wished for; ``decided_under`` is the version of
    the rules that its decision was bound by.
    """

    resource: str
    slot: TimeRange
    occupancy: TimeRange
    process_class: str
    series: str
    zone: str | None = None
    booking: str | None = None
    organisation: str | None = None
    room: str | None = None
    decided_under: int | None = None
    unit: str | None = None
    vector: str | None = None
    infected: bool = False


@dataclass(frozen=True, slots=True)
class OutageFacts:
    """A resource out of use."""

    resource: str
    when: TimeRange
    kind: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a use cannot be where it is wished.

    ``clears_at`` is the earliest start (UTC) past this neighbour; ``severity`` warns or blocks.
    """

    resource: str
    reason: str
    when: TimeRange
    clears_at: datetime
    source: str
    severity: str = "block"
    neighbour: Use | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """A version of a facility's rules."""

    changeover: ChangeoverMatrix
    segregation: SegregationRules


class Elsewhere(NamedTuple):
    """An attended session of another booking, at any facility, on which a person is named."""

    person: str
    slot: TimeRange
    live_organism: bool


@dataclass(frozen=True, slots=True)
class Occupied:
    """What already holds time at a facility, and the time of people at any.

    ``last_made`` is when (UTC) the class that was asked about was last made there before;
    ``stale`` that a request whose hold ran out is still written there: it holds nothing.
    """

    uses: Sequence[Use] = field(default_factory=tuple)
    outages: Sequence[OutageFacts] = field(default_factory=tuple)
    last_made: datetime | None = None
    stale: bool = False
    elsewhere: Sequence[Elsewhere] = field(default_factory=tuple)


def occupancy(slot: TimeRange, setup: timedelta, turnaround: timedelta) -> TimeRange:
    """The slot with its class's set-up before and minimum turnaround after."""
    return slot.widened(setup, turnaround)


def gap(book: RuleBook, before: Use, after: Use) -> timedelta:
    """Time that must lie between two slots on one resource (PE 009-17 Part I 5.9)."""
    same = before.series == after.series
    pair = (before.process_class, after.process_class, same and _same_class(before, after))
    row = book.changeover.rows.get(pair)
    return timedelta(minutes=row.minutes) if row else book.changeover.longest


def _same_class(one: Use, other: Use) -> bool:
    return one.process_class == other.process_class


def too_near(book: RuleBook, new: Use, old: Use) -> bool:
    """Whether two uses of one resource break their changeover, whichever comes first."""
    return old.slot.starts < new.slot.ends + gap(
        book, new, old
    ) and new.slot.starts < old.slot.ends + gap(book, old, new)


def clashes(book: RuleBook, new: Use, taken: Occupied) -> list[Clash]:
    """Everything that stands in the way of ``new``, all at once.

    Every use within the longest gap counts, not the nearest only. A booking's own other
    sessions keep only from overlapping.
    """
    found = [_outage(new, outage) for outage in taken.outages if _falls_on(new, outage)]
    for old in taken.uses:
        clash = _on_resource(book, new, old) or _beside(book, new, old)
        if clash is not None:
            found.append(clash)
    return found


def _falls_on(new: Use, outage: OutageFacts) -> bool:
    return outage.resource == new.resource and outage.when.overlaps(new.occupancy)


def _outage(new: Use, outage: OutageFacts) -> Clash:
    setup = new.slot.starts - new.occupancy.starts
    return Clash(new.resource, "outage", outage.when, outage.when.ends + setup, "facility's outage")


def _on_resource(book: RuleBook, new: Use, old: Use) -> Clash | None:
    if old.resource != new.resource:
        return None
    setup = new.slot.starts - new.occupancy.starts
    free = max(old.occupancy.ends + setup, old.slot.ends + gap(book, old, new))
    if new.occupancy.overlaps(old.occupancy):
        source = "PE 009-17 Part I 5.9"
        return Clash(new.resource, "occupied", old.occupancy, free, source, neighbour=old)
    own = old.booking is not None and old.booking == new.booking
    if not own and too_near(book, new, old):
        source = f"PE 009-17 Part I 5.9, changeover v{book.changeover.version}"
        return Clash(new.resource, "changeover", old.occupancy, free, source, neighbour=old)
    return None


def _beside(book: RuleBook, new: Use, old: Use) -> Clash | None:
    if old.resource == new.resource or not new.occupancy.overlaps(old.occupancy):
        return None
    rule = apart(book, new, old)
    if rule is None:
        return None
    setup = new.slot.starts - new.occupancy.starts
    return Clash(
        new.resource,
        "segregation",
        old.occupancy,
        old.occupancy.ends + setup,
        rule.source,
        rule.severity,
        old,
        rule.scope,
    )


def apart(book: RuleBook, one: Use, other: Use) -> SegregationRule | None:
    """The heaviest rule against two uses at one time of what they share (an air zone, a room, an
    incubator of several chambers), or None (PE 009-17 Part I 5.9, Annex 2A 3.2, 3.4).
    """
    shared = (
        ("zone", one.zone, other.zone),
        ("room", one.room, other.room),
        ("unit", one.unit, other.unit),
    )
    scopes = [scope for scope, ours, theirs in shared if ours is not None and ours == theirs]
    if not scopes:
        return None
    found = _conditions(one, other)
    return book.segregation.find(scopes, one.process_class, other.process_class, found)


def _conditions(one: Use, other: Use) -> list[str]:
    """What holds of the material of two uses, whichever is named first."""
    found = []
    if one.vector and other.vector and one.vector.casefold() != other.vector.casefold():
        found.append(VECTORS)
    if (one.infected or other.infected) and one.series != other.series:
        found.append(INFECTED)
    return found


def is_older(book: RuleBook, one: Use, other: Use) -> bool:
    """Whether both were decided before ``book`` bound: a new version binds new decisions only."""
    decided = [use.decided_under for use in (one, other) if use.decided_under is not None]
    return len(decided) == 2 and max(decided) < book.changeover.version


def breaks(uses: Iterable[Use], book: RuleBook) -> list[tuple[Use, Use, str]]:
    """Pairs that overlap or break their changeover: what the nightly scan must find empty."""
    found = []
    ordered = sorted(uses, key=lambda use: (use.resource, use.occupancy.starts))
    longest = book.changeover.longest
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.resource != one.resource or other.slot.starts > one.slot.ends + longest:
                break
            if one.occupancy.overlaps(other.occupancy):
                found.append((one, other, "occupied"))
            elif one.booking != other.booking and too_near(book, one, other):
                found.append((one, other, "changeover"))
    return found
