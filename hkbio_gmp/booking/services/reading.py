"""Readiness of a stored booking, and alternatives to a slot that was taken."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.services.evaluation import Evaluation, evaluate, viewer_of
from hkbio_gmp.booking.services.finder import Slot, SlotQuery, find_slots
from hkbio_gmp.booking.services.plan import BookingWish, Plan, make_plan, plan_of
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.timerange import TimeRange

_AHEAD = timedelta(days=21)
_MOST = 5


def readiness(
    session: Session, principal: PersonPrincipal | None, booking: Booking, now: datetime
) -> Evaluation:
    """All findings about a booking at ``now`` (UTC): always worked out, never stored."""
    plan = plan_of(session, booking)
    planned = all(s.state == "planned" for s in booking.sessions)
    waiting = booking.status in {BookingState.DRAFT, BookingState.REQUESTED}
    return evaluate(session, plan, viewer_of(principal), now, started=not (planned and waiting))


def preview(
    session: Session, principal: PersonPrincipal, wish: BookingWish, now: datetime
) -> tuple[Plan, Evaluation]:
    """What a request would be told, without asking. Raises NotValid for wrong fields."""
    plan = make_plan(session, wish)
    return plan, evaluate(session, plan, viewer_of(principal), now)


def alternatives(
    session: Session, principal: PersonPrincipal, wish: BookingWish, now: datetime
) -> list[Slot]:
    """Slots of the same length near the wish, at the same facility."""
    plan = make_plan(session, wish)
    starts = plan.sessions[0].slot.starts
    ends = max(s.slot.ends for s in plan.sessions)
    query = SlotQuery(
        process_class=plan.needs.code,
        length=ends - starts,
        window=TimeRange(max(starts, now), ends + _AHEAD),
        facilities=(plan.facility.code,),
        organisation=plan.organisation,
        operators=tuple(plan.emails),
        open_processing=plan.project.open_processing,
        series=plan.batch.code if plan.batch else plan.project.code,
        limit=_MOST,
    )
    return find_slots(session, viewer_of(principal), query, now).slots
