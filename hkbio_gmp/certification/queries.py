"""Reads of certificates, always scoped to who asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.models import Certificate, CertificateKind, ReminderStep
from hkbio_gmp.certification.rules.status import (
    CertificateFacts,
    RenewalFacts,
    days_left,
    is_renewed,
    status_on,
    superseded_from,
)
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.rules.codes import storable
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.work import rows

READ = "certification:certificate:read"
DEFAULT_ZONE = "Asia/Hong_Kong"
SubjectKey = tuple[str, str]
CURRENT = frozenset({"submitted", "valid", "due", "expired", "suspended"})
"""What counts, waits or should be renewed; the rest is history."""
_LONG_AGO = timedelta(days=400)
_LARGEST_KEY = 2**63


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """What to list. ``after`` is (valid_until, id) to page on from.

    ``status`` is one of the contract's, or ``current`` for all that count or wait.
    """

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
    renewals = [
        RenewalFacts(CertificateState(r.state), r.valid_from, r.valid_until)
        for r in certificate.renewals
    ]
    return _facts(certificate, renewals, certificate.kind.lead_days)


def _facts(
    row: Any, renewals: Sequence[RenewalFacts], lead_days: Sequence[int] | None = None
) -> CertificateFacts:
    return CertificateFacts(
        reference=row.reference,
        state=CertificateState(row.state),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        lead_days=tuple(row.lead_days if lead_days is None else lead_days),
        successor_from=superseded_from(renewals),
        renewed=is_renewed(row.valid_until, renewals),
        ended_on=row.ended_on,
    )


def line_of(certificate: Certificate) -> CertificateLine:
    """The certificate with its status and days left, as of now."""
    today = clock.today(zone_of(certificate))
    facts = facts_of(certificate)
    left = days_left(certificate.valid_until, today)
    return CertificateLine(certificate, status_on(facts, today), left)


def _visible(query: Select[Certificate], principal: Principal) -> Select[Certificate]:
    """A facility's people see its certificates and the shared ones that hold there; a startup its
    own, and those of facilities and resources, because its readiness depends on them."""
    facilities = principal.facilities(READ)
    if facilities is None:
        return query
    organisations = principal.organisations(READ) or frozenset()
    reach: list[ColumnElement[bool]] = []
    if facilities:
        reach += [Facility.code.in_(facilities), Certificate.facility_id.is_(None)]
    if organisations:
        reach.append(Organisation.code.in_(organisations))
        reach.append(Certificate.subject_type.in_(("facility", "resource")))
    if not reach:
        return query.where(Certificate.id < 0)
    return (
        query.outerjoin(Certificate.facility).outerjoin(Certificate.organisation).where(or_(*reach))
    )


def may_see_history(principal: Principal, certificate: Certificate) -> bool:
    """Whether the person may read who did what to it: its facility's people and its owner.

    To other startups a facility's certificate is its validity alone.
    """
    facility = certificate.facility.code if certificate.facility else None
    organisation = certificate.organisation.code if certificate.organisation else None
    reach = principal.facilities(READ)
    if reach is None or (facility is None and reach):
        return True
    return facility in reach or organisation in (principal.organisations(READ) or ())


def get_certificate(session: Session, principal: Principal, reference: str) -> Certificate:
    """A certificate within reach. Raises NotFound for absent and foreign ones alike."""
    query = _visible(select(Certificate).where(Certificate.reference == reference), principal)
    found = session.scalar(query) if storable(reference) else None
    if found is None:
        raise NotFound()
    return found


def list_certificates(
    session: Session, principal: Principal, wanted: CertificateFilter
) -> list[CertificateLine]:
    """Certificates within reach, those that lapse first on top; one more than ``limit``.

    A worked-out status (due, expired, superseded) narrows after the read.
    """
    if not _askable(wanted):
        return []
    query = _narrow(_visible(select(Certificate), principal), wanted)
    ordered = query.order_by(Certificate.valid_until, Certificate.id)
    if wanted.status is None:
        ordered = ordered.limit(wanted.limit + 1)
    lines = [line_of(c) for c in session.scalars(ordered).unique()]
    if wanted.status is not None:
        found = CURRENT if wanted.status == "current" else {wanted.status}
        lines = [line for line in lines if line.status in found]
    return lines[: wanted.limit + 1]


def count_by_status(session: Session, principal: Principal) -> Counter[str]:
    """Status → how many certificates within reach have it today."""
    dead = ("rejected", "withdrawn")
    query = _visible(select(Certificate).where(Certificate.state.not_in(dead)), principal)
    return Counter(line_of(row).status for row in session.scalars(query).unique())


def _askable(wanted: CertificateFilter) -> bool:
    """Whether any row could match; what no row can hold is not even asked for."""
    return storable(wanted.facility, wanted.kind, wanted.text) and (
        wanted.after is None or 0 <= wanted.after[1] < _LARGEST_KEY
    )


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
        sought = (Certificate.subject_code, Certificate.reference, Certificate.number)
        query = query.where(or_(*(c.icontains(wanted.text, autoescape=True) for c in sought)))
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
    return _covered(rows(session, _COVERING, {"facility": facility, "subjects": keys}))


def gating(
    session: Session, facility: str, subjects: Iterable[SubjectKey], kinds: Iterable[str]
) -> tuple[dict[tuple[str, str, str], list[CertificateFacts]], dict[str, Any]]:
    """As :func:`coverage`, of some kinds alone, and each of those kinds by its code; when to remind
    of them is left out."""
    wanted = {
        "facility": facility,
        "subjects": sorted(set(subjects)),
        "kinds": sorted(set(kinds)),
    }
    found = rows(session, _GATING, wanted).all()
    return _covered(found, lead_days=()), {row.code: row for row in found}


def _covered(
    lines: Iterable[Any], lead_days: Sequence[int] | None = None
) -> dict[tuple[str, str, str], list[CertificateFacts]]:
    found: dict[tuple[str, str, str], list[CertificateFacts]] = {}
    for key, each in groupby(lines, key=attrgetter("id")):
        if key is None:
            continue
        of_one = list(each)
        row = of_one[0]
        renewals = [
            RenewalFacts(CertificateState(line.renewed_state), line.renewed_from, line.renewed_to)
            for line in of_one
            if line.renewed_state is not None
        ]
        facts = _facts(row, renewals, lead_days)
        found.setdefault((row.subject_type, row.subject_code, row.code), []).append(facts)
    return found


_Renewal = aliased(Certificate)
_COUNTED = and_(
    Certificate.kind_id == CertificateKind.id,
    tuple_(Certificate.subject_type, Certificate.subject_code).in_(
        bindparam("subjects", expanding=True)
    ),
    or_(
        Certificate.facility_id
        == select(Facility.id).where(Facility.code == bindparam("facility")).scalar_subquery(),
        Certificate.facility_id.is_(None),
    ),
    Certificate.state != "rejected",
)
_COVERING = (
    select(
        Certificate.id,
        Certificate.reference,
        Certificate.state,
        Certificate.subject_type,
        Certificate.subject_code,
        Certificate.valid_from,
        Certificate.valid_until,
        Certificate.ended_on,
        CertificateKind.code,
        CertificateKind.name,
        CertificateKind.lead_days,
        CertificateKind.blocks_booking,
        CertificateKind.renewal_days,
        CertificateKind.interval_source,
        _Renewal.state.label("renewed_state"),
        _Renewal.valid_from.label("renewed_from"),
        _Renewal.valid_until.label("renewed_to"),
    )
    .select_from(CertificateKind)
    .outerjoin(Certificate, _COUNTED)
    .outerjoin(_Renewal, _Renewal.renews_id == Certificate.id)
    .order_by(Certificate.id, _Renewal.id)
)
_GATING = _COVERING.where(
    CertificateKind.code.in_(bindparam("kinds", expanding=True))
).with_only_columns(*(c for c in _COVERING.selected_columns if c.key != "lead_days"))


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


def list_siblings(session: Session, certificate: Certificate) -> Sequence[Certificate]:
    """Every certificate of its kind and subject at its facility, oldest first: its strip."""
    query = (
        select(Certificate)
        .where(
            Certificate.subject_type == certificate.subject_type,
            Certificate.subject_code == certificate.subject_code,
            Certificate.kind_id == certificate.kind_id,
            Certificate.facility_id.is_not_distinct_from(certificate.facility_id),
        )
        .order_by(Certificate.valid_from, Certificate.id)
    )
    return session.scalars(query).unique().all()


def list_of_subject(
    session: Session, subject_type: str, subject_code: str
) -> Sequence[Certificate]:
    """Every certificate of a subject, of every kind and at every facility, oldest first."""
    query = (
        select(Certificate)
        .where(Certificate.subject_type == subject_type, Certificate.subject_code == subject_code)
        .order_by(Certificate.valid_from, Certificate.id)
    )
    return session.scalars(query).unique().all()


def list_on_ladder(session: Session) -> list[Certificate]:
    """Certificates in force whose ladder has begun by now and that nothing renews, by id."""
    long_ago = clock.today(DEFAULT_ZONE) - _LONG_AGO
    replaced = Certificate.renewals.any(Certificate.state == CertificateState.VALID.value)
    query = (
        select(Certificate)
        .where(Certificate.state == CertificateState.VALID.value)
        .where(or_(Certificate.valid_until > long_ago, ~replaced))
        .order_by(Certificate.id)
    )
    return [row for row in session.scalars(query).unique() if is_on_ladder(row)]


def is_on_ladder(certificate: Certificate) -> bool:
    """Whether it is in force, to be renewed, and its first step has come.

    Days are counted in the facility's own zone.
    """
    facts = facts_of(certificate)
    left = days_left(certificate.valid_until, clock.today(zone_of(certificate)))
    replaced = facts.renewed or facts.last_day < certificate.valid_until
    valid = facts.state is CertificateState.VALID
    return valid and not replaced and left <= max(facts.lead_days, default=left - 1)


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
