"""Series of bookings as those see them who may; a booking's place in its series."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.models_series import BookingSeries, SeriesOccurrence
from hkbio_gmp.booking.queries.bookings import scoped
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.rules.codes import storable
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.protocols import Principal


class InSeries(NamedTuple):
    """Which occurrence of which series a booking is: ``number`` of ``total``."""

    reference: str
    number: int
    total: int


def _base() -> Select[BookingSeries]:
    return (
        select(BookingSeries)
        .join(Facility, BookingSeries.facility_id == Facility.id)
        .join(Organisation, BookingSeries.organisation_id == Organisation.id)
    )


def get_series(session: Session, principal: Principal, reference: str) -> BookingSeries:
    """A series within reach. Raises NotFound for absent and foreign ones alike."""
    query = scoped(_base().where(BookingSeries.reference == reference), principal)
    found = session.scalars(query).unique().one_or_none() if storable(reference) else None
    if found is None:
        raise NotFound()
    return found


def list_series(
    session: Session, principal: Principal, after: int | None, limit: int
) -> list[BookingSeries]:
    """Series within reach, newest first; one more than ``limit`` tells that there are more."""
    query = scoped(_base(), principal)
    if after is not None:
        query = query.where(BookingSeries.id < after)
    query = query.order_by(BookingSeries.id.desc()).limit(limit + 1)
    return list(session.scalars(query).unique())


def series_of(session: Session, bookings: Iterable[int]) -> dict[int, InSeries]:
    """Booking's id → its place in its series, of those that are in one."""
    keys = list(bookings)
    if not keys:
        return {}
    every = (
        select(SeriesOccurrence.series_id, func.count().label("total"))
        .group_by(SeriesOccurrence.series_id)
        .subquery()
    )
    query = (
        select(
            SeriesOccurrence.booking_id,
            BookingSeries.reference,
            SeriesOccurrence.number,
            every.c.total,
        )
        .join(BookingSeries, SeriesOccurrence.series_id == BookingSeries.id)
        .join(every, every.c.series_id == BookingSeries.id)
        .where(SeriesOccurrence.booking_id.in_(keys))
    )
    return {row[0]: InSeries(*row[1:]) for row in session.execute(query)}
