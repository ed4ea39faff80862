"""The certificates that open a booking's gates, and what they say over its occupancy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hkbio_gmp.certification.rules.gate import Gate, gate_finding
from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ResourceFacts
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.timerange import TimeRange, local_date

Needed = tuple[str, str, str]
Coverage = Mapping[Needed, Sequence[CertificateFacts]]

_SHORTEST = timedelta(microseconds=1)
LICENCE = "manufacturer_licence"
AGREEMENT = "technical_agreement"
GOWNING = "gowning_qualification"
ROOM_KINDS = {
    "A": "room_qualification_ab",
    "B": "room_qualification_ab",
    "C": "room_qualification_cd",
    "D": "room_qualification_cd",
}


class KindFacts(NamedTuple):
    """A kind of certificate as a gate sees it."""

    code: str
    name: str
    blocks_booking: bool
    renewal_days: int
    interval_source: str


def needed(
    facility: str,
    resources: Iterable[ResourceFacts],
    organisation: str | None,
    operators: Iterable[str],
) -> list[Needed]:
    """(subject type, subject code, kind) of each certificate that a booking relies on."""
    wanted = [("facility", facility, LICENCE)]
    wanted += [
        ("resource", room.code, ROOM_KINDS[room.grade])
        for room in resources
        if room.kind == "room" and room.grade in ROOM_KINDS
    ]
    if organisation is not None:
        wanted.append(("organisation", organisation, AGREEMENT))
    wanted += [("person", email, GOWNING) for email in operators]
    return wanted


Said = dict[tuple[object, ...], Finding]
"""What gates said before: of one search many plans fall on the same days."""


def gate_findings(
    facility: FacilityFacts,
    wanted: Iterable[Needed],
    held: Coverage,
    known: Mapping[str, KindFacts],
    when: TimeRange,
    now: datetime,
    *,
    at_check_in: bool = False,
    said: Said | None = None,
) -> list[Finding]:
    """A finding for each gate over the whole occupancy ``when`` (UTC).

    ``said`` keeps what was worked out of the same certificates at the same ``now``.
    """
    kept = {} if said is None else said
    first = local_date(when.starts, facility.zone)
    last = local_date(when.ends - _SHORTEST, facility.zone)
    found = []
    for key in wanted:
        kind = known.get(key[2])
        if kind is None or not kind.blocks_booking:
            continue
        place = (*key, first, last, now, at_check_in)
        if place not in kept:
            gate = _gate(facility, kind, key[1], when, at_check_in)
            kept[place] = gate_finding(gate, held.get(key, ()), now)
        found.append(kept[place])
    return found


def _gate(
    facility: FacilityFacts, kind: KindFacts, code: str, when: TimeRange, at_check_in: bool
) -> Gate:
    return Gate(
        kind=kind.code,
        name=kind.name,
        subject=code,
        source=kind.interval_source,
        renewal_days=kind.renewal_days,
        occupancy=when,
        zone=facility.zone,
        at_check_in=at_check_in,
    )
