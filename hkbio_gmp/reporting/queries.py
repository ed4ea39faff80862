"""Reads across features for dashboards and reports; scoped by the features' own queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hkbio_gmp.audit import queries as audit
from hkbio_gmp.audit.models import AuditLog, AuditVerification
from hkbio_gmp.audit.queries import Act, EntryFilter
from hkbio_gmp.booking import queries as booking
from hkbio_gmp.booking.models import Allocation, Booking, Outage
from hkbio_gmp.booking.queries import BookingFilter
from hkbio_gmp.certification import queries as certification
from hkbio_gmp.certification.queries import CertificateFilter, CertificateLine
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.rules.facts import ResourceFacts
from hkbio_gmp.identity.models import Grant, Person
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.reporting.rules import NOTHING, Utilisation, utilisation

_MANY = 200
_AWAY = frozenset({"shutdown", "requalification"})
_LATER = {"requested", "approved", "in_use", "draft"}


@dataclass(frozen=True, slots=True)
class RoomUse:
    """One room's utilisation over a window."""

    room: ResourceFacts
    use: Utilisation


def upcoming(
    session: Session, person: PersonPrincipal, now: datetime, limit: int = 6
) -> list[Booking]:
    """Bookings within reach that are not over, by start."""
    wanted = BookingFilter(starts=now, limit=_MANY)
    found = [
        row
        for row in booking.list_bookings(session, person, wanted)
        if booking.status_of(row) in _LATER
    ]
    return sorted(found, key=lambda row: row.sessions[0].starts)[:limit]


def lapsing(session: Session, person: PersonPrincipal, limit: int = 6) -> list[CertificateLine]:
    """Certificates within reach that are due or have lapsed without a renewal, soonest first."""
    due = certification.list_certificates(session, person, CertificateFilter(status="due"))
    over = certification.list_certificates(session, person, CertificateFilter(status="expired"))
    return sorted([*over, *due], key=lambda line: line.days_left)[:limit]


def to_verify(session: Session, person: PersonPrincipal, limit: int = 6) -> list[CertificateLine]:
    """Certificates that wait for quality."""
    wanted = CertificateFilter(status="submitted", limit=limit)
    rows = certification.list_certificates(session, person, wanted)
    may = "certification:certificate:verify"
    return [r for r in rows if person.may(may, facility=_site(r))][:limit]


def _site(line: CertificateLine) -> str | None:
    return line.certificate.facility.code if line.certificate.facility else None


def outages_ahead(
    session: Session, person: PersonPrincipal, now: datetime, days: int = 28
) -> list[Outage]:
    """Outages of the next days, by start."""
    window = TimeRange(now, now + timedelta(days=days))
    return booking.list_outages(session, person, window)


def log_heads(
    session: Session, person: PersonPrincipal
) -> list[tuple[AuditLog, AuditVerification | None]]:
    """The logs within reach, each with its last verification."""
    logs = audit.list_logs(session, person)
    return [(log, audit.last_verification(session, log.code)) for log in logs]


def recent_acts(session: Session, log: str, limit: int = 8) -> list[Act]:
    """The newest acts of a log that the person may read."""
    entries = audit.list_entries(session, log, EntryFilter(limit=limit * 6))
    return audit.acts(entries)[:limit]


def proposed_grants(session: Session) -> list[Grant]:
    """Every grant that waits for its confirmation, oldest first; for the administrator."""
    query = select(Grant).where(Grant.state == "proposed").order_by(Grant.id).limit(_MANY)
    return list(session.scalars(query))


def people_count(session: Session) -> int:
    """How many people may sign in."""
    query = select(func.count()).select_from(Person).where(Person.state == "active")
    return session.scalar(query) or 0


def room_uses(session: Session, facility: str, window: TimeRange) -> list[RoomUse]:
    """The utilisation of every bookable room of a facility over ``window`` (UTC)."""
    known = facilities.resource_facts(session, facility)
    rooms = [r for r in known.values() if r.kind == "room" and r.bookable and r.active]
    taken, away = _taken(session, facility, window), _away(session, facility, window)
    return [
        RoomUse(room, utilisation(window, taken.get(room.code, ()), away.get(room.code, ())))
        for room in rooms
    ]


def _taken(session: Session, facility: str, window: TimeRange) -> dict[str, list[TimeRange]]:
    rows = session.execute(
        select(Allocation.resource, Allocation.occupied_from, Allocation.occupied_until)
        .join(Booking, Allocation.booking_id == Booking.id)
        .join(Facility, Allocation.facility_id == Facility.id)
        .where(
            Facility.code == facility,
            Booking.status == "approved",
            Allocation.proposal_id.is_(None),
            Allocation.occupied_until > window.starts,
            Allocation.occupied_from < window.ends,
        )
    )
    return _by_resource((r, TimeRange(a, b)) for r, a, b in rows)


def _away(session: Session, facility: str, window: TimeRange) -> dict[str, list[TimeRange]]:
    rows = session.scalars(
        select(Outage)
        .join(Outage.facility)
        .where(
            Facility.code == facility,
            Outage.state == "active",
            Outage.kind.in_(sorted(_AWAY)),
            Outage.ends > window.starts,
            Outage.starts < window.ends,
        )
    )
    return _by_resource((row.resource, TimeRange(row.starts, row.ends)) for row in rows)


def _by_resource(pairs: Iterable[tuple[str, TimeRange]]) -> dict[str, list[TimeRange]]:
    found: dict[str, list[TimeRange]] = defaultdict(list)
    for code, when in pairs:
        found[code].append(when)
    return found


def together(uses: Iterable[RoomUse]) -> Utilisation:
    """Several rooms taken as one."""
    return sum((one.use for one in uses), NOTHING)


def weeks_ahead(first: date, count: int) -> list[date]:
    """The Mondays from the week of ``first`` on."""
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(weeks=n) for n in range(count)]
