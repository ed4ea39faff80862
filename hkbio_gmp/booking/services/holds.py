"""Reminding whoever has yet to decide on a request before its hold runs out."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.rules.holds import REMIND_HOURS
from hkbio_gmp.booking.rules.stages import MANAGER, ROLES
from hkbio_gmp.booking.services.people import requester_of
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.queries import Someone
from hkbio_gmp.work import Work


def remind_holds(work: Work, facility: str) -> list[str]:
    """Tell of each hold at a facility that ends within the set hours (D), once per hold."""
    work.lock([("facility", facility)])
    settings = facilities.standing(work.session, facility).settings
    soon = work.at + timedelta(hours=int(settings.get("hold_reminder_hours", REMIND_HOURS)))
    ending = (
        select(Booking)
        .join(Facility, Booking.facility_id == Facility.id)
        .where(
            Facility.code == facility,
            Booking.status == str(BookingState.REQUESTED),
            Booking.hold_until > work.at,
            Booking.hold_until <= soon,
        )
        .order_by(Booking.id)
    )
    reminded = []
    for booking in work.session.scalars(ending).unique():
        said = notices.hold_ends(booking)
        notices.tell_of_hold(work, _deciders(work, booking), booking, said, "hold")
        reminded.append(booking.reference)
    return reminded


def _deciders(work: Work, booking: Booking) -> list[Someone]:
    """The organisation while a counter-offer is out, else whose approval it waits for."""
    if any(proposal.state == "open" for proposal in booking.proposals):
        asked = requester_of(work.session, booking)
        return [asked] if asked is not None else []
    role = ROLES[booking.waiting_for or MANAGER]
    return [*identity.people_with_role(work.session, role, booking.facility.code, work.at)]
