"""Many stored bookings assessed by the one list of rules, circumstances loaded once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.queries.circumstances import load_circumstances
from hkbio_gmp.booking.queries.pauses import last_made_before
from hkbio_gmp.booking.rules import gates
from hkbio_gmp.booking.rules.assess import assess
from hkbio_gmp.booking.rules.circumstances import Asked, Circumstances, Scope
from hkbio_gmp.booking.rules.flags import IMPOSSIBLE
from hkbio_gmp.booking.rules.papers import relied_on
from hkbio_gmp.booking.services.evaluation import viewer_of
from hkbio_gmp.booking.services.plan import Plan, make_plan
from hkbio_gmp.booking.services.wishes import wish_of
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.kernel.errors import DomainError, NotValid
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.timerange import TimeRange

Planned = Plan | Finding


def plan_or_reason(session: Session, booking: Booking) -> Planned:
    """The booking's plan as it stands, or why it can no longer be carried out."""
    try:
        return make_plan(
            session,
            wish_of(booking),
            reference=booking.reference,
            project=facilities.line_of(booking.project, booking.batch, booking.process_class),
        )
    except DomainError as error:
        return _impossible(booking, error)


def _impossible(booking: Booking, error: DomainError) -> Finding:
    """What the first wrong field says: a person who left, a resource that is retired."""
    first = error.errors[0] if isinstance(error, NotValid) and error.errors else None
    return Finding(
        rule=IMPOSSIBLE,
        severity=Severity.BLOCK,
        subject=booking.reference,
        message=first.message if first else error.detail,
        remedy=first.remedy if first else None,
        link=f"/bookings/{booking.reference}",
    )


def examine(
    session: Session, bookings: Sequence[Booking], now: datetime
) -> dict[int, list[Finding]]:
    """Booking id → every finding about it at ``now`` (UTC), the facility's circumstances loaded
    once for all of them. A booking's own time is not left out: it says nothing of its own."""
    found: dict[int, list[Finding]] = {}
    plans: dict[str, list[tuple[int, Plan]]] = {}
    for booking in bookings:
        planned = plan_or_reason(session, booking)
        if isinstance(planned, Finding):
            found[booking.id] = [planned]
        else:
            plans.setdefault(planned.facility.code, []).append((booking.id, planned))
    asked = Asked(viewer_of(None), now, started=True)
    for code, some in plans.items():
        around = _around(session, code, [plan for _id, plan in some], now)
        made = last_made_before(session, [number for number, _plan in some])
        around = replace(around, made_before=made)
        for number, plan in some:
            found[number] = assess(plan.facts, around, asked).findings
    return found


def _around(session: Session, code: str, plans: Sequence[Plan], now: datetime) -> Circumstances:
    window = TimeRange(
        min(plan.occupancy.starts for plan in plans), max(plan.occupancy.ends for plan in plans)
    )
    scope = Scope(
        facility=code,
        window=window,
        needed=tuple(_needed(plans)),
        near=frozenset(use.resource for plan in plans for use in plan.uses),
        operators=tuple(dict.fromkeys(email for plan in plans for email in plan.emails)),
    )
    return load_circumstances(session, scope, now)


def _needed(plans: Iterable[Plan]) -> dict[gates.Needed, None]:
    wanted: dict[gates.Needed, None] = {}
    for plan in plans:
        wanted |= dict.fromkeys(relied_on(plan.facts))
    return wanted
