"""Campaigns: bookings of one series that follow each other in a room with the short changeover."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from hkbio_gmp.booking.rules.occupancy import RuleBook, Use
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message


def campaign_findings(plan: PlanFacts, book: RuleBook, taken: Iterable[Use]) -> Iterator[Finding]:
    """Each room in which the plan would make a campaign longer than its class allows (D).

    The full changeover, as to whatever else may follow, begins a new campaign (PE 009-17 Part I
    5.9). One booking alone is no campaign, however long it runs. Days are of 24 hours.
    """
    days = plan.needs.campaign_days
    if days is None:
        return
    others = [use for use in taken if use.booking is None or use.booking != plan.reference]
    for room in (code for code, facts in plan.resources.items() if facts.kind == "room"):
        ours = [use for use in plan.uses if use.resource == room]
        alike = [use for use in others if _is_alike(use, room, plan)]
        for chain in _chains(book, [*ours, *alike]):
            length = max(use.slot.ends for use in chain) - chain[0].slot.starts
            mixed = any(use in ours for use in chain) and any(use in alike for use in chain)
            if mixed and length > timedelta(days=days):
                yield _too_long(room, chain, length, days, _full(book, chain[-1]))


def _is_alike(use: Use, room: str, plan: PlanFacts) -> bool:
    same = use.process_class == plan.needs.code and use.series == plan.series
    return same and use.resource == room


def _chains(book: RuleBook, uses: Iterable[Use]) -> list[list[Use]]:
    """Uses in order, parted where the full changeover lies between two of them."""
    ordered = sorted(uses, key=lambda use: use.slot.starts)
    chains = [[use] for use in ordered[:1]]
    for before, after in pairwise(ordered):
        if after.slot.starts - before.slot.ends >= _full(book, before):
            chains.append([])
        chains[-1].append(after)
    return chains


def _full(book: RuleBook, use: Use) -> timedelta:
    """The longest changeover from the use's class, as to whatever else may follow it."""
    rows = book.changeover.rows.items()
    minutes = [row.minutes for (before, _to, _same), row in rows if before == use.process_class]
    return timedelta(minutes=max(minutes, default=0))


def _too_long(
    room: str, chain: Sequence[Use], length: timedelta, days: int, full: timedelta
) -> Finding:
    ends = max(use.slot.ends for use in chain[:-1]) if len(chain) > 1 else chain[-1].slot.ends
    return Finding(
        rule="campaign",
        severity=Severity.BLOCK,
        subject=room,
        message=Message(
            "The campaign in {room} would last {length} days; at most {days} may pass before the "
            "full changeover.",
            room=room,
            length=math.ceil(length / timedelta(days=1)),
            days=days,
        ),
        remedy=Message("Leave the full changeover before it, or take another room."),
        clears_at=ends + full,
        source="PE 009-17 Part I 5.9; facility's own limit",
    )
