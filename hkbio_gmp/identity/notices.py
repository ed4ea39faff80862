"""Wording of identity's messages."""

from __future__ import annotations

from datetime import datetime

from hkbio_gmp.kernel.messages import Message


def locked_subject() -> Message:
    """Subject of the notice after repeated failures."""
    return Message("Your account is locked after repeated failures to sign in")


def locked_body(until: datetime, failures: int) -> list[Message]:
    """What happened, until when (UTC), what to do."""
    return [
        Message(
            "There were {failures} failures in a row to sign in or sign with your account.",
            failures=failures,
        ),
        Message("It is locked until {until}.", until=until),
        Message("If this was not you, tell the administrator of your facility now."),
    ]
