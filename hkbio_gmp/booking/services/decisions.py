"""Approving, signed, and rejecting."""

from __future__ import annotations

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BOOKINGS, BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.rules.stages import MANAGER, ROLES
from hkbio_gmp.booking.services.checks import need_reason
from hkbio_gmp.booking.services.countersigning import await_countersignature, check_urgency
from hkbio_gmp.booking.services.evaluation import evaluate, refuse_blocked, viewer_of
from hkbio_gmp.booking.services.flags import clear_flags
from hkbio_gmp.booking.services.holding import expire_stale, release, withdraw_offers
from hkbio_gmp.booking.services.people import may_act, people_of
from hkbio_gmp.booking.services.plan import plan_of
from hkbio_gmp.booking.services.signatures import check_separation, note_approval, signed_record
from hkbio_gmp.booking.services.stages import (
    check_outside_hours,
    check_stage,
    hand_to_quality,
    needs_quality,
)
from hkbio_gmp.booking.services.writing import check_version, load_booking, lock_plan
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SigningProof, sign
from hkbio_gmp.kernel.errors import FieldError, NotValid, WrongState
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


def approve_booking(
    work: Work, principal: PersonPrincipal, reference: str, proof: SigningProof, version: int
) -> Booking:
    """Approve a request, signed, under the rules as they stand at this instant.

    A warning is passed only with a reason, a block never. Where the facility's settings ask for it
    quality approves after the manager; until then the request stays one, its hold renewed. Urgent
    patient material the manager approves alone, and quality countersigns it. Never by whoever
    asked or is a named operator, nor by one person in both stages. Raises NotFound, NotAllowed,
    WrongState, Stale, SlotTaken, NotValid, SignatureRefused.
    """
    booking = load_booking(work, reference)
    may_act(principal, booking, "booking:slot:approve")
    check_version(booking, version)
    expire_stale(work, booking.facility.code)
    row = BOOKINGS.get(BookingState(booking.status), "approve")
    check_separation(principal, booking, row.never)
    stage = booking.waiting_for or MANAGER
    check_stage(principal, booking, stage)
    check_urgency(work, booking)
    if any(proposal.state == "open" for proposal in booking.proposals):
        raise WrongState(Message("A counter-offer waits for the organisation's answer."))
    passed = _passed(work, principal, booking)
    record = signed_record(work.session, booking)
    signed = sign(work, principal, proof, row.meaning or "approved", record)
    note_approval(work, principal, booking, stage, signed.number, passed)
    alone = stage == MANAGER and booking.urgent
    if stage == MANAGER and not alone and needs_quality(work, booking, passed):
        hand_to_quality(work, booking)
        return booking
    _decide(work, principal, booking, str(row.target))
    if alone:
        await_countersignature(work, booking)
    _tell(work, principal, booking, "approved")
    return booking


def _passed(work: Work, principal: PersonPrincipal, booking: Booking) -> list[Finding]:
    """The warnings that an approval would pass. Raises where it may not pass them."""
    plan = plan_of(work.session, booking)
    lock_plan(work, plan)
    viewer = viewer_of(principal)
    evaluation = evaluate(work.session, plan, viewer, work.at)
    refuse_blocked(evaluation, plan, viewer)
    check_outside_hours(evaluation, len(plan.operators))
    if evaluation.verdict is Verdict.ATTENTION and not work.reason:
        said = Message("There are warnings; passing them needs a reason.")
        remedy = Message("Write why the warnings may be passed.")
        raise NotValid(said, [FieldError("reason", said, remedy)], evaluation.findings)
    return [f for f in evaluation.findings if f.severity is Severity.WARN]


def reject_booking(
    work: Work, principal: PersonPrincipal, reference: str, version: int | None
) -> Booking:
    """Reject a request with a reason; its slot is free at once."""
    booking = load_booking(work, reference)
    may_act(principal, booking, "booking:slot:reject")
    check_version(booking, version)
    row = BOOKINGS.get(BookingState(booking.status), "reject")
    check_separation(principal, booking, row.never)
    if not principal.has_role(ROLES[MANAGER], booking.facility.code):
        check_stage(principal, booking, booking.waiting_for or MANAGER)
    need_reason(work)
    _decide(work, principal, booking, str(row.target))
    withdraw_offers(booking)
    release(booking)
    clear_flags(work, booking, "rejected")
    work.session.flush()
    _tell(work, principal, booking, "rejected")
    return booking


def _decide(work: Work, principal: PersonPrincipal, booking: Booking, status: str) -> None:
    booking.status = status
    booking.waiting_for = None
    booking.version += 1
    booking.decided_by, booking.decided_at = principal.code, work.at
    booking.decision_reason = work.reason
    work.session.flush()


def _tell(work: Work, principal: PersonPrincipal, booking: Booking, verb: str) -> None:
    others = [p for p in people_of(work, booking) if p.code != principal.code]
    notices.tell(work, others, booking, notices.decided(booking, verb))
