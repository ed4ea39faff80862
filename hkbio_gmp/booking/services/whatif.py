"""Which week, or day, an outage would harm least."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.models import Allocation, Booking
from hkbio_gmp.booking.rules.harm import Harm, Lying, harm_of, ranked, windows
from hkbio_gmp.booking.rules.outages import OutageWish
from hkbio_gmp.booking.services.displacement import displaced
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Batch
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.timerange import TimeRange

_MOST_LOOKED_FOR = 12
"""Bookings for which a place is looked for, in the order of harm."""


def least_harmful(
    session: Session,
    principal: PersonPrincipal,
    wish: OutageWish,
    facility: str,
    until: datetime,
    step: timedelta,
    now: datetime,
) -> list[Harm]:
    """The wish's first window again and again by ``step`` until ``until`` (UTC), the least
    harmful first. Moves are looked for where little is hit."""
    first = wish.windows[0]
    lying = _lying(session, facility, wish.resources, TimeRange(first.starts, until))
    found = ranked([harm_of(window, lying) for window in windows(first, until, step)])
    left = _MOST_LOOKED_FOR
    for place, harm in enumerate(found):
        if harm.stranded is not None or len(harm.references) > left:
            continue
        left -= len(harm.references)
        there = replace(wish, windows=(harm.window,), recurrence=None)
        rows = displaced(session, principal, there, facility, now)
        found[place] = harm.with_stranded(sum(1 for row in rows if row.slot is None))
    return ranked(found)


def _lying(
    session: Session, facility: str, resources: tuple[str, ...], window: TimeRange
) -> list[Lying]:
    classes = facilities.class_facts(session, facility)
    rows = session.execute(
        select(
            Booking.reference,
            Booking.process_class,
            Batch.autologous,
            Allocation.occupied_from,
            Allocation.occupied_until,
        )
        .join(Booking, Allocation.booking_id == Booking.id)
        .outerjoin(Batch, Booking.batch_id == Batch.id)
        .where(
            Allocation.resource.in_(resources),
            Allocation.holds.is_(True),
            Allocation.occupied_until > window.starts,
            Allocation.occupied_from < window.ends,
        )
        .order_by(Allocation.occupied_from, Allocation.id)
    )
    return [
        Lying(
            row.reference,
            TimeRange(row.occupied_from, row.occupied_until),
            bool(row.autologous)
            and row.process_class in classes
            and classes[row.process_class].is_gmp,
        )
        for row in rows
    ]
