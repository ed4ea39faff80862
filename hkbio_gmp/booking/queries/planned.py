"""All planned uses of a facility, with the version of the rules that each was decided under."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.models import Allocation, Booking
from hkbio_gmp.booking.queries.occupied import rule_book
from hkbio_gmp.booking.rules.occupancy import Use, breaks, is_older
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.kernel.timerange import TimeRange


def planned_uses(session: Session, facility: str, since: datetime | None = None) -> list[Use]:
    """Everything that holds time at a facility, of all time or ending after ``since`` (UTC)."""
    query = (
        select(Allocation, Booking.reference)
        .join(Booking, Allocation.booking_id == Booking.id)
        .join(Facility, Allocation.facility_id == Facility.id)
        .where(Facility.code == facility, Allocation.holds.is_(True))
        .order_by(Allocation.occupied_from, Allocation.id)
    )
    if since is not None:
        query = query.where(Allocation.occupied_until > since)
    return [
        Use(
            resource=row.resource,
            slot=TimeRange(row.starts, row.ends),
            occupancy=TimeRange(row.occupied_from, row.occupied_until),
            process_class=row.process_class,
            series=row.series,
            booking=reference,
            decided_under=row.rules_version,
        )
        for row, reference in session.execute(query)
    ]


def list_older_pairs(session: Session, facility: str, now: datetime) -> list[tuple[Use, Use]]:
    """Planned pairs, not over at ``now`` (UTC), that break the present changeover matrix and were
    decided under earlier ones. Raises NotFound."""
    book = rule_book(session, facility)
    found = breaks(planned_uses(session, facility, now), book)
    return [
        (one, other)
        for one, other, reason in found
        if reason == "changeover" and is_older(book, one, other)
    ]
