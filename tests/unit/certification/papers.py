"""Certificates, dates and zones for tests of the rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.rules.gate import Gate, gate_finding
from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.timerange import TimeRange, day_end, day_start

ZONE = "Asia/Hong_Kong"
ZONES = ["Asia/Hong_Kong", "Pacific/Kiritimati", "America/New_York", "Europe/London", "UTC"]
WEIGHT = {Severity.OK: 0, Severity.WARN: 1, Severity.BLOCK: 2}
DAY = timedelta(days=1)
FIRST = date(2027, 1, 4)

# around a leap day, a year's end and the days when some of the zones change their clocks
days = st.dates(date(2027, 10, 1), date(2028, 12, 31))
lead_days = st.lists(st.integers(0, 400), min_size=1, max_size=6).map(tuple)
states = st.sampled_from(CertificateState)


def paper(
    first: date,
    last: date,
    state: CertificateState = CertificateState.VALID,
    **more: Any,
) -> CertificateFacts:
    """A certificate valid from one day to another, both included."""
    return CertificateFacts(f"{first}-{last}", state, first, last, **more)


@st.composite
def papers(
    draw: st.DrawFn, state: st.SearchStrategy[CertificateState] = states
) -> CertificateFacts:
    """Any certificate."""
    first = draw(days)
    last = first + timedelta(days=draw(st.integers(0, 500)))
    successor = draw(st.none() | days)
    return paper(first, last, draw(state), successor_from=successor)


valid_papers = papers(st.just(CertificateState.VALID))
slots = st.tuples(days, st.integers(0, 60)).map(lambda s: (s[0], s[0] + timedelta(days=s[1])))


def gate(first: date, last: date, zone: str = ZONE, **more: Any) -> Gate:
    """A gate over whole calendar days."""
    use = TimeRange(day_start(first, zone), day_end(last, zone))
    given = {"renewal_days": 7, **more}
    return Gate("kind", "Kind", "SUBJECT", "source", occupancy=use, zone=zone, **given)


def noon(day: date) -> datetime:
    """An instant of a day in Hong Kong."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def finding(asked: Gate, today: date, *certificates: CertificateFacts) -> Finding:
    """The finding of a gate at noon of a day."""
    return gate_finding(asked, certificates, noon(today))
