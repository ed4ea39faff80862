"""A plan moved in time as one piece, and what the rules say of each of its sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from hkbio_gmp.booking.rules.assess import assess
from hkbio_gmp.booking.rules.circumstances import Asked, Circumstances
from hkbio_gmp.booking.rules.occupancy import clashes
from hkbio_gmp.booking.rules.sessions import PlanFacts, PlannedSession, joined, uses_of
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict, verdict
from hkbio_gmp.kernel.timerange import TimeRange

DAY = timedelta(days=1)
FARTHEST_SHIFT = timedelta(days=60)
_MOST_TRIES = 60


@dataclass(frozen=True, slots=True)
class SessionSaid:
    """One session and what is to say of it alone, blocks first."""

    session: PlannedSession
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """What it amounts to."""
        return verdict(self.findings)


@dataclass(frozen=True, slots=True)
class Fits:
    """The smallest further shifts that would pass: any, and one by whole days without a warning
    about opening hours. None where nothing within reach does."""

    soonest: timedelta | None
    whole_days: timedelta | None


def moved(plan: PlanFacts, numbers: Collection[int], shift: timedelta) -> PlanFacts:
    """The plan with the sessions of ``numbers`` moved by elapsed time; the others stay."""
    sessions = [
        _at(plan, one, one.slot.shifted(shift) if one.number in numbers else one.slot)
        for one in plan.sessions
    ]
    return replace(plan, sessions=joined(sessions))


def _at(plan: PlanFacts, one: PlannedSession, slot: TimeRange) -> PlannedSession:
    codes = [use.resource for use in one.uses]
    uses = uses_of(
        slot,
        codes,
        plan.resources,
        plan.needs,
        plan.series,
        plan.organisation,
        plan.reference,
        plan.project,
    )
    return replace(one, slot=slot, uses=uses)


def only(plan: PlanFacts, numbers: Collection[int]) -> PlanFacts:
    """The plan with these sessions alone, as they lie among the others."""
    return replace(plan, sessions=tuple(s for s in plan.sessions if s.number in numbers))


def by_session(plan: PlanFacts, around: Circumstances, asked: Asked) -> list[SessionSaid]:
    """What the rules say of each session alone; what they say of all alike is left out."""
    told = [(one, _told(plan, one, around, asked)) for one in plan.sessions]
    common = set.intersection(*(set(found) for _one, found in told)) if len(told) > 1 else set()
    return [
        SessionSaid(one, tuple(f for f in found.values() if _key(f) not in common))
        for one, found in told
    ]


def _told(
    plan: PlanFacts, one: PlannedSession, around: Circumstances, asked: Asked
) -> dict[tuple[str, str], Finding]:
    codes = {use.resource for use in one.uses}
    alone = replace(
        plan,
        sessions=(one,),
        resources={code: facts for code, facts in plan.resources.items() if code in codes},
    )
    found = [
        finding
        for finding in assess(alone, around, asked).findings
        if finding.severity is not Severity.OK and finding.rule != "operators_named"
    ]
    return {_key(finding): finding for finding in reversed(found)}


def _key(finding: Finding) -> tuple[str, str]:
    # the opening hours name the session itself: never what all have in common
    return finding.rule, finding.subject


def next_fits(
    plan: PlanFacts, numbers: Collection[int], around: Circumstances, asked: Asked
) -> Fits:
    """From where ``plan`` lies: how much later its sessions of ``numbers`` would pass.

    A clash lasts until its neighbour is past, so to jump there skips nothing that fits.
    """
    soonest, shift = None, timedelta()
    for _try in range(_MOST_TRIES):
        there = only(moved(plan, numbers, shift), numbers)
        wait = _wait(there, around)
        if not wait:
            blocked = assess(there, around, asked).verdict is Verdict.BLOCKED
            soonest = None if blocked else shift
            break
        shift += wait
        if shift > FARTHEST_SHIFT:
            break
    quiet = next((d for d in _days() if _is_quiet(plan, numbers, d, around, asked)), None)
    return Fits(soonest, quiet)


def _days() -> Iterator[timedelta]:
    days = FARTHEST_SHIFT // DAY
    return (timedelta(days=n) for n in range(days + 1))


def _is_quiet(
    plan: PlanFacts,
    numbers: Collection[int],
    shift: timedelta,
    around: Circumstances,
    asked: Asked,
) -> bool:
    there = only(moved(plan, numbers, shift), numbers)
    if _wait(there, around):
        return False
    told = assess(there, around, asked)
    late = any(f.rule == "opening_hours" for f in told.findings)
    return told.verdict is not Verdict.BLOCKED and not late


def _wait(plan: PlanFacts, around: Circumstances) -> timedelta:
    """How long until the last of the present clashes is past; nothing where there is none."""
    waits = [
        clash.clears_at - one.slot.starts
        for one in plan.sessions
        for use in one.uses
        for clash in clashes(around.book, use, around.beside(use))
        if clash.severity == "block"
    ]
    return max(_whole(waits), default=timedelta())


def _whole(waits: Iterable[timedelta]) -> list[timedelta]:
    least = timedelta(minutes=1)
    return [max(wait, least) for wait in waits]
