"""Announcements from lower features to higher ones: synchronous, in the same unit of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.timerange import TimeRange


@dataclass(frozen=True, slots=True)
class ValidityEnded:
    """Something that bookings rely on is no longer valid: a certificate, a person, a resource.

    ``cause`` is certificate, hold, leaver or resource; ``rule`` the one rule that it touches.
    """

    subject_type: str
    subject_code: str
    facility: str | None
    reason: str
    cause: str = "certificate"
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class ValidityRestored(ValidityEnded):
    """Something that had ended is valid again: what was flagged because of it is looked at."""


@dataclass(frozen=True, slots=True)
class OutagePlanned:
    """A resource is out of use for a time."""

    resource: str
    facility: str
    when: TimeRange
    kind: str


Handler = Callable[[Any, Any], list[Finding]]
_handlers: dict[type[Any], list[Handler]] = {}


def subscribe(event: type[Any], handler: Handler) -> None:
    """Have ``handler(work, event)`` called for each such event; a second time changes nothing."""
    registered = _handlers.setdefault(event, [])
    if handler not in registered:
        registered.append(handler)


def announce(work: Any, event: Any) -> list[Finding]:
    """Tell every subscriber of ``event`` within ``work``; returns what they found."""
    return [found for handler in _handlers.get(type(event), []) for found in handler(work, event)]
