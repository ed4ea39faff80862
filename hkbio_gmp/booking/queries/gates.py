"""The certificates that open a booking's gates, asked in one query."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.rules.gates import Coverage, KindFacts, Needed
from hkbio_gmp.certification import queries as certification
from hkbio_gmp.certification.models import CertificateKind


def coverage(session: Session, facility: str, wanted: Sequence[Needed]) -> Coverage:
    """The certificates of every subject named, in two queries whatever their number."""
    return certification.coverage(session, facility, {(kind, code) for kind, code, _ in wanted})


def kinds(session: Session, wanted: Sequence[Needed]) -> dict[str, KindFacts]:
    """Code → what a gate needs of each kind named."""
    query = select(*(getattr(CertificateKind, name) for name in KindFacts._fields))
    codes = {kind for _type, _code, kind in wanted}
    rows = session.execute(query.where(CertificateKind.code.in_(sorted(codes))))
    return {row.code: KindFacts(*row) for row in rows}
