"""The one evaluation of every path: create, submit, move, approve, accept, find, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hkbio_gmp.booking.queries.circumstances import load_circumstances
from hkbio_gmp.booking.rules import assessment
from hkbio_gmp.booking.rules.assess import assess
from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.circumstances import Asked, Scope
from hkbio_gmp.booking.rules.occupancy import Clash
from hkbio_gmp.booking.rules.papers import relied_on
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.booking.services.plan import Plan
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import NotValid, SlotTaken
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict, verdict
from hkbio_gmp.kernel.messages import Message

READ = "booking:slot:read"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that a plan's rules have to say, at one instant.

    ``stale`` says that a request whose hold ran out is to be let go before its time is given.
    """

    findings: list[Finding]
    clashes: list[Clash]
    rules_version: int
    stale: bool = False

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
    """Every finding about ``plan`` at ``now`` (UTC), blocks first; see ``rules/assess.py``.

    Reads only the plan's own resources and their air zones, over its own window. ``started``
    leaves out that the slot has begun.
    """
    facts = plan.facts
    around = load_circumstances(session, scope_of(facts), now)
    found = assess(facts, around, Asked(viewer, now, at_check_in, started))
    version, stale = around.book.changeover.version, around.taken.stale
    return Evaluation(found.findings, found.clashes, version, stale)


def scope_of(plan: PlanFacts) -> Scope:
    """What must be known to assess one plan."""
    return Scope(
        facility=plan.facility.code,
        window=plan.occupancy,
        needed=tuple(relied_on(plan)),
        near=frozenset(use.resource for use in plan.uses),
        without=plan.reference,
        attended=any(session.attended for session in plan.sessions),
        organisation=plan.organisation,
        operators=plan.operators,
        process_class=plan.needs.code if plan.needs.is_gmp else None,
    )


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
