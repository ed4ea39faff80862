"""An event that ends a qualification before its date (PE 009-17 Annex 1 4.32)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select

from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.models import Certificate, CertificateKind
from hkbio_gmp.work import Work


def end_by_event(
    work: Work, resources: Collection[str], kinds: Collection[str], on: date, event: str
) -> list[Certificate]:
    """From day ``on`` (in the facility's zone) certificates of these kinds no longer speak.

    The caller has locked the resources; the reason is the unit of work's. Returns those ended.
    """
    query = (
        select(Certificate)
        .join(Certificate.kind)
        .where(
            Certificate.subject_type == "resource",
            Certificate.subject_code.in_(sorted(resources)),
            CertificateKind.code.in_(sorted(kinds)),
            Certificate.state.in_((str(CertificateState.VALID), str(CertificateState.SUSPENDED))),
            Certificate.valid_from < on,
            Certificate.valid_until >= on,
            or_(Certificate.ended_on.is_(None), Certificate.ended_on > on),
        )
        .order_by(Certificate.id)
    )
    found = list(work.session.scalars(query).unique())
    for certificate in found:
        certificate.ended_on, certificate.ended_by = on, event
        certificate.version += 1
    return found


def undo_event(work: Work, event: str) -> list[Certificate]:
    """What an event that never came would have ended speaks on. The caller has locked it."""
    query = select(Certificate).where(Certificate.ended_by == event).order_by(Certificate.id)
    found = list(work.session.scalars(query).unique())
    for certificate in found:
        certificate.ended_on = certificate.ended_by = None
        certificate.version += 1
    return found
