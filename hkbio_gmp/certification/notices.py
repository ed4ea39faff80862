"""Wording of certification's messages."""

from __future__ import annotations

from datetime import date

from hkbio_gmp.kernel.messages import Message


def reminder_subject(kind: str, subject: str, left: int) -> Message:
    """Subject of a reminder."""
    if left < 0:
        return Message("{kind} of {subject} has lapsed", kind=Message(kind), subject=subject)
    return Message(
        "{kind} of {subject} lapses in {left} days", kind=Message(kind), subject=subject, left=left
    )


def reminder_body(kind: str, subject: str, until: date) -> list[Message]:
    """What lapses, when, and what to do."""
    return [
        Message(
            "{kind} of {subject} is valid to {until}.",
            kind=Message(kind),
            subject=subject,
            until=until,
        ),
        Message("Submit its renewal in time; quality must verify it before it counts."),
        Message("A booking that the lapse would break is flagged, and blocked in the end."),
    ]


def decided_subject(reference: str, verb: str) -> Message:
    """Subject of the notice of quality's decision."""
    return Message("Certificate {reference}: {verb}", reference=reference, verb=Message(verb))


def decided_body(kind: str, subject: str, reason: str | None) -> list[Message]:
    """What was decided, and why."""
    lines = [Message("{kind} of {subject}.", kind=Message(kind), subject=subject)]
    if reason:
        lines.append(Message("Reason: {reason}", reason=reason))
    return lines
