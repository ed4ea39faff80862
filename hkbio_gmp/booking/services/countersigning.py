"""Urgent patient material: the manager approves alone, quality countersigns soon after."""

from __future__ import annotations

from sqlalchemy import select

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BOOKINGS, BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.rules.stages import COUNTERSIGN, COUNTERSIGN_DAYS, QUALITY
from hkbio_gmp.booking.services.holding import working_days_on
from hkbio_gmp.booking.services.people import managers_at, may_act
from hkbio_gmp.booking.services.signatures import check_separation, note_approval, signed_record
from hkbio_gmp.booking.services.stages import check_stage
from hkbio_gmp.booking.services.writing import check_version, load_booking
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.queries import Someone
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SigningProof, sign
from hkbio_gmp.kernel.errors import FieldError, NotValid, WrongState
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


def check_urgency(work: Work, booking: Booking) -> None:
    """Who approves alone says why (contract, verbs). Raises NotValid."""
    if booking.urgent and not (work.reason or "").strip():
        said = Message("Urgent patient material is approved alone only with a reason.")
        raise NotValid(said, [FieldError("reason", said, Message("Write why, in a sentence."))])


def await_countersignature(work: Work, booking: Booking) -> None:
    """Give quality until the end of the set working day, by default the next, and tell it."""
    here = facilities.standing(work.session, booking.facility.code)
    days = int(here.settings.get("countersign_working_days", COUNTERSIGN_DAYS))
    booking.countersign_by = working_days_on(here, work.at, days)
    work.session.flush()
    said = notices.to_countersign(booking)
    notices.tell(work, _quality_of(work, booking), booking, said, key="countersign")


def countersign_booking(
    work: Work, principal: PersonPrincipal, reference: str, proof: SigningProof, version: int
) -> Booking:
    """Countersign, signed, what the manager approved alone for a patient's sake.

    Never by whoever asked, is a named operator or approved it; late is late, and still possible.
    Raises NotFound, NotAllowed, WrongState where nothing waits, Stale, SignatureRefused.
    """
    booking = load_booking(work, reference)
    may_act(principal, booking, "booking:slot:countersign")
    check_version(booking, version)
    row = BOOKINGS.get(BookingState(booking.status), "countersign")
    if booking.countersign_by is None:
        raise WrongState(Message("Nothing of this booking waits for a countersignature."))
    check_separation(principal, booking, row.never)
    check_stage(principal, booking, QUALITY)
    record = signed_record(work.session, booking)
    signed = sign(work, principal, proof, row.meaning or "", record)
    note_approval(work, principal, booking, COUNTERSIGN, signed.number, [])
    booking.countersign_by = None
    booking.version += 1
    work.session.flush()
    said = notices.decided(booking, "countersigned")
    notices.tell(work, managers_at(work, booking.facility.code), booking, said)
    return booking


def remind_overdue(work: Work, facility: str) -> list[str]:
    """Tell quality and the managers, once, of each countersignature that is late."""
    work.lock([("facility", facility)])
    late = select(Booking).join(Facility, Booking.facility_id == Facility.id)
    late = late.where(Facility.code == facility, Booking.countersign_by <= work.at)
    told = []
    for booking in work.session.scalars(late.order_by(Booking.id)).unique():
        people: list[Someone] = [*_quality_of(work, booking), *managers_at(work, facility)]
        said = notices.countersign_late(booking)
        notices.tell(work, people, booking, said, key="countersign-late")
        told.append(booking.reference)
    return told


def _quality_of(work: Work, booking: Booking) -> list[identity.PersonLine]:
    return identity.people_with_role(work.session, "quality", booking.facility.code, work.at)
