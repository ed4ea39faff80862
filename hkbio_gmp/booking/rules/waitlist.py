"""The waitlist's own rules (D): who comes first, and which offer is made to whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

OFFER_HOURS = 24
"""Hours for which an offer is held, unless the facility sets another number."""
MOST_WAITING = 5
"""Bookings of one organisation that may wait at a facility, unless it sets another number."""


class Turn(NamedTuple):
    """Sorts a queue: urgent patient material, then the facility's order of classes, then time."""

    calm: bool
    rank: int
    since: datetime
    number: int


def rank(process_class: str, priority: Sequence[str]) -> int:
    """A class's place in the facility's order (D); those that it does not name come last."""
    return priority.index(process_class) if process_class in priority else len(priority)


class Offered(NamedTuple):
    """A slot as it was offered before: a start (UTC) and its resources."""

    starts: datetime
    resources: frozenset[str]


def deadline(now: datetime, starts: datetime, hours: int = OFFER_HOURS) -> datetime:
    """Until when (UTC) an offer is held: some hours, never past the start of its slot."""
    return min(now + timedelta(hours=hours), starts)


def is_new(slot: Offered, before: Collection[Offered]) -> bool:
    """Whether a slot was not let pass before: who declined it is not asked again."""
    return slot not in before
