"""What every signature on a booking shares: what it is tied to, who never signs, what is kept."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hkbio_gmp.booking.models import Booking, BookingApproval
from hkbio_gmp.booking.services.people import is_named
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SignedRecord, record_digest
from hkbio_gmp.kernel.errors import NotAllowed
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


def signed_record(session: Session, booking: Booking) -> SignedRecord:
    """What a signature on the booking is tied to: its rows, sessions and allocations."""
    subject = booking.audit_subject()
    rows = [booking, *booking.sessions]
    rows += [a for s in booking.sessions for a in s.allocations]
    rows += list(booking.operators)
    return SignedRecord(
        type=subject.type,
        ref=subject.ref,
        version=booking.version,
        digest=record_digest(session, *rows),
        log=subject.log,
        zone=subject.zone,
        organisation=subject.organisation,
    )


def check_separation(principal: PersonPrincipal, booking: Booking, never: tuple[str, ...]) -> None:
    """Separation of duties: no one approves what they asked for. Raises NotAllowed."""
    if "requester" in never and booking.requested_by == principal.code:
        raise NotAllowed(Message("No one decides on what they asked for themselves."))
    if "operator" in never and is_named(principal, booking):
        raise NotAllowed(Message("A named operator does not decide on the booking."))


def note_approval(
    work: Work,
    principal: PersonPrincipal,
    booking: Booking,
    stage: str,
    number: str,
    passed: list[Finding],
) -> None:
    """Keep who signed, and the warnings that were passed as they read now."""
    booking.approvals.append(
        BookingApproval(
            stage=stage,
            state="given",
            approved_by=principal.code,
            approved_by_name=principal.name,
            approved_at=work.at,
            reason=work.reason,
            signature=number,
            signed_version=booking.version,
            passed=[
                {"rule": f.rule, "subject": f.subject, "said": f.message.english()} for f in passed
            ],
        )
    )
