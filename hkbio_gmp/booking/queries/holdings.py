"""How much an organisation holds at a facility already, where the facility limits it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Allocation, Booking
from hkbio_gmp.booking.queries.period import LONGEST_OCCUPANCY
from hkbio_gmp.booking.rules.circumstances import Scope
from hkbio_gmp.booking.rules.fairness import Share, Undecided, by_month, whole_months
from hkbio_gmp.facilities.queries import Standing
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import rows

_UNASKED = frozenset({str(BookingState.DRAFT), str(BookingState.WAITLISTED)})
_AT, _UNTIL = Allocation.occupied_from.type, Booking.hold_until.type
_OWN = Booking.reference == bindparam("own", type_=Booking.reference.type)
_STANDING = or_(Booking.hold_until.is_(None), Booking.hold_until > bindparam("now", type_=_UNTIL))
_OURS = (
    Booking.facility_id == bindparam("facility"),
    Organisation.code == bindparam("organisation"),
)
_UNDECIDED = (
    select(Booking.reference, Booking.status)
    .join(Organisation, Booking.organisation_id == Organisation.id)
    .where(*_OURS, or_(_OWN, and_(Booking.status == str(BookingState.REQUESTED), _STANDING)))
)
_HELD = (
    select(Allocation.resource, Allocation.occupied_from, Allocation.occupied_until)
    .join(Booking, Allocation.booking_id == Booking.id)
    .join(Organisation, Booking.organisation_id == Organisation.id)
    .where(
        *_OURS,
        Allocation.facility_id == bindparam("facility"),
        Allocation.holds.is_(True),
        Allocation.occupied_until > bindparam("starts", type_=_AT),
        Allocation.occupied_from > bindparam("earliest", type_=_AT),
        Allocation.occupied_from < bindparam("ends", type_=_AT),
        or_(Booking.status == str(BookingState.APPROVED), _STANDING),
        ~_OWN,
    )
)


def held_by(
    session: Session, scope: Scope, here: Standing, now: datetime
) -> tuple[Undecided | None, Share | None]:
    """What the organisation holds besides, at ``now`` (UTC); None where the facility sets no limit,
    or where nothing is asked for anew."""
    most = int(here.settings.get("most_open_requests", 0))
    percent = int(here.settings.get("most_share_percent", 0))
    if scope.organisation is None or not (most or percent):
        return None, None
    asked = {
        "facility": here.id,
        "organisation": scope.organisation,
        "own": scope.without or "",
        "now": now,
    }
    found = {row.reference: row.status for row in rows(session, _UNDECIDED, asked)}
    own = found.pop(scope.without or "", None)
    if own is not None and own not in _UNASKED:
        return None, None
    return (
        Undecided(len(found), most) if most else None,
        _share(session, scope, here, asked, percent) if percent else None,
    )


def _share(
    session: Session, scope: Scope, here: Standing, asked: dict[str, object], most: int
) -> Share:
    window, zone = whole_months(scope.window, here.facts.zone), here.facts.zone
    rooms = frozenset(
        one.code
        for one in here.resources.values()
        if one.kind == "room" and one.bookable and one.active
    )
    period = {
        "starts": window.starts,
        "earliest": window.starts - LONGEST_OCCUPANCY,
        "ends": window.ends,
    }
    held = rows(session, _HELD, asked | period)
    ours = (
        TimeRange(row.occupied_from, row.occupied_until) for row in held if row.resource in rooms
    )
    return Share(most, rooms, zone, by_month(ours, zone))
