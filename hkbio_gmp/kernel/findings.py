"""Findings: what a check of compliance has to say, all at once, each with its way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hkbio_gmp.kernel.messages import Message


class Severity(StrEnum):
    """How much a finding weighs."""

    OK = "ok"
    WARN = "warn"
    BLOCK = "block"


class Verdict(StrEnum):
    """What a set of findings amounts to."""

    READY = "ready"
    ATTENTION = "attention"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of one rule about one subject.

    ``clears_at`` is the instant (UTC) from which the rule would no longer refuse, where one is
    known; ``source`` names the regulation and clause, or the facility's own rule.
    """

    rule: str
    severity: Severity
    subject: str
    message: Message
    remedy: Message | None = None
    clears_at: datetime | None = None
    source: str = ""
    link: str | None = None


_WEIGHT = {Severity.BLOCK: 0, Severity.WARN: 1, Severity.OK: 2}


def verdict(findings: Iterable[Finding]) -> Verdict:
    """``blocked`` if anything blocks, else ``attention`` if anything warns, else ``ready``."""
    severities = {finding.severity for finding in findings}
    if Severity.BLOCK in severities:
        return Verdict.BLOCKED
    return Verdict.ATTENTION if Severity.WARN in severities else Verdict.READY


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Blocks first, then warnings, then what is in order; otherwise the order given."""
    return sorted(findings, key=lambda finding: _WEIGHT[finding.severity])


def blocks(findings: Iterable[Finding]) -> list[Finding]:
    """Only those that block."""
    return [finding for finding in findings if finding.severity is Severity.BLOCK]
