"""What the certificates of a booking's gates say over its occupancy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from hkbio_gmp.booking.rules.gates import Coverage, KindFacts, Needed
from hkbio_gmp.certification.rules.gate import Gate, gate_finding, open_until
from hkbio_gmp.facilities.rules.facts import FacilityFacts
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.timerange import TimeRange, local_date

_SHORTEST = timedelta(microseconds=1)
Said = dict[tuple[object, ...], Any]
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
        one = kept.get(place) or _still_open(kept, key, first, last)
        if one is None:
            gate = _gate(facility, kind, key[1], when, at_check_in)
            one = kept[place] = gate_finding(gate, held.get(key, ()), now)
            until = open_until(one, held.get(key, ()))
            if until is not None:
                kept[key] = _Open(first, until, one)
        found.append(one)
    return found


class _Open(NamedTuple):
    """What a gate says of every slot between two days, both included."""

    since: date
    until: date
    finding: Finding


def _still_open(said: Said, key: Needed, first: date, last: date) -> Finding | None:
    """What was said of a longer time within which the slot lies."""
    known = said.get(key)
    if isinstance(known, _Open) and known.since <= first and last <= known.until:
        return known.finding
    return None


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
