"""Who waits, in which order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking, MoveProposal
from hkbio_gmp.booking.models_waitlist import WaitlistEntry
from hkbio_gmp.booking.queries.bookings import scoped, turn_of
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel.protocols import Principal


class InLine(NamedTuple):
    """One that waits, its ``place`` in its facility's line, and what is offered to it now."""

    entry: WaitlistEntry
    place: int
    offer: MoveProposal | None

    @property
    def booking(self) -> Booking:
        """What waits."""
        return self.entry.booking


def _waiting() -> Select[WaitlistEntry]:
    return (
        select(WaitlistEntry)
        .join(Booking, WaitlistEntry.booking_id == Booking.id)
        .join(Facility, Booking.facility_id == Facility.id)
        .join(Organisation, Booking.organisation_id == Organisation.id)
        .where(Booking.status == str(BookingState.WAITLISTED))
    )


def in_turn(session: Session, facility: str) -> list[WaitlistEntry]:
    """Everything that waits at a facility, the first in line first."""
    found = session.scalars(_waiting().where(Facility.code == facility)).unique()
    return sorted(found, key=lambda entry: turn_of(entry.booking, entry.queued_at))


def list_waitlist(
    session: Session, principal: Principal, facilities: Collection[str]
) -> list[InLine]:
    """What waits within reach at some facilities, each with its place among all who wait there."""
    seen = set(session.scalars(scoped(_waiting(), principal).with_only_columns(Booking.id)))
    out = []
    for code in facilities:
        for place, entry in enumerate(in_turn(session, code), start=1):
            if entry.booking_id in seen:
                open_ = (p for p in entry.booking.proposals if p.state == "open")
                out.append(InLine(entry, place, next(open_, None)))
    return out


def place_of(session: Session, principal: Principal, booking: Booking) -> InLine | None:
    """A booking's place in line; None where it does not wait."""
    if booking.status != BookingState.WAITLISTED:
        return None
    line = list_waitlist(session, principal, [booking.facility.code])
    return next((one for one in line if one.entry.booking_id == booking.id), None)


def waiting_facilities(session: Session) -> list[str]:
    """Codes of the facilities at which somebody waits."""
    query = _waiting().with_only_columns(Facility.code).distinct().order_by(Facility.code)
    return list(session.scalars(query))


def overdue(session: Session, facility: str, now: datetime) -> list[Booking]:
    """Those whose last start has passed at ``now`` (UTC)."""
    query = _waiting().where(Facility.code == facility, WaitlistEntry.latest < now)
    return [entry.booking for entry in session.scalars(query).unique()]
