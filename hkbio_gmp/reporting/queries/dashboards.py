"""What dashboards list; scoped by the features' own queries."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hkbio_gmp.audit import queries as audit
from hkbio_gmp.audit.models import AuditLog, AuditVerification
from hkbio_gmp.audit.queries import Act, EntryFilter
from hkbio_gmp.booking import queries as booking
from hkbio_gmp.booking.models import Booking, Outage
from hkbio_gmp.booking.queries import BookingFilter
from hkbio_gmp.certification import queries as certification
from hkbio_gmp.certification.queries import CertificateFilter, CertificateLine
from hkbio_gmp.identity.models import Grant, Person
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.timerange import TimeRange

_MANY = 200
_LATER = {"requested", "approved", "in_use", "draft", "waitlisted"}


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
