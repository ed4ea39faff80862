"""Whether a certificate opens a booking's gate at the slot's own dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hkbio_gmp.certification.lifecycle import ONCE_VERIFIED, CertificateState
from hkbio_gmp.certification.rules.status import CertificateFacts, covered_until
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import N_, Message
from hkbio_gmp.kernel.timerange import TimeRange, day_start, local_date

_SHORTEST = timedelta(microseconds=1)
_SUSPENDED = CertificateState.SUSPENDED
_LAPSES = N_("{name} of {subject} lapses on {lapse}, before the occupancy ends.")
_LAPSED = N_("{name} of {subject} lapsed on {lapse}.")
_LAPSES_TOO_LATE = N_(
    "{name} of {subject} lapses on {lapse}, and the day to renew it, {by}, has passed."
)
_LAPSED_TOO_LATE = N_(
    "{name} of {subject} lapsed on {lapse}, and the day to renew it, {by}, has passed."
)


@dataclass(frozen=True, slots=True)
class Gate:
    """What is asked: a kind of certificate for a subject over an occupancy.

    ``renewal_days`` (D) is how many days before the slot a renewal must be there at the latest.
    """

    kind: str
    name: str
    subject: str
    source: str
    renewal_days: int
    occupancy: TimeRange
    zone: str
    at_check_in: bool = False


@dataclass(frozen=True, slots=True)
class _Lapse:
    """The last valid day, the day by which to renew (D), and whether it has lapsed already."""

    on: date
    renew_by: date
    past: bool


def gate_finding(gate: Gate, certificates: Sequence[CertificateFacts], now: datetime) -> Finding:
    """The finding of one gate at ``now`` (UTC).

    A certificate that lapses before occupancy ends warns ("conditional on renewal by D") while D
    is ahead, and blocks once D has passed, when it is suspended, withdrawn or missing, and always
    at check-in. Domain rule D; a setting per kind. Days are those of the facility's zone.
    """
    first = local_date(gate.occupancy.starts, gate.zone)
    last = local_date(gate.occupancy.ends - _SHORTEST, gate.zone)
    if any(c.state is _SUSPENDED and c.speaks_between(first, last) for c in certificates):
        return _stopped(gate, certificates, _SUSPENDED)
    until = covered_until(certificates, first)
    if until is not None and until >= last:
        return _ok(gate, certificates, until)
    today = local_date(now, gate.zone)
    lapse = until or covered_until(certificates, min(today, first))
    if lapse is None:
        newest = _newest(certificates, first)
        if newest is None or newest.state is not CertificateState.VALID:
            return _absent(gate, certificates, newest, first)
        lapse = newest.last_day
    found = _Lapse(lapse, first - timedelta(days=gate.renewal_days), lapse < today)
    if gate.at_check_in or today > found.renew_by:
        return _lapsed(gate, certificates, found)
    return _conditional(gate, certificates, found)


def open_until(finding: Finding, certificates: Sequence[CertificateFacts]) -> date | None:
    """Until which day a gate that was found open says the same of any later slot; None where it
    may not, because quality's word against one of its certificates may fall between."""
    until = finding.message.values.get("until")
    if finding.severity is not Severity.OK or any(c.state is _SUSPENDED for c in certificates):
        return None
    return until if isinstance(until, date) else None


def _newest(certificates: Sequence[CertificateFacts], first: date) -> CertificateFacts | None:
    """Of what was verified and begins by ``first``, the one that speaks last."""
    begun = [c for c in certificates if c.state in ONCE_VERIFIED and c.valid_from <= first]
    return max(begun, key=lambda c: (c.last_day, c.reference), default=None)


def _ok(gate: Gate, certificates: Sequence[CertificateFacts], until: date) -> Finding:
    message = Message("{name} of {subject} is valid to {until}.", **_named(gate), until=until)
    return _finding(gate, Severity.OK, message, None, None, certificates)


def _conditional(gate: Gate, certificates: Sequence[CertificateFacts], lapse: _Lapse) -> Finding:
    said = _LAPSED if lapse.past else _LAPSES
    message = Message(said, **_named(gate), lapse=lapse.on)
    remedy = Message("Conditional on renewal by {by}.", by=lapse.renew_by)
    return _finding(gate, Severity.WARN, message, remedy, None, certificates)


def _lapsed(gate: Gate, certificates: Sequence[CertificateFacts], lapse: _Lapse) -> Finding:
    said = _LAPSED_TOO_LATE if lapse.past else _LAPSES_TOO_LATE
    message = Message(said, **_named(gate), lapse=lapse.on, by=lapse.renew_by)
    remedy = Message("Renew it and have quality verify it, or end the slot before it lapses.")
    return _finding(gate, Severity.BLOCK, message, remedy, _next(gate, certificates), certificates)


def _absent(
    gate: Gate,
    certificates: Sequence[CertificateFacts],
    newest: CertificateFacts | None,
    first: date,
) -> Finding:
    """Nothing holds: it was stopped, waits, begins later, or was never there."""
    states = {c.state for c in certificates}
    stopped = newest.state if newest else _SUSPENDED if _SUSPENDED in states else None
    clears = _next(gate, certificates)
    if stopped is not None:
        return _stopped(gate, certificates, stopped)
    if CertificateState.SUBMITTED in states:
        said = Message("{name} of {subject} waits for quality's verification.", **_named(gate))
        remedy = Message("Ask the facility's quality to verify it.")
    elif clears is not None:
        said = Message("{name} of {subject} is valid only from {day}.", **_named(gate), day=clears)
        remedy = Message("Choose a slot on or after that day.")
    else:
        said = Message("{name} of {subject} is missing on {day}.", **_named(gate), day=first)
        remedy = Message("Submit a valid one and have quality verify it.")
    return _finding(gate, Severity.BLOCK, said, remedy, clears, certificates)


def _stopped(
    gate: Gate, certificates: Sequence[CertificateFacts], state: CertificateState
) -> Finding:
    """Quality's word stands against it, whatever other certificates say."""
    if state is _SUSPENDED:
        said = Message("{name} of {subject} is suspended.", **_named(gate))
        remedy = Message("Quality must reinstate it, or verify its renewal.")
    else:
        said = Message("{name} of {subject} was withdrawn.", **_named(gate))
        remedy = Message("Submit a valid one and have quality verify it.")
    clears = None if state is _SUSPENDED else _next(gate, certificates)
    return _finding(gate, Severity.BLOCK, said, remedy, clears, certificates)


def _next(gate: Gate, certificates: Sequence[CertificateFacts]) -> datetime | None:
    """The start (UTC) of the next valid certificate after the slot begins, if one is known."""
    first = local_date(gate.occupancy.starts, gate.zone)
    later = [
        c.valid_from
        for c in certificates
        if c.state is CertificateState.VALID and c.valid_from > first
    ]
    return day_start(min(later), gate.zone) if later else None


def _named(gate: Gate) -> dict[str, Any]:
    return {"name": Message(gate.name), "subject": gate.subject}


def _finding(
    gate: Gate,
    severity: Severity,
    message: Message,
    remedy: Message | None,
    clears_at: datetime | None,
    certificates: Sequence[CertificateFacts],
) -> Finding:
    newest = max(certificates, key=lambda c: c.valid_until, default=None)
    link = f"/certificates/{newest.reference}" if newest else None
    return Finding(
        rule=f"certificate:{gate.kind}",
        severity=severity,
        subject=gate.subject,
        message=message,
        remedy=remedy,
        clears_at=clears_at,
        source=gate.source,
        link=link,
    )
