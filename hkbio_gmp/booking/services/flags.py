"""Flags on bookings: raised once, cleared when their reason is gone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from hkbio_gmp.booking.models import Booking, BookingFlag, Reexamination
from hkbio_gmp.booking.rules.flags import dump_finding, stands
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.work import Work


def open_flags(work: Work, booking_ids: Sequence[int]) -> dict[int, list[BookingFlag]]:
    """Booking id → the flags that stand on it, in one query."""
    query = select(BookingFlag).where(
        BookingFlag.booking_id.in_(booking_ids), BookingFlag.cleared_at.is_(None)
    )
    found: dict[int, list[BookingFlag]] = {}
    for flag in work.session.scalars(query.order_by(BookingFlag.id)):
        found.setdefault(flag.booking_id, []).append(flag)
    return found


def raise_flags(
    work: Work,
    task: Reexamination,
    booking: Booking,
    found: Sequence[Finding],
    standing: Sequence[BookingFlag],
) -> list[Finding]:
    """Raise a flag for each finding that has none yet; returns those findings."""
    known = {(flag.rule, flag.subject) for flag in standing}
    new = [f for f in found if (f.rule, f.subject) not in known]
    for finding in new:
        work.session.add(
            BookingFlag(
                booking=booking,
                cause=task.cause,
                rule=finding.rule,
                subject=finding.subject,
                finding=dump_finding(finding),
                reexamination=task.reference,
                raised_at=work.at,
            )
        )
    return new


def clear_gone(work: Work, standing: Sequence[BookingFlag], findings: Sequence[Finding]) -> None:
    """Clear each flag whose reason no longer speaks against the booking."""
    for flag in standing:
        if not stands(flag.rule, flag.subject, findings):
            flag.cleared_at, flag.cleared_why = work.at, "examined"


def clear_flags(work: Work, booking: Booking, why: str) -> None:
    """Clear every flag of a booking that was moved, cancelled or let go."""
    for flag in open_flags(work, [booking.id]).get(booking.id, []):
        flag.cleared_at, flag.cleared_why = work.at, why
