"""When a failed delivery is tried again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta

ATTEMPTS = 8
_LONGEST = timedelta(hours=6)


def next_attempt(now: datetime, attempts: int) -> datetime | None:
    """When to try again after ``attempts`` failures (UTC), doubling; None: give up and park."""
    if attempts >= ATTEMPTS:
        return None
    return now + min(timedelta(minutes=2 ** (attempts - 1)), _LONGEST)
