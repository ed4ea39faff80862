"""A certificate's status at a date. Days are those of the facility's zone, both included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hkbio_gmp.certification.lifecycle import CertificateState


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What the rules need of one certificate.

    ``successor_from`` is the first day of a verified renewal, where there is one.
    """

    reference: str
    state: CertificateState
    valid_from: date
    valid_until: date
    lead_days: tuple[int, ...] = ()
    successor_from: date | None = None


def days_left(valid_until: date, today: date) -> int:
    """Days until the last valid day: 0 on that day, negative once it has lapsed."""
    return (valid_until - today).days


def status_on(facts: CertificateFacts, today: date) -> str:
    """The contract's status on ``today``."""
    if facts.state is not CertificateState.VALID:
        return str(facts.state)
    if facts.successor_from is not None and facts.successor_from <= today:
        return "superseded"
    left = days_left(facts.valid_until, today)
    if left < 0:
        return "expired"
    longest = max(facts.lead_days, default=0)
    return "due" if left <= longest and facts.successor_from is None else "valid"


def covered_until(certificates: Sequence[CertificateFacts], start: date) -> date | None:
    """The last day of unbroken validity from ``start`` on; None where ``start`` is not covered.

    Successive certificates count together only where they meet without a gap of a day.
    """
    valid = [c for c in certificates if c.state is CertificateState.VALID]
    edge = None
    for item in sorted(valid, key=lambda c: (c.valid_from, c.valid_until)):
        reached = start.toordinal() if edge is None else edge.toordinal() + 1
        if item.valid_from.toordinal() <= reached and item.valid_until >= (edge or start):
            edge = max(edge or item.valid_until, item.valid_until)
    return edge
