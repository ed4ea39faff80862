"""Which future bookings rely on something that ended, in the order of their starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from hkbio_gmp.booking.models import (
    Allocation,
    Booking,
    BookingFlag,
    BookingOperator,
    Outage,
    Reexamination,
)
from hkbio_gmp.certification.models import CertificateKind
from hkbio_gmp.facilities.models import Facility, Resource
from hkbio_gmp.identity.models import Organisation, Person
from hkbio_gmp.kernel.timerange import day_start

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Bookings to look at next. ``after`` is the cursor past them; empty once there is none."""

    ids: tuple[int, ...]
    before: str
    after: str


def next_batch(session: Session, task: Reexamination, now: datetime, size: int) -> Batch:
    """The next bookings of a task that still hold time at ``now`` (UTC), at most ``size``."""
    first = func.min(Allocation.occupied_from).label("first")
    query = (
        select(Allocation.booking_id, first)
        .join(Booking, Allocation.booking_id == Booking.id)
        .where(Allocation.holds.is_(True), Allocation.occupied_until > now, _asked(session, task))
        .group_by(Allocation.booking_id)
        .order_by(first, Allocation.booking_id)
        .limit(size)
    )
    if task.facility_id is not None:
        query = query.where(Allocation.facility_id == task.facility_id)
    if task.cursor:
        text, number = task.cursor.split("|")
        instant = datetime.fromisoformat(text)
        query = query.having(
            or_(first > instant, and_(first == instant, Allocation.booking_id > int(number)))
        )
    rows = session.execute(query).all()
    after = f"{rows[-1].first.isoformat()}|{rows[-1].booking_id}" if rows else task.cursor
    return Batch(tuple(row.booking_id for row in rows), task.cursor, after)


def subjects_of(session: Session, task: Reexamination) -> frozenset[str]:
    """The codes that a task is about: of an outage, every resource that was planned together."""
    if task.subject_type != "outage":
        return frozenset({task.subject})
    query = select(Outage.resource).where(
        or_(Outage.plan == task.subject, Outage.reference == task.subject)
    )
    return frozenset(session.scalars(query))


def _asked(session: Session, task: Reexamination) -> ColumnElement[bool]:
    flagged = exists().where(
        BookingFlag.booking_id == Booking.id,
        BookingFlag.cleared_at.is_(None),
        BookingFlag.subject.in_(sorted(subjects_of(session, task))),
    )
    if task.subject_type == "day":
        flagged = exists().where(
            BookingFlag.booking_id == Booking.id, BookingFlag.cleared_at.is_(None)
        )
    return or_(_on(session, task), flagged)


def _on(session: Session, task: Reexamination) -> ColumnElement[bool]:
    match task.subject_type:
        case "resource":
            return or_(Allocation.resource == task.subject, Allocation.resource.in_(_room(task)))
        case "outage":
            return _under(task)
        case "facility":
            return Booking.facility_id.in_(select(Facility.id).where(Facility.code == task.subject))
        case "organisation":
            owners = select(Organisation.id).where(Organisation.code == task.subject)
            return Booking.organisation_id.in_(owners)
        case "day":
            return or_(false(), *_turning(session, task))
    named = (
        select(BookingOperator.booking_id)
        .join(Person)
        .where(Person.email == task.subject, BookingOperator.active.is_(True))
    )
    return Booking.id.in_(named)


def _room(task: Reexamination) -> Select[str]:
    """Where the item stands: what comes with a room is booked with it."""
    room = aliased(Resource)
    return (
        select(room.code)
        .join(Resource, Resource.room_id == room.id)
        .where(Resource.code == task.subject)
    )


def _under(task: Reexamination) -> ColumnElement[bool]:
    """Under one of the outages; or on a room whose qualification an event of theirs ends."""
    return exists().where(
        or_(Outage.plan == task.subject, Outage.reference == task.subject),
        Outage.resource == Allocation.resource,
        Outage.starts < Allocation.occupied_until,
        or_(Outage.ends > Allocation.occupied_from, Outage.event.is_not(None)),
    )


def _turning(session: Session, task: Reexamination) -> Iterable[ColumnElement[bool]]:
    """Occupancies whose day to renew (D, days before the slot, a setting per kind) has passed
    from ``since`` to the task's day, both included."""
    assert task.facility is not None and task.since is not None
    zone, until = task.facility.zone, date.fromisoformat(task.subject)
    kinds = select(CertificateKind.renewal_days).where(CertificateKind.blocks_booking.is_(True))
    for days in sorted(set(session.scalars(kinds))):
        # blocked from the day after D on, so those that begin before ``day + days``
        low = day_start(task.since + timedelta(days=days) - _DAY, zone)
        high = day_start(until + timedelta(days=days), zone)
        yield and_(Allocation.occupied_from >= low, Allocation.occupied_from < high)


def open_tasks(session: Session) -> list[int]:
    """The ids of the tasks that are not worked off, in the order in which they came."""
    query = select(Reexamination.id).where(Reexamination.state == "open")
    return list(session.scalars(query.order_by(Reexamination.id)))


def last_lapse_day(session: Session, facility_id: int) -> date | None:
    """The last day whose lapses were looked at, at a facility."""
    query = select(func.max(Reexamination.subject)).where(
        Reexamination.facility_id == facility_id, Reexamination.cause == "lapse"
    )
    found = session.scalar(query)
    return date.fromisoformat(found) if found else None


def is_flagged(session: Session, subject: str) -> bool:
    """Whether any booking is flagged because of a subject."""
    query = select(BookingFlag.id).where(
        BookingFlag.subject == subject, BookingFlag.cleared_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None
