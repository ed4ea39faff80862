"""What each occurrence of a series would be told beside those before it, nothing written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from hkbio_gmp.booking.queries.circumstances import load_circumstances
from hkbio_gmp.booking.rules.assess import Assessment, assess
from hkbio_gmp.booking.rules.circumstances import Asked
from hkbio_gmp.booking.rules.occupancy import Occupied, Use
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.booking.services.evaluation import scope_of, viewer_of
from hkbio_gmp.booking.services.layout import laid_out
from hkbio_gmp.booking.services.plan import Plan, make_plan
from hkbio_gmp.booking.services.reading import ways_out
from hkbio_gmp.booking.services.recurring import (
    Occurrence,
    SeriesWish,
    occurrences_of,
    own_project,
)
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.findings import Finding, Verdict

_MOST_WAYS = 12
_TAKEN_UP = frozenset({"later", "room"})


@dataclass(frozen=True, slots=True)
class OccurrenceSaid:
    """What one occurrence would be told beside those before it, and what would make it fit."""

    occurrence: Occurrence
    plan: Plan
    findings: list[Finding]
    verdict: Verdict
    way: Change | None = None


def preview_series(
    session: Session, principal: PersonPrincipal, wish: SeriesWish, now: datetime
) -> list[OccurrenceSaid]:
    """What each occurrence that is not left out would be told at ``now`` (UTC), nothing written.

    One that fits stands in the way of those after it, as it will. Raises NotValid for fields.
    """
    own_project(session, principal, wish.booking)
    found: list[OccurrenceSaid] = []
    beside: list[Use] = []
    for one in occurrences_of(session, wish):
        if one.number in wish.leave_out:
            continue
        plan = make_plan(session, laid_out(session, one.wish, now))
        looked = sum(1 for said in found if said.verdict is Verdict.BLOCKED) < _MOST_WAYS
        said = _said(session, principal, one, plan, beside, now, looked=looked)
        found.append(said)
        if said.verdict is not Verdict.BLOCKED:
            beside += plan.uses
    return found


def _said(
    session: Session,
    principal: PersonPrincipal,
    one: Occurrence,
    plan: Plan,
    beside: Sequence[Use],
    now: datetime,
    *,
    looked: bool,
) -> OccurrenceSaid:
    told = told_beside(session, principal, plan.facts, beside, now)
    way = None
    if told.verdict is Verdict.BLOCKED and looked:
        way = _way(session, principal, plan, beside, now)
    return OccurrenceSaid(one, plan, told.findings, told.verdict, way)


def told_beside(
    session: Session,
    principal: PersonPrincipal,
    plan: PlanFacts,
    beside: Iterable[Use],
    now: datetime,
    gone: Collection[str] = (),
) -> Assessment:
    """What the rules say of a plan where ``beside`` is taken too, and the bookings ``gone`` are
    away from where they were."""
    around = load_circumstances(session, scope_of(plan), now)
    kept = [use for use in around.taken.uses if use.booking not in gone]
    around = replace(around, taken=Occupied([*kept, *beside], around.taken.outages))
    return assess(plan, around, Asked(viewer_of(principal), now))


def _way(
    session: Session,
    principal: PersonPrincipal,
    plan: Plan,
    beside: Sequence[Use],
    now: datetime,
) -> Change | None:
    """The cheapest change that passes beside the other occurrences as well."""
    for change in ways_out(session, principal, plan, now):
        told = told_beside(session, principal, change.plan, beside, now)
        passes = told.verdict is not Verdict.BLOCKED
        if change.kind not in _TAKEN_UP or passes:
            return change
    return None
