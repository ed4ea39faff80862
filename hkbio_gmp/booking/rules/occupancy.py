"""Uses of resources and what keeps them apart. Instants in UTC, whole minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hkbio_gmp.facilities.rules.changeover import ChangeoverMatrix
from hkbio_gmp.facilities.rules.segregation import SegregationRule, SegregationRules
from hkbio_gmp.kernel.timerange import TimeRange

APART = "PE 009-17 Part I 5.9"
REACH = timedelta(days=125)


@dataclass(frozen=True, slots=True)
class Use:
    """One use of one resource: the slot, and the occupancy with set-up and turnaround.

    ``place`` is the room that a resource is or stands in. ``booking`` is None for a use that is
    only wished for.
    """

    resource: str
    slot: TimeRange
    occupancy: TimeRange
    process_class: str
    series: str
    zone: str | None = None
    place: str | None = None
    booking: str | None = None
    organisation: str | None = None

    @property
    def setup(self) -> timedelta:
        """Set-up before the slot."""
        return self.slot.starts - self.occupancy.starts

    @property
    def turnaround(self) -> timedelta:
        """Turnaround after the slot, the class's minimum."""
        return self.occupancy.ends - self.slot.ends


@dataclass(frozen=True, slots=True)
class OutageFacts:
    """A resource out of use."""

    resource: str
    when: TimeRange
    kind: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a use cannot be where it is wished. ``reason`` is a code of the contract.

    ``clears_at`` is the earliest start (UTC) past this neighbour, which holds ``when``.
    """

    resource: str
    reason: str
    when: TimeRange
    clears_at: datetime
    source: str
    severity: str = "block"
    neighbour: Use | None = None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """A version of a facility's rules."""

    changeover: ChangeoverMatrix
    segregation: SegregationRules


@dataclass(frozen=True, slots=True)
class Occupied:
    """What already holds time at a facility."""

    uses: Sequence[Use] = field(default_factory=tuple)
    outages: Sequence[OutageFacts] = field(default_factory=tuple)


def gap(book: RuleBook, before: Use, after: Use) -> timedelta:
    """Time that must lie between two slots on one resource (PE 009-17 Part I 5.9).

    A pair that the matrix does not know takes its longest gap; the database's trigger agrees.
    """
    same = before.process_class == after.process_class and before.series == after.series
    row = book.changeover.rows.get((before.process_class, after.process_class, same))
    return timedelta(minutes=row.minutes) if row else book.changeover.longest


def too_near(book: RuleBook, new: Use, old: Use) -> bool:
    """Whether two uses of one resource break their changeover, whichever comes first.

    The gap stands between two bookings: sessions of one booking need none.
    """
    if new.booking is not None and new.booking == old.booking:
        return False
    return (
        old.slot.starts < new.slot.ends + gap(book, new, old)
        and new.slot.starts < old.slot.ends + gap(book, old, new)
    )


def free_after(book: RuleBook, new: Use, old: Use) -> datetime:
    """The earliest start of ``new``'s slot (UTC) once ``old`` has gone."""
    return max(old.occupancy.ends + new.setup, old.slot.ends + gap(book, old, new))


def free_before(book: RuleBook, new: Use, old: Use) -> datetime:
    """The latest end of ``new``'s slot (UTC) before ``old`` comes."""
    return min(old.occupancy.starts - new.turnaround, old.slot.starts - gap(book, new, old))


def clashes(book: RuleBook, new: Use, taken: Occupied) -> list[Clash]:
    """Everything that stands in the way of ``new``, all at once.

    Every use within the longest gap counts, not the nearest only (PE 009-17 Part I 5.9).
    """
    found = [_outage(new, outage) for outage in taken.outages if _falls_on(new, outage)]
    for old in taken.uses:
        clash = _on_resource(book, new, old) or _near(book, new, old)
        if clash is not None:
            found.append(clash)
    return found


def _falls_on(new: Use, outage: OutageFacts) -> bool:
    named = outage.resource in (new.resource, new.place)
    return named and outage.when.overlaps(new.occupancy)


def _outage(new: Use, outage: OutageFacts) -> Clash:
    clears_at = outage.when.ends + new.setup
    return Clash(new.resource, "outage", outage.when, clears_at, "facility's outages")


def _on_resource(book: RuleBook, new: Use, old: Use) -> Clash | None:
    if old.resource != new.resource:
        return None
    clears_at = free_after(book, new, old)
    if new.occupancy.overlaps(old.occupancy):
        return Clash(new.resource, "occupied", old.occupancy, clears_at, APART, neighbour=old)
    if too_near(book, new, old):
        source = f"{APART}; changeover matrix version {book.changeover.version}"
        return Clash(new.resource, "changeover", old.occupancy, clears_at, source, neighbour=old)
    return None


def _near(book: RuleBook, new: Use, old: Use) -> Clash | None:
    if not new.occupancy.overlaps(old.occupancy):
        return None
    rule = apart(book, new, old)
    if rule is None:
        return None
    clears_at = old.occupancy.ends + new.setup
    return Clash(
        new.resource, "segregation", old.occupancy, clears_at, rule.source, rule.severity, old
    )


def apart(book: RuleBook, new: Use, old: Use) -> SegregationRule | None:
    """The rule that keeps two uses of different resources from running at once, or None.

    PE 009-17 Annex 2A 3.2, 3.4; the facility's own rows.
    """
    if old.resource == new.resource or (new.booking is not None and new.booking == old.booking):
        return None
    found = None
    if new.place is not None and new.place == old.place:
        found = book.segregation.find("room", new.process_class, old.process_class)
    if found is None and new.zone is not None and new.zone == old.zone:
        found = book.segregation.find("zone", new.process_class, old.process_class)
    return found


def breaks(uses: Iterable[Use], book: RuleBook) -> list[tuple[Use, Use, str]]:
    """Pairs that overlap or break their changeover: what the nightly scan must find empty."""
    found = []
    ordered = sorted(uses, key=lambda use: (use.resource, use.occupancy.starts))
    longest = max(book.changeover.longest, timedelta(days=1))
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.resource != one.resource or other.occupancy.starts > one.occupancy.ends + longest:
                break
            if one.occupancy.overlaps(other.occupancy):
                found.append((one, other, "occupied"))
            elif too_near(book, one, other):
                found.append((one, other, "changeover"))
    return found
