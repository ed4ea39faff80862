"""The certificates that open a booking's gates, asked in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.certification import queries as certification
from hkbio_gmp.certification.models import CertificateKind
from hkbio_gmp.certification.rules.gate import Gate, gate_finding
from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ResourceFacts
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.timerange import TimeRange

Needed = tuple[str, str, str]


class KindFacts(NamedTuple):
    """A kind of certificate as a gate sees it."""

    code: str
    name: str
    blocks_booking: bool
    renewal_days: int
    interval_source: str


Coverage = dict[tuple[str, str, str], list[CertificateFacts]]

LICENCE = "manufacturer_licence"
AGREEMENT = "technical_agreement"
GOWNING = "gowning_qualification"
ROOM_KINDS = {
    "A": "room_qualification_ab",
    "B": "room_qualification_ab",
    "C": "room_qualification_cd",
    "D": "room_qualification_cd",
}


def needed(
    facility: str, rooms: Iterable[ResourceFacts], organisation: str, operators: Iterable[str]
) -> list[Needed]:
    """(subject type, subject code, kind) of each certificate that a booking relies on."""
    wanted = [("facility", facility, LICENCE)]
    wanted += [
        ("resource", room.code, ROOM_KINDS[room.grade])
        for room in rooms
        if room.kind == "room" and room.grade in ROOM_KINDS
    ]
    wanted.append(("organisation", organisation, AGREEMENT))
    wanted += [("person", email, GOWNING) for email in operators]
    return wanted


def coverage(session: Session, facility: str, wanted: Sequence[Needed]) -> Coverage:
    """The certificates of every subject named, in two queries whatever their number."""
    return certification.coverage(session, facility, {(kind, code) for kind, code, _ in wanted})


def kinds(session: Session, wanted: Sequence[Needed]) -> dict[str, KindFacts]:
    """Code → what a gate needs of each kind named."""
    query = select(*(getattr(CertificateKind, name) for name in KindFacts._fields))
    codes = {kind for _type, _code, kind in wanted}
    rows = session.execute(query.where(CertificateKind.code.in_(sorted(codes))))
    return {row.code: KindFacts(*row) for row in rows}


def gate_findings(
    facility: FacilityFacts,
    wanted: Sequence[Needed],
    held: Coverage,
    known: Mapping[str, KindFacts],
    when: TimeRange,
    now: datetime,
    *,
    at_check_in: bool = False,
) -> list[Finding]:
    """A finding for each gate over the whole occupancy ``when`` (UTC)."""
    found = []
    for subject_type, code, kind_code in wanted:
        kind = known.get(kind_code)
        if kind is None or not kind.blocks_booking:
            continue
        gate = Gate(
            kind=kind.code,
            name=kind.name,
            subject=code,
            source=kind.interval_source,
            renewal_days=kind.renewal_days,
            occupancy=when,
            zone=facility.zone,
            at_check_in=at_check_in,
        )
        found.append(gate_finding(gate, held.get((subject_type, code, kind_code), []), now))
    return found
