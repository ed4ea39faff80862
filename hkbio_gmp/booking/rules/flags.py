"""What makes a booking turn, and how a finding is kept with the flag that it raised."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hkbio_gmp.booking.rules.gates import SIMULATION
from hkbio_gmp.booking.rules.simulation import RULE
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message

GATE = "certificate:"
IMPOSSIBLE = "plan"
"""Rule of a flag on a booking that can no longer be carried out as it is planned."""
_OF_NEIGHBOURS = frozenset(
    {"occupied", "changeover", "segregation", "in_the_past", "too_far_ahead"}
)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why bookings are looked at again: what ended, on which subjects, by which rule if by one."""

    cause: str
    subjects: frozenset[str]
    rule: str | None = None


def turned(cause: Cause, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that speak against a booking because of ``cause``, each rule and subject once.

    A lapse tells of what blocks: that it warned beforehand was said when it was booked.
    """
    found = {(f.rule, f.subject): f for f in findings if _is_because(cause, f)}
    return list(found.values())


def _is_because(cause: Cause, finding: Finding) -> bool:
    if finding.severity is Severity.OK or finding.rule in _OF_NEIGHBOURS:
        return False
    if finding.rule == IMPOSSIBLE:
        return True
    if cause.cause == "lapse":
        lapses = finding.rule.startswith(GATE) or finding.rule == RULE
        return finding.severity is Severity.BLOCK and lapses
    if cause.cause == "outage" and finding.rule not in ("outage", cause.rule):
        return finding.rule.startswith(GATE) and finding.subject in cause.subjects
    if cause.rule == f"{GATE}{SIMULATION}" and finding.rule == RULE:
        return True
    return finding.subject in cause.subjects and cause.rule in (None, finding.rule)


def stands(rule: str, subject: str, findings: Collection[Finding]) -> bool:
    """Whether what raised a flag still speaks against the booking."""
    return any(
        f.rule == rule and f.subject == subject and f.severity is not Severity.OK for f in findings
    )


def dump_finding(finding: Finding) -> dict[str, Any]:
    """The finding as JSON, its sentences still to be translated for whoever reads them."""
    return {
        "severity": str(finding.severity),
        "message": dump_message(finding.message),
        "remedy": dump_message(finding.remedy) if finding.remedy else None,
        "source": finding.source,
        "link": finding.link,
    }


def load_finding(rule: str, subject: str, kept: dict[str, Any]) -> Finding:
    """The finding that :func:`dump_finding` kept."""
    return Finding(
        rule=rule,
        severity=Severity(kept["severity"]),
        subject=subject,
        message=load_message(kept["message"]),
        remedy=load_message(kept["remedy"]) if kept["remedy"] else None,
        source=kept["source"],
        link=kept["link"],
    )


def dump_message(message: Message) -> dict[str, Any]:
    """A sentence with its values as JSON."""
    values = {name: _dump(value) for name, value in message.values.items()}
    return {"template": message.template, "zone": message.zone, "values": values}


def load_message(kept: dict[str, Any]) -> Message:
    """The sentence that :func:`dump_message` kept."""
    values = {name: _load(value) for name, value in kept["values"].items()}
    sentence = kept["template"]
    return Message(sentence, kept["zone"], **values)


def _dump(value: Any) -> Any:
    match value:
        case Message():
            return {"message": dump_message(value)}
        case datetime():
            return {"instant": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
    return value


def _load(value: Any) -> Any:
    match value:
        case {"message": kept}:
            return load_message(kept)
        case {"instant": text}:
            return datetime.fromisoformat(text)
        case {"day": text}:
            return date.fromisoformat(text)
    return value
