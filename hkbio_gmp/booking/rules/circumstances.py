"""Everything that the rules look at besides the plan itself, as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.gates import Coverage, KindFacts, Needed
from hkbio_gmp.booking.rules.occupancy import Occupied, OutageFacts, RuleBook, Use
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

    @cached_property
    def _by_place(self) -> dict[str, list[Use]]:
        found: dict[str, list[Use]] = defaultdict(list)
        for use in self.taken.uses:
            found[f"resource {use.resource}"].append(use)
            if use.zone is not None:
                found[f"zone {use.zone}"].append(use)
        return found

    @cached_property
    def _outages(self) -> dict[str, list[OutageFacts]]:
        found: dict[str, list[OutageFacts]] = defaultdict(list)
        for outage in self.taken.outages:
            found[outage.resource].append(outage)
        return found

    def beside(self, use: Use) -> Occupied:
        """What can clash with a use: on its resource and in its air zone."""
        here = self._by_place.get(f"resource {use.resource}", [])
        air = self._by_place.get(f"zone {use.zone}", []) if use.zone is not None else []
        others = [old for old in air if old.resource != use.resource]
        return Occupied((*here, *others), self._outages.get(use.resource, ()))


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks and when (UTC). ``started`` leaves out that the slot has begun."""

    viewer: Viewer
    now: datetime
    at_check_in: bool = False
    started: bool = False
