"""Flags that stand on bookings, as pages and the API show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.models import BookingFlag
from hkbio_gmp.booking.rules.flags import load_finding
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.work import rows


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
    found: dict[int, list[FlagLine]] = {}
    for row in rows(session, _STANDING, {"keys": sorted(booking_ids)}):
        finding = load_finding(row.rule, row.subject, row.finding)
        found.setdefault(row.booking_id, []).append(FlagLine(row.cause, row.raised_at, finding))
    return found


_STANDING = (
    select(
        BookingFlag.booking_id,
        BookingFlag.cause,
        BookingFlag.raised_at,
        BookingFlag.rule,
        BookingFlag.subject,
        BookingFlag.finding,
    )
    .where(
        BookingFlag.booking_id.in_(bindparam("keys", expanding=True)),
        BookingFlag.cleared_at.is_(None),
    )
    .order_by(BookingFlag.id)
)
