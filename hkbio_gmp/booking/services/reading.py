"""Readiness of a stored booking, alternatives to a slot that was taken, and ways out of a block."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.queries.circumstances import load_circumstances
from hkbio_gmp.booking.rules.circumstances import Asked
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.rules.search.shape import Step
from hkbio_gmp.booking.rules.sessions import PlannedSession
from hkbio_gmp.booking.rules.shifting import SessionSaid, by_session
from hkbio_gmp.booking.services.evaluation import Evaluation, evaluate, scope_of, viewer_of
from hkbio_gmp.booking.services.finder import find_slots, ways_of
from hkbio_gmp.booking.services.layout import laid_out
from hkbio_gmp.booking.services.plan import Plan, make_plan, plan_of
from hkbio_gmp.booking.services.slots import Home, Slot, SlotQuery
from hkbio_gmp.booking.services.wishes import BookingWish
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.kernel.timerange import TimeRange

_AROUND, _AHEAD = timedelta(days=21), timedelta(days=60)
_MINUTE = timedelta(minutes=1)
_MOST = 5


def readiness(
    session: Session, principal: PersonPrincipal | None, booking: Booking, now: datetime
) -> Evaluation:
    """All findings about a booking at ``now`` (UTC): always worked out, never stored."""
    plan = plan_of(session, booking)
    return evaluate(session, plan, viewer_of(principal), now, started=_has_begun(booking))


def _has_begun(booking: Booking) -> bool:
    planned = all(s.state == "planned" for s in booking.sessions)
    undecided = {BookingState.DRAFT, BookingState.REQUESTED, BookingState.WAITLISTED}
    waiting = booking.status in undecided
    return not (planned and waiting)


def preview(
    session: Session, principal: PersonPrincipal, wish: BookingWish, now: datetime
) -> tuple[Plan, Evaluation]:
    """What a request would be told, without asking. Raises NotValid for wrong fields."""
    plan = make_plan(session, laid_out(session, wish, now))
    return plan, evaluate(session, plan, viewer_of(principal), now)


def sessions_apart(
    session: Session, principal: PersonPrincipal, plan: Plan, now: datetime
) -> list[SessionSaid]:
    """What the rules say of each session alone at ``now`` (UTC)."""
    around = load_circumstances(session, scope_of(plan.facts), now)
    return by_session(plan.facts, around, Asked(viewer_of(principal), now))


def alternatives(
    session: Session, principal: PersonPrincipal, wish: BookingWish, now: datetime
) -> list[Slot]:
    """Slots of the same shape near the wish, before and after it, at the same facility."""
    return slots_near(session, principal, make_plan(session, laid_out(session, wish, now)), now)


def slots_near(
    session: Session, principal: PersonPrincipal | None, plan: Plan, now: datetime
) -> list[Slot]:
    """As :func:`alternatives`, of a plan; without a principal as the system itself sees it."""
    return find_slots(session, viewer_of(principal), query_near(plan), now).slots


def query_near(plan: Plan) -> SlotQuery:
    """The search for slots of the plan's shape near its own, before and after it."""
    return replace(_query_of(plan, _AROUND), near=_begins(plan), limit=_MOST)


def query_between(plan: Plan, since: datetime, latest: datetime) -> SlotQuery:
    """The search for slots of the plan's shape that start between two instants (UTC)."""
    query = _query_of(plan, _AHEAD)
    return replace(query, window=TimeRange(since, latest + query.length + _MINUTE))


def ways_out(
    session: Session, principal: PersonPrincipal, plan: Plan, now: datetime
) -> list[Change]:
    """What would make a blocked plan pass at ``now`` (UTC), the cheapest first; each is assessed.

    Colleagues are named only to those who may see the organisation's people.
    """
    viewer = viewer_of(principal)
    own = viewer.organisations is None or plan.organisation in viewer.organisations
    people = _colleagues(session, plan) if own else ()
    query = replace(_query_of(plan, _AHEAD), near=_begins(plan), colleagues=people)
    return ways_of(session, viewer, plan.facts, query, now)


def ways_out_of(
    session: Session,
    principal: PersonPrincipal,
    booking: Booking,
    found: Evaluation,
    now: datetime,
) -> list[Change]:
    """What would help a stored booking that ``found`` blocks and that has not begun."""
    held = set(BookingState) - {
        BookingState.REJECTED,
        BookingState.CANCELLED,
        BookingState.EXPIRED,
    }
    planned = all(s.state == "planned" for s in booking.sessions)
    if found.verdict is not Verdict.BLOCKED or booking.status not in held or not planned:
        return []
    return ways_out(session, principal, plan_of(session, booking), now)


def _colleagues(session: Session, plan: Plan) -> tuple[str, ...]:
    people = identity.list_people(session, identity.get_organisation(session, plan.organisation))
    return tuple(person.email for person in people if person.active)


def _begins(plan: Plan) -> datetime:
    return min(s.slot.starts for s in plan.sessions)


def _query_of(plan: Plan, ahead: timedelta) -> SlotQuery:
    """The search that would find the plan itself, had nobody taken it."""
    starts, ends = _begins(plan), max(s.slot.ends for s in plan.sessions)
    return SlotQuery(
        process_class=plan.needs.code,
        length=ends - starts,
        window=TimeRange(starts - _AROUND, ends + ahead),
        facilities=(plan.facility.code,),
        organisation=plan.organisation,
        operators=tuple(plan.emails),
        homes=(Home(plan.facility.code, plan.facts.project, plan.series),)
        if plan.facts.project
        else (),
        steps=_steps(plan, starts),
        suites=_is_suite(plan),
        reference=plan.reference,
    )


def _is_suite(plan: Plan) -> bool:
    return any(resource.members for resource in plan.resources.values())


def _steps(plan: Plan, starts: datetime) -> tuple[Step, ...]:
    """The plan's sessions. Its one room, or its suite, may become another; the rest stays."""
    rooms = [tuple(c for c in _codes(s) if plan.resources[c].kind == "room") for s in plan.sessions]
    different = {taken for taken in rooms if taken}
    free = len(different) == 1 and (_is_suite(plan) or len(next(iter(different))) == 1)
    return tuple(
        Step(
            offset=session.slot.starts - starts,
            length=session.slot.length,
            attended=session.attended,
            place=free and bool(taken),
            codes=tuple(c for c in _codes(session) if not (free and c in taken)),
        )
        for session, taken in zip(plan.sessions, rooms, strict=True)
    )


def _codes(session: PlannedSession) -> list[str]:
    return [use.resource for use in session.uses]
