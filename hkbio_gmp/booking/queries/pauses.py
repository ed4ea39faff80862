"""When what bookings make was last made before them, found by an index."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from hkbio_gmp.booking.models import Allocation, Booking
from hkbio_gmp.work import rows

_Own = aliased(Allocation)
_STARTS = (
    select(func.min(_Own.occupied_from))
    .where(_Own.booking_id == Booking.id, _Own.holds.is_(True))
    .correlate(Booking)
    .scalar_subquery()
)
_LAST = (
    select(func.max(Allocation.ends))
    .where(
        Allocation.facility_id == Booking.facility_id,
        Allocation.process_class == Booking.process_class,
        Allocation.ends <= _STARTS,
        Allocation.holds.is_(True),
    )
    .correlate(Booking)
    .scalar_subquery()
)
_LAST_MADE = select(Booking.reference, _LAST.label("last")).where(
    Booking.id.in_(bindparam("bookings", expanding=True))
)


def last_made_before(session: Session, bookings: Collection[int]) -> dict[str, datetime]:
    """Reference → when (UTC) the booking's class was last made at its facility before it begins;
    left out where it never was."""
    found = rows(session, _LAST_MADE, {"bookings": sorted(bookings)})
    return {row.reference: row.last for row in found if row.last is not None}
