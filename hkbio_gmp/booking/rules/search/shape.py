"""What is looked for: steps without a start, and the plan that a place and a start make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from hkbio_gmp.booking.rules.sessions import (
    PlanFacts,
    PlannedSession,
    ProjectFacts,
    joined,
    standing_in,
    uses_of,
)
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ProcessClassFacts, ResourceFacts
from hkbio_gmp.facilities.rules.templates import ProcessTemplate
from hkbio_gmp.kernel.timerange import TimeRange


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of what is looked for, which becomes one session.

    ``place`` takes the rooms that are searched, ``codes`` resources by name, ``kinds`` one item
    each of a kind of equipment, whichever is free.
    """

    offset: timedelta
    length: timedelta
    attended: bool = True
    place: bool = True
    codes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def steps_of(template: ProcessTemplate) -> tuple[Step, ...]:
    """A process template as something to look for."""
    return tuple(
        Step(step.offset, step.length, step.attended, place=step.room, kinds=step.equipment)
        for step in template.steps
    )


@dataclass(frozen=True, slots=True)
class Bundle:
    """Where: the rooms of a place, and the item of each kind."""

    place: tuple[str, ...]
    items: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """Everything of a plan but its place and its start, at one facility.

    ``chosen`` are items of equipment that are preferred to others of their kind.
    """

    facility: FacilityFacts
    needs: ProcessClassFacts
    series: str
    organisation: str | None
    project: ProjectFacts | None
    known: Mapping[str, ResourceFacts]
    steps: tuple[Step, ...]
    operators: tuple[str, ...] = ()
    open_processing: bool = True
    reference: str | None = None
    chosen: tuple[str, ...] = ()

    @property
    def length(self) -> timedelta:
        """From the start of the first step to the end of the last."""
        return max(step.offset + step.length for step in self.steps)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of which an item is needed, each once."""
        return tuple(dict.fromkeys(kind for step in self.steps for kind in step.kinds))

    def plan(self, bundle: Bundle, starts: datetime) -> PlanFacts:
        """The plan of a start (UTC): what a request for it would be."""
        sessions = joined(
            [self._session(n, step, bundle, starts) for n, step in enumerate(self.steps, 1)]
        )
        codes = dict.fromkeys(use.resource for session in sessions for use in session.uses)
        return PlanFacts(
            facility=self.facility,
            needs=self.needs,
            series=self.series,
            organisation=self.organisation,
            project=self.project,
            resources={code: self.known[code] for code in codes},
            sessions=sessions,
            operators=self.operators,
            open_processing=self.open_processing,
            reference=self.reference,
            beside=self._beside(bundle.place),
        )

    def _beside(self, place: tuple[str, ...]) -> tuple[ResourceFacts, ...]:
        if place not in self._standing:
            self._standing[place] = standing_in(place, self.known)
        return self._standing[place]

    @cached_property
    def _standing(self) -> dict[tuple[str, ...], tuple[ResourceFacts, ...]]:
        """Place → what stands in it: asked for with every start."""
        return {}

    def _session(self, number: int, step: Step, bundle: Bundle, starts: datetime) -> PlannedSession:
        begins = starts + step.offset
        slot = TimeRange(begins, begins + step.length)
        uses = uses_of(
            slot,
            self.taken_by(step, bundle),
            self.known,
            self.needs,
            self.series,
            self.organisation,
            self.reference,
            self.project,
        )
        return PlannedSession(number, slot, step.attended, uses)

    def taken_by(self, step: Step, bundle: Bundle) -> list[str]:
        """The resources that a step takes, each once."""
        rooms = bundle.place if step.place else ()
        items = (bundle.items[kind] for kind in step.kinds if kind in bundle.items)
        return list(dict.fromkeys((*rooms, *step.codes, *items)))
