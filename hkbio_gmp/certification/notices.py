"""Wording of certification's messages."""

from __future__ import annotations

from datetime import date
from typing import Any

from hkbio_gmp.kernel.messages import Message


def reminder_subject(kind: str, subject: str, left: int) -> Message:
    """Subject of a reminder; ``left`` counts days, 0 on the last valid day."""
    named: dict[str, Any] = {"kind": Message(kind), "subject": subject}
    if left < 0:
        return Message("{kind} of {subject} has lapsed", **named)
    if left == 0:
        return Message("{kind} of {subject} lapses today", **named)
    if left == 1:
        return Message("{kind} of {subject} lapses tomorrow", **named)
    return Message("{kind} of {subject} lapses in {left} days", **named, left=left)


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


def submitted_subject(kind: str, subject: str) -> Message:
    """Subject of the notice to quality that something waits for it."""
    return Message(
        "{kind} of {subject} waits for your verification", kind=Message(kind), subject=subject
    )


def submitted_body(number: str, issuer: str, first: date, last: date) -> list[Message]:
    """What was submitted."""
    return [
        Message("Number {number}, issued by {issuer}.", number=number, issuer=issuer),
        Message("Valid from {first} to {last}.", first=first, last=last),
        Message("Compare it with the document; it opens no gate before you have signed."),
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
