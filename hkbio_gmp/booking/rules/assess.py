"""The one list of rules. Every path asks it: create, move, approve, waitlist, find, read.

A rule is a pure function of the plan, its circumstances and who asks; it returns its findings,
all of them. To add one: write it in a module of its own, name it in ``RULES`` where its findings
should be read, and add what it needs to know to :class:`Circumstances`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hkbio_gmp.booking.rules import assessment
from hkbio_gmp.booking.rules.campaigns import campaign_findings
from hkbio_gmp.booking.rules.circumstances import Asked, Circumstances
from hkbio_gmp.booking.rules.fairness import share_findings, undecided_finding
from hkbio_gmp.booking.rules.occupancy import Clash, clashes
from hkbio_gmp.booking.rules.papers import certificates, equipped
from hkbio_gmp.booking.rules.people import people_findings
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.kernel.findings import Finding, Verdict, ranked, verdict

Rule = Callable[[PlanFacts, Circumstances, Asked], Iterable[Finding | None]]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that the rules have to say, blocks first, and what time is not to be had."""

    findings: list[Finding]
    clashes: list[Clash]

    @property
    def verdict(self) -> Verdict:
        """What it amounts to."""
        return verdict(self.findings)


def assess(plan: PlanFacts, around: Circumstances, asked: Asked) -> Assessment:
    """Every finding about ``plan``: first who holds its time, then each of ``RULES``."""
    found = [c for use in plan.uses for c in clashes(around.book, use, around.beside(use))]
    findings: list[Finding | None] = [
        assessment.clash_finding(clash, asked.viewer, plan.facility.code) for clash in found
    ]
    for rule in RULES:
        findings += rule(plan, around, asked)
    told = dict.fromkeys(finding for finding in findings if finding is not None)
    return Assessment(ranked(told), found)


def grades(plan: PlanFacts, _around: Circumstances, _asked: Asked) -> Iterable[Finding]:
    """Each room's grade, and what gives grade A inside it."""
    for room in plan.resources.values():
        if room.kind == "room":
            yield assessment.room_finding(room, plan.needs, open_processing=plan.open_processing)
    yield from equipped(plan)


def project(plan: PlanFacts, _around: Circumstances, _asked: Asked) -> Iterable[Finding]:
    """Whether quality has accepted it."""
    if plan.project is None:
        return ()
    return [assessment.project_finding(plan.project.code, plan.project.status, plan.needs)]


def people(plan: PlanFacts, around: Circumstances, _asked: Asked) -> Iterable[Finding | None]:
    """Whether anybody is named for attended work, and where they are on the same day."""
    attended = any(session.attended for session in plan.sessions)
    yield assessment.operators_finding(len(plan.operators), attended)
    yield from people_findings(plan, around.named_about(plan.occupancy))


def reach(plan: PlanFacts, _around: Circumstances, asked: Asked) -> Iterable[Finding | None]:
    """Neither begun already nor too far ahead."""
    if asked.started:
        return ()
    starts = min(session.slot.starts for session in plan.sessions)
    return [
        assessment.past_finding(starts, asked.now),
        assessment.far_finding(plan.occupancy.ends, asked.now),
    ]


def opening(plan: PlanFacts, around: Circumstances, _asked: Asked) -> Iterable[Finding | None]:
    """Attended work within opening hours."""
    return [
        assessment.opening_finding(s.number, s.slot, around.opened, len(plan.operators))
        for s in plan.sessions
        if s.attended
    ]


def fairness(plan: PlanFacts, around: Circumstances, _asked: Asked) -> Iterable[Finding | None]:
    """Whether the organisation may hold as much; loaded for what is asked anew."""
    if plan.organisation is None:
        return
    if around.undecided is not None:
        yield undecided_finding(plan.organisation, around.undecided)
    if around.share is not None:
        yield from share_findings(plan.organisation, around.share, plan.uses)


def campaigns(plan: PlanFacts, around: Circumstances, _asked: Asked) -> Iterable[Finding]:
    """Whether bookings of one series follow each other in a room for too long."""
    near = [use for code in plan.resources for use in around.uses_of(code)]
    return campaign_findings(plan, around.book, near)


RULES: tuple[Rule, ...] = (
    certificates,
    grades,
    project,
    people,
    reach,
    opening,
    campaigns,
    fairness,
)
