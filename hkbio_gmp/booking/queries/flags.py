"""Flags that stand on bookings, as pages and the API show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.models import BookingFlag
from hkbio_gmp.booking.rules.flags import load_finding
from hkbio_gmp.kernel.findings import Finding


@dataclass(frozen=True, slots=True)
class FlagLine:
    """Why a booking turned, as it was found when the flag was raised (UTC)."""

    cause: str
    raised_at: datetime
    finding: Finding


def flags_of(session: Session, booking_ids: Collection[int]) -> dict[int, list[FlagLine]]:
    """Booking id → the flags that stand on it, the oldest first, in one query.

    The caller has read the bookings within reach.
    """
    if not booking_ids:
        return {}
    query = select(BookingFlag).where(
        BookingFlag.booking_id.in_(sorted(booking_ids)), BookingFlag.cleared_at.is_(None)
    )
    found: dict[int, list[FlagLine]] = {}
    for row in session.scalars(query.order_by(BookingFlag.id)):
        finding = load_finding(row.rule, row.subject, row.finding)
        found.setdefault(row.booking_id, []).append(FlagLine(row.cause, row.raised_at, finding))
    return found
