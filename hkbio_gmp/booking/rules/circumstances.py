"""Everything that the rules look at besides the plan itself, as plain values."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.fairness import Share, Undecided
from hkbio_gmp.booking.rules.gates import Coverage, KindFacts, Needed, Said
from hkbio_gmp.booking.rules.occupancy import Occupied, OutageFacts, RuleBook, Use
from hkbio_gmp.booking.rules.people import Elsewhere
from hkbio_gmp.kernel.timerange import TimeRange


@dataclass(frozen=True, slots=True)
class Scope:
    """For what circumstances are loaded: every occupancy that will be assessed lies inside.

    ``near`` names the resources that matter, None the whole facility; ``without`` is a booking
    that does not stand in its own way; ``attended`` asks for the opening hours too.
    """

    facility: str
    window: TimeRange
    needed: tuple[Needed, ...]
    near: frozenset[str] | None = None
    without: str | None = None
    attended: bool = True
    organisation: str | None = None
    operators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Circumstances:
    """What stands at a facility in a window, loaded once for any number of plans.

    A new rule that needs to know more adds its field here, with a default, and its reading to
    ``queries/circumstances.py``; it may not read anything itself.
    """

    book: RuleBook
    taken: Occupied
    held: Coverage = field(default_factory=dict)
    kinds: Mapping[str, KindFacts] = field(default_factory=dict)
    opened: Sequence[TimeRange] = ()
    undecided: Undecided | None = None
    share: Share | None = None
    elsewhere: Sequence[Elsewhere] = ()
    said: Said = field(default_factory=dict, compare=False, repr=False)

    def with_papers(self, held: Coverage) -> Circumstances:
        """The same with other certificates; what is sorted already stays so."""
        other = copy(self)
        object.__setattr__(other, "held", held)
        object.__setattr__(other, "said", {})
        return other

    @cached_property
    def _longest(self) -> timedelta:
        return self.book.changeover.longest

    @cached_property
    def _by_resource(self) -> dict[str, _Row]:
        return _rows((use.resource, use) for use in self.taken.uses)

    @cached_property
    def _by_zone(self) -> dict[str, _Row]:
        return _rows((use.zone, use) for use in self.taken.uses if use.zone is not None)

    @cached_property
    def _by_unit(self) -> dict[str, _Row]:
        return _rows((use.unit, use) for use in self.taken.uses if use.unit is not None)

    @cached_property
    def _outages(self) -> dict[str, list[OutageFacts]]:
        found: dict[str, list[OutageFacts]] = defaultdict(list)
        for outage in self.taken.outages:
            found[outage.resource].append(outage)
        return found

    def uses_of(self, resource: str) -> Sequence[Use]:
        """Everything that holds a resource, by start of its occupancy."""
        return self._by_resource[resource].uses if resource in self._by_resource else ()

    def uses_beside(self, use: Use) -> list[Use]:
        """Everything that holds another resource of its air zone or unit, by start in each."""
        return [
            other
            for shared in self._shared(use)
            for other in shared.uses
            if other.resource != use.resource
        ]

    def _shared(self, use: Use) -> list[_Row]:
        """What shares its air; and what shares its unit, where that is not in the same air."""
        air = self._by_zone.get(use.zone) if use.zone is not None else None
        unit = self._by_unit.get(use.unit) if use.unit is not None and use.zone is None else None
        return [row for row in (air, unit) if row is not None]

    def outages_of(self, resource: str) -> Sequence[OutageFacts]:
        """Its outages, by start."""
        return self._outages.get(resource, ())

    def beside(self, use: Use) -> Occupied:
        """What can clash with a use: within the longest gap on its resource, and in its air."""
        longest = self._longest
        here = self._by_resource.get(use.resource)
        near = here.within(use.occupancy.widened(longest, longest)) if here else []
        for shared in self._shared(use):
            near += [o for o in shared.within(use.occupancy) if o.resource != use.resource]
        return Occupied(near, self.outages_of(use.resource))


@dataclass
class _Row:
    """Uses of one place in order, found by time."""

    uses: list[Use] = field(default_factory=list)
    starts: list[datetime] = field(default_factory=list)
    longest: timedelta = timedelta()

    def within(self, when: TimeRange) -> list[Use]:
        """Those whose occupancy may touch ``when``."""
        first = bisect_right(self.starts, when.starts - self.longest)
        return self.uses[max(first - 1, 0) : bisect_left(self.starts, when.ends)]


def _rows(pairs: Iterable[tuple[str, Use]]) -> dict[str, _Row]:
    found: dict[str, _Row] = defaultdict(_Row)
    for code, use in pairs:
        found[code].uses.append(use)
    for row in found.values():
        row.uses.sort(key=lambda use: use.occupancy.starts)
        row.starts = [use.occupancy.starts for use in row.uses]
        row.longest = max(use.occupancy.length for use in row.uses)
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks and when (UTC). ``started`` leaves out that the slot has begun."""

    viewer: Viewer
    now: datetime
    at_check_in: bool = False
    started: bool = False
