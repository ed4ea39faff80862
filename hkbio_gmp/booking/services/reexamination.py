"""When something that bookings rely on ends, their people hear of it in the same act."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.models import Allocation, Booking, BookingOperator
from hkbio_gmp.booking.services.people import people_of
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.identity.models import Organisation, Person
from hkbio_gmp.kernel.events import ValidityEnded
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


def on_validity_ended(work: Work, event: ValidityEnded) -> list[Finding]:
    """Flag future bookings that rely on what ended, and tell their people."""
    found = []
    for booking in _relying(work, event):
        notices.tell(
            work, people_of(work, booking), booking, notices.flagged(booking), key=event.reason
        )
        found.append(
            Finding(
                rule="validity_ended",
                severity=Severity.WARN,
                subject=booking.reference,
                message=Message(
                    "{reference} relies on {subject}.",
                    reference=booking.reference,
                    subject=event.subject_code,
                ),
            )
        )
    return found


def _relying(work: Work, event: ValidityEnded) -> list[Booking]:
    query = (
        select(Booking)
        .join(Allocation, Allocation.booking_id == Booking.id)
        .where(Allocation.holds.is_(True), Allocation.occupied_until > work.at, _on(event))
        .order_by(Booking.reference)
    )
    return list(work.session.scalars(query).unique())


def _on(event: ValidityEnded) -> ColumnElement[bool]:
    match event.subject_type:
        case "resource":
            return Allocation.resource == event.subject_code
        case "facility":
            chosen = select(Facility.id).where(Facility.code == event.subject_code)
            return Booking.facility_id.in_(chosen)
        case "organisation":
            owners = select(Organisation.id).where(Organisation.code == event.subject_code)
            return Booking.organisation_id.in_(owners)
    named = (
        select(BookingOperator.booking_id)
        .join(Person)
        .where(Person.email == event.subject_code, BookingOperator.active.is_(True))
    )
    return Booking.id.in_(named)
