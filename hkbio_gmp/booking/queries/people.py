"""Where named people are besides: attended sessions of other bookings."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking, BookingOperator, BookingSession
from hkbio_gmp.booking.rules.circumstances import Scope
from hkbio_gmp.booking.rules.people import Elsewhere
from hkbio_gmp.facilities.models import ProcessClass
from hkbio_gmp.identity.models import Person
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import rows

_DAY = timedelta(days=1)
_SINCE = bindparam("since", type_=BookingSession.starts.type)
_UNTIL = bindparam("until", type_=BookingSession.starts.type)
_NAMED = (
    select(Person.email, BookingSession.starts, BookingSession.ends, ProcessClass.live_organism)
    .join(BookingOperator, BookingOperator.person_id == Person.id)
    .join(Booking, BookingOperator.booking_id == Booking.id)
    .join(BookingSession, BookingSession.booking_id == Booking.id)
    .join(
        ProcessClass,
        and_(
            ProcessClass.facility_id == Booking.facility_id,
            ProcessClass.code == Booking.process_class,
        ),
    )
    .where(
        Person.email.in_(bindparam("people", expanding=True)),
        BookingOperator.active.is_(True),
        BookingSession.attended.is_(True),
        Booking.reference != bindparam("own", type_=Booking.reference.type),
        or_(
            BookingSession.starts.between(_SINCE, _UNTIL),
            BookingSession.ends.between(_SINCE, _UNTIL),
        ),
        Booking.status.in_([str(BookingState.REQUESTED), str(BookingState.APPROVED)]),
    )
    .order_by(BookingSession.starts, BookingSession.id)
)


def elsewhere(session: Session, scope: Scope) -> list[Elsewhere]:
    """Attended sessions of other bookings, at any facility, of the people whom ``scope`` names,
    that begin or end about its window (UTC): who attends a long one is there at both.

    A request whose hold ran out counts until it is let go: this only warns.
    """
    if not scope.operators:
        return []
    asked = {
        "people": sorted(scope.operators),
        "own": scope.without or "",
        "since": scope.window.starts - _DAY,
        "until": scope.window.ends + _DAY,
    }
    return [
        Elsewhere(row.email, TimeRange(row.starts, row.ends), row.live_organism)
        for row in rows(session, _NAMED, asked)
    ]
