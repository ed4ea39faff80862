"""What a failed delivery means: tried again when, or given up."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta

ATTEMPTS = 24
"""Four days and a bit: a mail server may be down over a long weekend."""

_LONGEST = timedelta(hours=6)
_DOUBLINGS = 10
_PERMANENT = range(500, 600)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message was not taken; a permanent one is not tried again (RFC 5321, 4.2.1)."""

    text: str
    permanent: bool = False


def next_attempt(now: datetime, attempts: int) -> datetime | None:
    """When to try again after ``attempts`` failures (UTC), doubling; None: give up and park."""
    if attempts >= ATTEMPTS:
        return None
    return now + min(timedelta(minutes=2 ** min(attempts - 1, _DOUBLINGS)), _LONGEST)


def refusal_of(error: OSError) -> Refusal:
    """What a failure says. Only a refused recipient or content is permanent, and only at 5xx.

    A refused sender or sign-in is the installation's fault, which somebody will mend.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()), (0, b""))
            return Refusal(_said(code, text), code in _PERMANENT)
        case smtplib.SMTPDataError():
            return Refusal(_said(error.smtp_code, error.smtp_error), error.smtp_code in _PERMANENT)
        case smtplib.SMTPNotSupportedError():
            return Refusal(str(error), permanent=True)
        case smtplib.SMTPResponseException():
            return Refusal(_said(error.smtp_code, error.smtp_error))
    return Refusal(str(error) or type(error).__name__)


def _said(code: int, text: bytes | str) -> str:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {plain}".strip()
