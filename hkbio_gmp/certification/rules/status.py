"""A certificate's status at a date. Days are those of the facility's zone, both included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hkbio_gmp.certification.lifecycle import ONCE_VERIFIED, CertificateState

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What the rules need of one certificate.

    ``successor_from`` is the first day of a renewal that was verified, whatever became of it
    since; ``renewed`` says that a renewal in force takes over without a gap. From ``ended_on`` an
    event has ended it before its date (PE 009-17 Annex 1 4.32). ``last_day`` is the last day on
    which it speaks: a verified renewal replaces it for good. Otherwise the old certificate would
    open the gate again when its renewal is suspended.
    """

    reference: str
    state: CertificateState
    valid_from: date
    valid_until: date
    lead_days: tuple[int, ...] = ()
    successor_from: date | None = None
    renewed: bool = False
    ended_on: date | None = None
    last_day: date = field(init=False)

    def __post_init__(self) -> None:
        stops = [day - _DAY for day in (self.successor_from, self.ended_on) if day is not None]
        object.__setattr__(self, "last_day", min([self.valid_until, *stops]))

    def speaks_between(self, first: date, last: date) -> bool:
        """Whether it speaks on any day from ``first`` to ``last``, both included."""
        return max(self.valid_from, first) <= min(self.last_day, last)


@dataclass(frozen=True, slots=True)
class RenewalFacts:
    """What a certificate needs to know of one of its renewals."""

    state: CertificateState
    valid_from: date
    valid_until: date


def superseded_from(renewals: Iterable[RenewalFacts]) -> date | None:
    """The first day of the earliest renewal that quality has verified; None without one."""
    days = [r.valid_from for r in renewals if r.state in ONCE_VERIFIED]
    return min(days, default=None)


def is_renewed(valid_until: date, renewals: Iterable[RenewalFacts]) -> bool:
    """Whether a renewal in force reaches beyond ``valid_until`` and leaves no day between."""
    return any(
        r.state is CertificateState.VALID
        and r.valid_from <= valid_until + _DAY
        and r.valid_until > valid_until
        for r in renewals
    )


def days_left(valid_until: date, today: date) -> int:
    """Days until the last valid day: 0 on that day, negative once it has lapsed."""
    return (valid_until - today).days


def status_on(facts: CertificateFacts, today: date) -> str:
    """The contract's status on ``today``, the calendar day in the facility's zone."""
    if facts.state is not CertificateState.VALID:
        return str(facts.state)
    if facts.successor_from is not None and facts.successor_from <= today:
        return "superseded"
    left = days_left(facts.last_day, today)
    if left < 0:
        return "expired"
    longest = max(facts.lead_days, default=0)
    return "due" if left <= longest and not facts.renewed else "valid"


def covered_until(certificates: Sequence[CertificateFacts], start: date) -> date | None:
    """The last day of unbroken validity from ``start`` on; None where ``start`` is not covered.

    Successive certificates count together only where they meet without a gap of a day.
    """
    valid = [c for c in certificates if c.state is CertificateState.VALID]
    edge: date | None = None
    for item in sorted(valid, key=lambda c: (c.valid_from, c.last_day)):
        reached = start if edge is None else edge + _DAY
        if item.valid_from <= reached and item.last_day >= (edge or start):
            edge = max(edge or item.last_day, item.last_day)
    return edge
