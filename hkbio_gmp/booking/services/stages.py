"""The stages of an approval: who signs when, what is kept of it, who comes next."""

from __future__ import annotations

from sqlalchemy import select

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.rules.stages import (
    LEAST_OUTSIDE_HOURS,
    MANAGER,
    QUALITY,
    ROLES,
    asks_quality,
)
from hkbio_gmp.booking.services.evaluation import Evaluation
from hkbio_gmp.booking.services.holding import renew_hold
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


def check_stage(principal: PersonPrincipal, booking: Booking, stage: str) -> None:
    """Each stage is its own role's, and another person's than the one before."""
    if not principal.has_role(ROLES[stage], booking.facility.code):
        raise NotAllowed(_NOT_YET[stage])
    given = (one for one in booking.approvals if one.state == "given")
    if any(one.approved_by == principal.code for one in given):
        raise NotAllowed(Message("Whoever approved for the facility does not approve for quality."))


_NOT_YET = {
    MANAGER: Message("The facility's manager approves first."),
    QUALITY: Message("The manager has approved; quality decides now."),
}


def check_outside_hours(evaluation: Evaluation, named: int) -> None:
    """Attended work outside opening hours passes with two people named (contract, roles)."""
    outside = [f for f in evaluation.findings if f.rule == "opening_hours"]
    if outside and named < LEAST_OUTSIDE_HOURS:
        said = Message("Work outside opening hours is approved only with two people named.")
        remedy = Message("Ask the organisation to name two operators.")
        raise NotValid(said, [FieldError("operators", said, remedy)], evaluation.findings)


def needs_quality(work: Work, booking: Booking, passed: list[Finding]) -> bool:
    """Whether the facility's settings ask for quality's approval of this booking."""
    earlier = select(Booking.id).where(
        Booking.project_id == booking.project_id,
        Booking.status == str(BookingState.APPROVED),
        Booking.id != booking.id,
    )
    return asks_quality(
        booking.facility.settings,
        booking.process_class,
        first=work.session.scalar(earlier.limit(1)) is None,
        passed=[f.rule for f in passed],
    )


def hand_to_quality(work: Work, booking: Booking) -> None:
    """Wait for quality: the hold runs anew, and quality is told."""
    booking.waiting_for = QUALITY
    booking.version += 1
    renew_hold(work, booking)
    work.session.flush()
    home = booking.facility.code
    people = identity.people_with_role(work.session, "quality", home, work.at)
    notices.tell(work, people, booking, notices.requested(booking.reference))
