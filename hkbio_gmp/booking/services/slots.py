"""What the finder is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hkbio_gmp.booking.rules.occupancy import WISHED
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.rules.search.shape import Step, steps_of
from hkbio_gmp.booking.rules.sessions import PlannedSession, ProjectFacts
from hkbio_gmp.facilities.queries import Standing
from hkbio_gmp.facilities.rules.templates import ProcessTemplate
from hkbio_gmp.kernel.findings import Finding, Verdict
from hkbio_gmp.kernel.timerange import TimeRange


@dataclass(frozen=True, slots=True)
class Home:
    """For which project one looks at a facility, and for which series (batch) of it."""

    facility: str
    project: ProjectFacts
    series: str


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """What is looked for. Instants in UTC; ``series`` is the batch's or project's.

    ``homes`` names the projects that one would book for: a facility without one is refused, since
    no request could be made there; without any, nobody asks about projects. ``templates`` are codes
    of process templates, one a facility, ``steps`` what is taken else; without either it is one
    attended step of ``length`` with the equipment named. ``places`` narrows to rooms or suites by
    code; ``suites`` looks for suites instead of rooms. ``near`` ranks by nearness to an instant,
    before and after it. ``colleagues`` may be named instead of people whose papers do not hold.
    """

    process_class: str
    length: timedelta
    window: TimeRange
    facilities: tuple[str, ...]
    organisation: str | None
    grade: str | None = None
    equipment: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    open_processing: bool = True
    series: str = WISHED
    homes: tuple[Home, ...] = ()
    places: tuple[str, ...] = ()
    suites: bool = False
    steps: tuple[Step, ...] = ()
    templates: tuple[str, ...] = ()
    colleagues: tuple[str, ...] = ()
    reference: str | None = None
    near: datetime | None = None
    limit: int = 20

    def home_at(self, facility: str) -> Home | None:
        """The project there."""
        return next((home for home in self.homes if home.facility == facility), None)

    def template_at(self, here: Standing) -> ProcessTemplate | None:
        """Which of the templates a facility has."""
        made = self.process_class
        own = (t for t in here.templates if t.code in self.templates and t.process_class == made)
        return next(own, None)

    def steps_at(self, here: Standing) -> tuple[Step, ...]:
        """What is taken at a facility; nothing where it has none of the templates."""
        if self.templates:
            found = self.template_at(here)
            return steps_of(found) if found is not None else ()
        return self.steps or (Step(timedelta(), self.length, codes=self.equipment),)


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot that a request would be granted to hold, unless someone is faster."""

    facility: str
    resources: tuple[str, ...]
    slot: TimeRange
    occupancy: TimeRange
    verdict: Verdict
    findings: list[Finding] = field(default_factory=list)
    sessions: tuple[PlannedSession, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a room cannot be had from ``starts`` on, until when, and what would help, the cheapest
    change first."""

    facility: str
    resource: str
    starts: datetime
    until: datetime | None
    reasons: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SlotAnswer:
    """Ranked slots, the earliest first (or the nearest), and what is refused."""

    slots: list[Slot]
    refusals: list[Refusal]
