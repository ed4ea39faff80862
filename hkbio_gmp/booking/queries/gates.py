"""The certificates that open a booking's gates, asked in one query."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from hkbio_gmp.booking.rules.gates import Coverage, KindFacts, Needed
from hkbio_gmp.certification import queries as certification


def coverage(
    session: Session, facility: str, wanted: Sequence[Needed]
) -> tuple[Coverage, dict[str, KindFacts]]:
    """The certificates of every subject named, and code → what a gate needs of each kind."""
    subjects = {(kind, code) for kind, code, _ in wanted}
    held, kinds = certification.gating(session, facility, subjects, {k for _, _, k in wanted})
    facts = {
        code: KindFacts(*(getattr(row, name) for name in KindFacts._fields))
        for code, row in kinds.items()
    }
    return held, facts
