"""Reads of certificates, always scoped to who asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.models import Certificate, CertificateKind, ReminderStep
from hkbio_gmp.certification.rules.status import CertificateFacts, days_left, status_on
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.protocols import Principal

READ = "certification:certificate:read"
DEFAULT_ZONE = "Asia/Hong_Kong"
SubjectKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """What to list. ``after`` is (valid_until, id) to page on from."""

    facility: str | None = None
    kind: str | None = None
    subject_type: str | None = None
    subject_code: str | None = None
    status: str | None = None
    text: str | None = None
    after: tuple[date, int] | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate with what is worked out from today's date in its facility's zone."""

    certificate: Certificate
    status: str
    days_left: int


def zone_of(certificate: Certificate) -> str:
    """The zone in which its days are counted."""
    return certificate.facility.zone if certificate.facility else DEFAULT_ZONE


def facts_of(certificate: Certificate) -> CertificateFacts:
    """The certificate as the rules see it."""
    verified = [r.valid_from for r in certificate.renewals if r.state == CertificateState.VALID]
    return CertificateFacts(
        reference=certificate.reference,
        state=CertificateState(certificate.state),
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        lead_days=tuple(certificate.kind.lead_days),
        successor_from=min(verified, default=None),
    )


def line_of(certificate: Certificate) -> CertificateLine:
    """The certificate with its status and days left, as of now."""
    today = clock.today(zone_of(certificate))
    facts = facts_of(certificate)
    left = days_left(certificate.valid_until, today)
    return CertificateLine(certificate, status_on(facts, today), left)


def _visible(query: Select[Certificate], principal: Principal) -> Select[Certificate]:
    """A facility's people see its certificates; a startup its own, and those of facilities and
    resources, because its readiness depends on them."""
    facilities = principal.facilities(READ)
    if facilities is None:
        return query
    organisations = principal.organisations(READ) or frozenset()
    reach = [Facility.code.in_(facilities)] if facilities else []
    if organisations:
        reach.append(Organisation.code.in_(organisations))
        reach.append(Certificate.subject_type.in_(("facility", "resource")))
    if not reach:
        return query.where(Certificate.id < 0)
    return (
        query.outerjoin(Certificate.facility).outerjoin(Certificate.organisation).where(or_(*reach))
    )


def get_certificate(session: Session, principal: Principal, reference: str) -> Certificate:
    """A certificate within reach. Raises NotFound for absent and foreign ones alike."""
    query = _visible(select(Certificate).where(Certificate.reference == reference), principal)
    found = session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def list_certificates(
    session: Session, principal: Principal, wanted: CertificateFilter
) -> list[CertificateLine]:
    """Certificates within reach, those that lapse first on top; one more than ``limit``.

    A worked-out status (due, expired, superseded) narrows after the read.
    """
    query = _narrow(_visible(select(Certificate), principal), wanted)
    ordered = query.order_by(Certificate.valid_until, Certificate.id)
    if wanted.status is None:
        ordered = ordered.limit(wanted.limit + 1)
    lines = [line_of(c) for c in session.scalars(ordered).unique()]
    if wanted.status is not None:
        lines = [line for line in lines if line.status == wanted.status]
    return lines[: wanted.limit + 1]


def _narrow(query: Select[Certificate], wanted: CertificateFilter) -> Select[Certificate]:
    if wanted.facility:
        query = query.where(
            Certificate.facility_id.in_(select(Facility.id).where(Facility.code == wanted.facility))
        )
    if wanted.kind:
        query = query.join(Certificate.kind).where(CertificateKind.code == wanted.kind)
    if wanted.subject_type:
        query = query.where(Certificate.subject_type == wanted.subject_type)
    if wanted.subject_code:
        query = query.where(Certificate.subject_code == wanted.subject_code)
    if wanted.text:
        like = f"%{wanted.text}%"
        query = query.where(
            or_(Certificate.subject_code.ilike(like), Certificate.reference.ilike(like))
        )
    if wanted.after:
        day, key = wanted.after
        later = and_(Certificate.valid_until == day, Certificate.id > key)
        query = query.where(or_(Certificate.valid_until > day, later))
    return query


def coverage(
    session: Session, facility: str, subjects: Iterable[SubjectKey]
) -> dict[tuple[str, str, str], list[CertificateFacts]]:
    """(subject type, subject code, kind) → its certificates that count at a facility.

    One query for any number of subjects; certificates of shared kinds count everywhere.
    """
    keys = sorted(set(subjects))
    if not keys:
        return {}
    query = (
        select(Certificate)
        .outerjoin(Certificate.facility)
        .where(
            tuple_(Certificate.subject_type, Certificate.subject_code).in_(keys),
            or_(Facility.code == facility, Certificate.facility_id.is_(None)),
            Certificate.state.not_in(("rejected",)),
        )
        .order_by(Certificate.id)
    )
    found: dict[tuple[str, str, str], list[CertificateFacts]] = {}
    for row in session.scalars(query).unique():
        place = (row.subject_type, row.subject_code, row.kind.code)
        found.setdefault(place, []).append(facts_of(row))
    return found


def find_kind(session: Session, code: str) -> CertificateKind | None:
    """The kind of that code, or None."""
    return session.scalar(select(CertificateKind).where(CertificateKind.code == code))


def list_kinds(session: Session) -> list[CertificateKind]:
    """Every kind by name."""
    return list(session.scalars(select(CertificateKind).order_by(CertificateKind.name)))


def list_reminders(session: Session, certificate: Certificate) -> list[ReminderStep]:
    """What went out or was overtaken, the earliest step first."""
    query = (
        select(ReminderStep)
        .where(ReminderStep.certificate_id == certificate.id)
        .order_by(ReminderStep.step.desc(), ReminderStep.recipient)
    )
    return list(session.scalars(query))


def list_of_subject(
    session: Session, subject_type: str, subject_code: str
) -> Sequence[Certificate]:
    """Every certificate of a subject, oldest first: its validity strip."""
    query = (
        select(Certificate)
        .where(Certificate.subject_type == subject_type, Certificate.subject_code == subject_code)
        .order_by(Certificate.valid_from, Certificate.id)
    )
    return session.scalars(query).unique().all()


def due_references(session: Session, today: date) -> list[str]:
    """References of certificates whose ladder has begun by ``today``, by id."""
    rows = session.execute(
        select(Certificate.reference, Certificate.valid_until, CertificateKind.lead_days)
        .join(Certificate.kind)
        .where(Certificate.state == "valid")
        .order_by(Certificate.id)
    )
    return [
        reference
        for reference, until, leads in rows
        if leads and (until - today).days <= max(leads)
    ]


def reminders_of(
    session: Session, certificates: Sequence[Certificate]
) -> dict[int, list[ReminderStep]]:
    """Certificate id → its reminders, in one query."""
    keys = [certificate.id for certificate in certificates]
    found: dict[int, list[ReminderStep]] = {}
    for row in session.scalars(
        select(ReminderStep).where(ReminderStep.certificate_id.in_(keys)).order_by(ReminderStep.id)
    ):
        found.setdefault(row.certificate_id, []).append(row)
    return found
