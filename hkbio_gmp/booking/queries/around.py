"""The one statement that reads what lies around a plan: a way to the database costs as much as
what it brings."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    BindParameter,
    Executable,
    and_,
    bindparam,
    case,
    literal,
    null,
    or_,
    select,
    union_all,
)

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Allocation, Booking, BookingOperator, BookingSession, Outage
from hkbio_gmp.facilities.models import ProcessClass, Project
from hkbio_gmp.identity.models import Organisation, Person


def _at(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=Allocation.starts.type)


USE, STALE, OUTAGE, MADE, PERSON = "use", "stale", "outage", "made", "person"
_NOT_OWN = Booking.reference != bindparam("own", type_=Booking.reference.type)
_STANDS = or_(
    Booking.status.not_in([str(BookingState.REQUESTED), str(BookingState.WAITLISTED)]),
    Booking.hold_until.is_(None),
    Booking.hold_until > _at("now"),
)
_USES = (
    select(
        case((_STANDS, USE), else_=STALE).label("told"),
        Allocation.resource,
        Allocation.starts,
        Allocation.ends,
        Allocation.occupied_from,
        Allocation.occupied_until,
        Allocation.process_class,
        Allocation.series,
        Booking.reference,
        Organisation.code,
        Project.vector,
        Project.infectious,
    )
    .join(Booking, Allocation.booking_id == Booking.id)
    .join(Project, Booking.project_id == Project.id)
    .join(Organisation, Booking.organisation_id == Organisation.id)
    .where(
        Allocation.facility_id == bindparam("facility"),
        Allocation.occupied_until > _at("starts"),
        Allocation.occupied_from > _at("earliest"),
        Allocation.occupied_from < _at("ends"),
        Allocation.holds.is_(True),
        _NOT_OWN,
    )
)
_USES_NEAR = _USES.where(Allocation.resource.in_(bindparam("near", expanding=True)))
_NOTHING = (null(),) * 4
_OUTAGES = select(
    literal(OUTAGE),
    Outage.resource,
    Outage.starts,
    Outage.ends,
    Outage.starts,
    Outage.ends,
    null(),
    Outage.kind,
    *_NOTHING,
).where(
    Outage.facility_id == bindparam("facility"),
    Outage.state == "active",
    Outage.ends > _at("starts"),
    Outage.starts < _at("ends"),
)
_LAST_MADE = (
    select(Allocation.resource, Allocation.starts, Allocation.ends)
    .join(Booking, Allocation.booking_id == Booking.id)
    .where(
        Allocation.facility_id == bindparam("facility"),
        Allocation.process_class == bindparam("made", type_=Allocation.process_class.type),
        Allocation.ends <= _at("by"),
        Allocation.ends > _at("since"),
        Allocation.holds.is_(True),
        _NOT_OWN,
    )
    .order_by(Allocation.ends.desc())
    .limit(1)
    .subquery()
)
_MADE_ROW = select(
    literal(MADE),
    _LAST_MADE.c.resource,
    _LAST_MADE.c.starts,
    _LAST_MADE.c.ends,
    _LAST_MADE.c.starts,
    _LAST_MADE.c.ends,
    null(),
    null(),
    *_NOTHING,
)


_ELSEWHERE = (
    select(
        literal(PERSON),
        Person.email,
        BookingSession.starts,
        BookingSession.ends,
        BookingSession.starts,
        BookingSession.ends,
        null(),
        null(),
        *_NOTHING[:3],
        ProcessClass.live_organism,
    )
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
        _NOT_OWN,
        or_(
            BookingSession.starts.between(_at("day_before"), _at("day_after")),
            BookingSession.ends.between(_at("day_before"), _at("day_after")),
        ),
        Booking.status.in_([str(BookingState.REQUESTED), str(BookingState.APPROVED)]),
    )
    .distinct()
)


@lru_cache
def statement(near: bool, made: bool, people: bool) -> Executable:
    """The statement: whether ``near`` resources, the last time of a class ``made`` and the time of
    ``people`` are asked for. Each row begins with what it tells of; see ``queries/occupied.py``.
    """
    parts = [_USES_NEAR if near else _USES, _OUTAGES]
    parts += [_MADE_ROW] if made else []
    parts += [_ELSEWHERE] if people else []
    return union_all(*parts).order_by("occupied_from", "told", "resource")
