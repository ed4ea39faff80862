"""The one place that tells the time.

Every time-dependent rule reads :func:`now`; tests, demonstrations and ``HKBIO_NOW`` set it.
Instants are timezone-aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("hkbio_frozen_instant", default=None)
_process: dict[str, datetime | None] = {"instant": None}


def now() -> datetime:
    """Return the current instant in UTC, microsecond precision."""
    fixed = _frozen.get() or _process["instant"]
    return fixed if fixed is not None else datetime.now(UTC)


def today(zone: str) -> date:
    """Return the calendar day that it is now in ``zone`` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


def fix_process(instant: datetime | None) -> None:
    """Fix the clock of the whole process (``HKBIO_NOW``), or release it with ``None``."""
    _process["instant"] = None if instant is None else utc(instant)


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Fix the clock at ``instant`` for the current context only."""
    token = _frozen.set(utc(instant))
    try:
        yield
    finally:
        _frozen.reset(token)


def utc(instant: datetime) -> datetime:
    """Return ``instant`` in UTC.

    Raises ValueError where it carries no zone: a time without a zone is not a fact.
    """
    if instant.tzinfo is None:
        raise ValueError("the time has no zone; give an offset such as +08:00")
    return instant.astimezone(UTC)
