"""Everything that the rules look at besides the plan itself, as plain values."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.fairness import Share, Undecided
from hkbio_gmp.booking.rules.gatekeeping import Said
from hkbio_gmp.booking.rules.gates import Coverage, KindFacts, Needed, Relied
from hkbio_gmp.booking.rules.occupancy import Elsewhere, Occupied, OutageFacts, RuleBook, Use
from hkbio_gmp.booking.rules.rows import Row, row_of, rows_of
from hkbio_gmp.kernel.timerange import TimeRange

Gap = tuple[datetime | None, datetime | None]
_MONTHS, _DAY = timedelta(days=180), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """For what circumstances are loaded: every occupancy that will be assessed lies inside.

    ``near`` names the resources that matter, None the whole facility; ``without`` is a booking
    that does not stand in its own way; ``attended`` asks for the opening hours too;
    ``process_class`` for when it was last made before the window.
    """

    facility: str
    window: TimeRange
    needed: tuple[Needed, ...]
    near: frozenset[str] | None = None
    without: str | None = None
    attended: bool = True
    organisation: str | None = None
    operators: tuple[str, ...] = ()
    process_class: str | None = None


@dataclass(frozen=True)
class Circumstances:
    """What stands at a facility in a window, loaded once for any number of plans.

    ``made_before`` tells of bookings, by reference, when (UTC) their class was last made before;
    of the first in the window ``taken`` does.

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
    made_before: Mapping[str, datetime] = field(default_factory=dict)
    said: Said = field(default_factory=dict, compare=False, repr=False)
    relied: dict[object, Relied] = field(default_factory=dict, compare=False, repr=False)

    def with_papers(self, held: Coverage) -> Circumstances:
        """The same with other certificates; what is sorted already stays so."""
        other = copy(self)
        object.__setattr__(other, "held", held)
        object.__setattr__(other, "said", {})
        return other

    @cached_property
    def _made(self) -> dict[str, list[datetime]]:
        """Class → when its sessions end (UTC), in order."""
        found: dict[str, set[datetime]] = defaultdict(set)
        for use in self.taken.uses:
            found[use.process_class].add(use.slot.ends)
        return {code: sorted(ends) for code, ends in found.items()}

    def last_made(
        self, process_class: str, by: datetime, booking: str | None = None
    ) -> datetime | None:
        """When the class was last made here up to an instant (UTC); None beyond reach."""
        before = self.made_before.get(booking or "", self.taken.last_made)
        ends = self._made.get(process_class, [])
        place = bisect_right(ends, by)
        inside = ends[place - 1] if place else None
        return max((at for at in (inside, before) if at is not None), default=None)

    def pauses(self, process_class: str) -> list[Gap]:
        """Since when a class was not made for months, and until when (UTC); None: beyond reach."""
        if process_class not in self._pauses:
            self._pauses[process_class] = self._find_pauses(process_class)
        return self._pauses[process_class]

    @cached_property
    def _pauses(self) -> dict[str, list[Gap]]:
        return {}

    def _find_pauses(self, process_class: str) -> list[Gap]:
        inside, before = self._made.get(process_class, []), self.taken.last_made
        known = sorted({*inside, *([before] if before is not None else [])})
        begins = [None, *known] if before is None else known
        found: list[Gap] = []
        for number, since in enumerate(begins, 1):
            then = begins[number] if number < len(begins) else None
            if since is None or then is None or then - since > _MONTHS:
                found.append((since, then))
        return found

    @cached_property
    def _longest(self) -> timedelta:
        return self.book.changeover.longest

    @cached_property
    def _by_resource(self) -> dict[str, Row[Use]]:
        return rows_of((use.resource, use) for use in self.taken.uses)

    @cached_property
    def _by_zone(self) -> dict[str, Row[Use]]:
        return rows_of((use.zone, use) for use in self.taken.uses if use.zone is not None)

    @cached_property
    def _by_unit(self) -> dict[str, Row[Use]]:
        return rows_of((use.unit, use) for use in self.taken.uses if use.unit is not None)

    @cached_property
    def _elsewhere(self) -> Row[Elsewhere]:
        return row_of([(one.slot, one) for one in self.taken.elsewhere])

    def named_about(self, when: TimeRange) -> list[Elsewhere]:
        """Where people are from a day before ``when`` (UTC) to a day after."""
        return self._elsewhere.within(when.widened(_DAY, _DAY))

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

    def _shared(self, use: Use) -> list[Row[Use]]:
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


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks and when (UTC). ``started`` leaves out that the slot has begun."""

    viewer: Viewer
    now: datetime
    at_check_in: bool = False
    started: bool = False
