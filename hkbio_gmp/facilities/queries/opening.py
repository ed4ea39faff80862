"""When a facility is open."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.facilities.models import Closure, Facility, OpeningHours
from hkbio_gmp.facilities.queries.standing import Standing, standing
from hkbio_gmp.facilities.rules.codes import storable
from hkbio_gmp.facilities.rules.facts import ClosedDay, OpeningPattern
from hkbio_gmp.facilities.rules.opening import days_between, open_ranges
from hkbio_gmp.facilities.rules.public_holidays import general_holidays
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.timerange import TimeRange, local_date

_SATURDAY = 5


def list_opening_hours(session: Session, facility: str) -> list[OpeningHours]:
    """Hours by weekday and time."""
    query = select(OpeningHours).join(OpeningHours.facility).where(Facility.code == facility)
    return list(session.scalars(query.order_by(OpeningHours.weekday, OpeningHours.opens)))


def opening_pattern(session: Session, facility: str) -> OpeningPattern:
    """The weekly hours, local time of the facility's zone."""
    return standing(session, facility).pattern


def list_closures(
    session: Session, facility: str, since: date | None = None, *, withdrawn: bool = False
) -> list[Closure]:
    """Closures that end on ``since`` or later, by date; withdrawn ones only if asked."""
    query = select(Closure).join(Closure.facility).where(Facility.code == facility)
    if since is not None:
        query = query.where(Closure.ends_on >= since)
    if not withdrawn:
        query = query.where(Closure.state == "active")
    return list(session.scalars(query.order_by(Closure.starts_on, Closure.code)))


def get_closure(session: Session, facility: str, code: str) -> Closure:
    """An active closure of a facility. Raises NotFound."""
    query = select(Closure).join(Closure.facility).where(Facility.code == facility)
    query = query.where(Closure.code == code, Closure.state == "active")
    row = session.scalar(query) if storable(facility, code) else None
    if row is None:
        raise NotFound()
    return row


def closed_days(session: Session, facility: str, first: date, last: date) -> list[ClosedDay]:
    """General holidays (where the facility keeps them) and closures, from first to last day.

    Calendar days in the facility's zone, both ends included. Raises NotFound.
    """
    return closed_days_at(standing(session, facility), first, last)


def closed_days_at(here: Standing, first: date, last: date) -> list[ClosedDay]:
    """As :func:`closed_days`, of a facility whose standing has been read."""
    found = general_holidays(first, last) if here.settings.get("holidays") == "HK" else []
    for starts, ends, *said in here.closures:
        begin, end = max(first, starts), min(last, ends)
        days = range((end - begin).days + 1)
        found += [ClosedDay(begin + timedelta(days=n), *said) for n in days]
    return sorted(found)


def open_days_at(here: Standing, first: date, last: date) -> list[date]:
    """The days on which a facility opens, in order; Monday to Friday where it states no hours."""
    closed = {item.day for item in closed_days_at(here, first, last)}
    return [day for day in days_between(first, last) if day not in closed and _opens(here, day)]


def _opens(here: Standing, day: date) -> bool:
    if not here.pattern.slots:
        return day.weekday() < _SATURDAY
    return bool(here.pattern.of_weekday(day.weekday()))


def opening_ranges(session: Session, facility: str, window: TimeRange) -> list[TimeRange]:
    """The parts of ``window`` (UTC) in which the facility is open. Raises NotFound."""
    return opening_ranges_at(standing(session, facility), window)


def opening_ranges_at(here: Standing, window: TimeRange) -> list[TimeRange]:
    """As :func:`opening_ranges`, of a facility whose standing has been read."""
    zone = here.facts.zone
    # Days are the facility's, not UTC's: a window may touch one day more there.
    first, last = local_date(window.starts, zone), local_date(window.ends, zone)
    closed = closed_days_at(here, first, last)
    return open_ranges(here.pattern, closed, [], window, zone)
