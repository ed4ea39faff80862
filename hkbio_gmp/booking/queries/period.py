"""Which allocations touch a stretch of time, found by an index however long the history is."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from hkbio_gmp.booking.models import Allocation
from hkbio_gmp.facilities.models import Facility

LONGEST_OCCUPANCY = timedelta(days=120)
"""A session of 92 days with 14 days of set-up and 14 of turnaround: the rules allow no more."""


def touching(
    starts: datetime | None, ends: datetime | None, facility: str | None = None
) -> list[ColumnElement[bool]]:
    """Conditions on allocations that overlap [starts, ends) (UTC), of one facility or of all."""
    home = select(Facility.id)
    if facility is not None:
        home = home.where(Facility.code == facility)
    found: list[ColumnElement[bool]] = [Allocation.facility_id.in_(home)]
    if starts is not None:
        found.append(Allocation.occupied_until > starts)
        # The end alone would read either all of the past or all of the future.
        found.append(Allocation.occupied_from > starts - LONGEST_OCCUPANCY)
    if ends is not None:
        found.append(Allocation.occupied_from < ends)
    return found
