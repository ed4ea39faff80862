"""Which items of equipment a run takes: those named, else the first that are free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hkbio_gmp.booking.queries.circumstances import load_circumstances
from hkbio_gmp.booking.rules.circumstances import Circumstances, Scope
from hkbio_gmp.booking.rules.occupancy import clashes
from hkbio_gmp.booking.rules.sessions import PlannedSession, joined, uses_of
from hkbio_gmp.facilities.queries import Standing
from hkbio_gmp.facilities.rules.facts import ProcessClassFacts
from hkbio_gmp.facilities.rules.templates import ProcessTemplate
from hkbio_gmp.kernel.timerange import TimeRange


@dataclass(frozen=True)
class Run:
    """A run of a template at a facility: when each step is (UTC), of which line of product."""

    template: ProcessTemplate
    here: Standing
    slots: Mapping[int, TimeRange]
    series: str
    reference: str | None = None

    def taking(
        self, kind: str, codes: Sequence[str], needs: ProcessClassFacts
    ) -> tuple[PlannedSession, ...]:
        """The steps that need a kind, taking these items alone."""
        steps = [step for step in self.template.steps if kind in step.equipment]
        known, owner = self.here.resources, None
        return joined(
            [
                PlannedSession(
                    step.number,
                    self.slots[step.number],
                    step.attended,
                    uses_of(
                        self.slots[step.number],
                        codes,
                        known,
                        needs,
                        self.series,
                        owner,
                        self.reference,
                    ),
                )
                for step in steps
            ]
        )


def lendable(here: Standing, kind: str) -> list[str]:
    """Items of a kind that can be booked by themselves, in the order of the facility's file."""
    return [
        item.code
        for item in here.resources.values()
        if item.equipment_kind == kind and item.bookable and item.active
    ]


def items_of(
    session: Session, run: Run, named: Mapping[str, list[str]], now: datetime
) -> dict[str, list[str]]:
    """Kind → items of each kind that the run needs: those named, else the first one that is free
    for all of its steps at ``now`` (UTC). Where none is free the first of all is taken: the
    refusal then says when it is.
    """
    found = {
        kind: [named[kind]] if kind in named else [[code] for code in lendable(run.here, kind)]
        for kind in run.template.kinds
    }
    needs = run.here.classes.get(run.template.process_class)
    unsure = [kind for kind, choices in found.items() if len(choices) > 1]
    if not unsure or needs is None:
        return {kind: choices[0] for kind, choices in found.items() if choices}
    codes = frozenset(code for kind in unsure for choice in found[kind] for code in choice)
    around = _around(session, run, codes, needs, now)
    return {
        kind: next((c for c in choices if _is_free(around, run.taking(kind, c, needs))), choices[0])
        for kind, choices in found.items()
        if choices
    }


def _around(
    session: Session, run: Run, codes: frozenset[str], needs: ProcessClassFacts, now: datetime
) -> Circumstances:
    slots = run.slots.values()
    window = TimeRange(min(s.starts for s in slots), max(s.ends for s in slots))
    scope = Scope(
        facility=run.here.facts.code,
        window=window.widened(needs.setup, needs.turnaround + timedelta(minutes=1)),
        needed=(),
        near=codes,
        without=run.reference,
        attended=False,
    )
    return load_circumstances(session, scope, now)


def _is_free(around: Circumstances, sessions: Sequence[PlannedSession]) -> bool:
    return not any(
        clash.severity == "block"
        for one in sessions
        for use in one.uses
        for clash in clashes(around.book, use, around.beside(use))
    )
