"""The one evaluation of every path: create, submit, move, approve, accept, find, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hkbio_gmp.booking.queries import gates
from hkbio_gmp.booking.queries.occupied import occupied, rule_book
from hkbio_gmp.booking.rules import assessment
from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.occupancy import Clash, clashes
from hkbio_gmp.booking.services.plan import FARTHEST, Plan
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import NotValid, SlotTaken
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict, ranked, verdict
from hkbio_gmp.kernel.messages import Message

READ = "booking:slot:read"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that a plan's rules have to say, at one instant."""

    findings: list[Finding]
    clashes: list[Clash]
    rules_version: int

    @property
    def verdict(self) -> Verdict:
        """What it amounts to."""
        return verdict(self.findings)


def viewer_of(principal: PersonPrincipal | None) -> Viewer:
    """Whose eyes: None sees everything, as the system itself does."""
    if principal is None:
        return Viewer(None, None)
    return Viewer(principal.organisations(READ), principal.facilities(READ))


def evaluate(
    session: Session,
    plan: Plan,
    viewer: Viewer,
    now: datetime,
    *,
    at_check_in: bool = False,
    started: bool = False,
) -> Evaluation:
    """Every finding about ``plan`` at ``now`` (UTC), blocks first.

    Planned occupancy, outages, segregation, certificates at the slot's own dates, grades, people,
    project, opening hours. ``started`` leaves out that the slot has begun.
    """
    book = rule_book(session, plan.facility.code)
    window = plan.occupancy.widened(book.changeover.longest, book.changeover.longest)
    zones = zone_of_each(session, plan.facility.code)
    taken = occupied(
        session,
        plan.facility.code,
        window,
        now,
        zones=zones,
        without=plan.reference,
        near=_near(plan, zones),
    )
    found = [clash for use in plan.uses for clash in clashes(book, use, taken)]
    findings = [assessment.clash_finding(c, viewer, plan.facility.code) for c in found]
    findings += _circumstances(session, plan, now, at_check_in=at_check_in, started=started)
    return Evaluation(ranked(_distinct(findings)), found, book.changeover.version)


def _near(plan: Plan, zones: Mapping[str, str | None]) -> set[str]:
    """The resources whose uses can clash with the plan's: its own, and those of their zones."""
    own = {use.resource for use in plan.uses}
    air = {use.zone for use in plan.uses if use.zone}
    return own | {code for code, zone in zones.items() if zone in air}


def zone_of_each(session: Session, facility: str) -> dict[str, str | None]:
    """Resource → air zone, of a whole facility."""
    return {c: f.air_zone for c, f in facilities.resource_facts(session, facility).items()}


def _circumstances(
    session: Session, plan: Plan, now: datetime, *, at_check_in: bool, started: bool
) -> list[Finding]:
    wanted = gates.needed(
        plan.facility.code, plan.resources.values(), plan.organisation, plan.emails
    )
    found: list[Finding | None] = [
        *gates.gate_findings(
            plan.facility,
            wanted,
            gates.coverage(session, plan.facility.code, wanted),
            gates.kinds(session, wanted),
            plan.occupancy,
            now,
            at_check_in=at_check_in,
        )
    ]
    found += [
        assessment.room_finding(room, plan.needs, open_processing=plan.project.open_processing)
        for room in plan.resources.values()
        if room.kind == "room"
    ]
    found.append(assessment.project_finding(plan.project.code, plan.project.status, plan.needs))
    attended = any(s.attended for s in plan.sessions)
    found.append(assessment.operators_finding(len(plan.operators), attended))
    if not started:
        found.append(assessment.past_finding(plan.sessions[0].slot.starts, now))
        found.append(_far_finding(plan, now))
    return [f for f in [*found, *_opening(session, plan)] if f is not None]


def _far_finding(plan: Plan, now: datetime) -> Finding | None:
    if plan.occupancy.ends <= now + FARTHEST:
        return None
    return Finding(
        rule="too_far_ahead",
        severity=Severity.BLOCK,
        subject="ends_at",
        message=Message("The slot lies more than {days} days ahead.", days=FARTHEST.days),
        remedy=Message("Choose an earlier slot."),
        clears_at=plan.occupancy.ends - FARTHEST,
        source="hkbio-gmp setting",
    )


def _opening(session: Session, plan: Plan) -> list[Finding | None]:
    attended = [s for s in plan.sessions if s.attended]
    if not attended:
        return []
    opened = facilities.opening_ranges(session, plan.facility.code, plan.occupancy)
    return [
        assessment.opening_finding(s.number, s.slot, opened, len(plan.operators)) for s in attended
    ]


def _distinct(findings: list[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))


def refuse_blocked(evaluation: Evaluation, plan: Plan, viewer: Viewer) -> None:
    """Raise SlotTaken where time is not to be had, NotValid where another rule blocks."""
    blocking = [c for c in evaluation.clashes if c.severity == "block"]
    if blocking:
        conflicts = [assessment.conflict_of(c, viewer, plan.facility.code) for c in blocking]
        raise SlotTaken(
            Message("The slot is not free on {resources}.", resources=_names(blocking)),
            list(dict.fromkeys(conflicts)),
            evaluation.findings,
        )
    blocks = [f for f in evaluation.findings if f.severity is Severity.BLOCK]
    if blocks:
        raise NotValid(
            Message("A rule blocks this booking: {first}", first=blocks[0].message),
            findings=evaluation.findings,
        )


def _names(found: list[Clash]) -> str:
    return ", ".join(dict.fromkeys(clash.resource for clash in found))
