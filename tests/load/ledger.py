"""What the server acknowledged, and every promise that it broke."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.load.crowd import Answer

Held = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """A booking at one version; ``held`` holds (resource, start, end)."""

    version: int
    status: str
    held: frozenset[Held]


def facts_of(document: dict[str, Any]) -> Facts:
    """What a booking's document promises."""
    slots = [document]
    if document.get("proposed_move"):
        slots.append(document["proposed_move"])
    held = {(room, one["starts_at"], one["ends_at"]) for one in slots for room in one["resources"]}
    return Facts(document["version"], document["status"], frozenset(held))


class Ledger:
    """The last acknowledged facts of each booking; counts; broken promises in words."""

    def __init__(self) -> None:
        self.known: dict[str, Facts] = {}
        self.broken: list[str] = []
        self.counts: Counter[str] = Counter()

    def note(self, answer: Answer) -> None:
        """Count an answer and keep what it acknowledges."""
        self.counts["requests"] += 1
        self.counts[f"{answer.act.kind} {answer.status or 'unanswered'} {answer.slug}".strip()] += 1
        if answer.acknowledged:
            self._keep(answer.document["reference"], facts_of(answer.document))

    def _keep(self, reference: str, facts: Facts) -> None:
        old = self.known.get(reference)
        if old is not None and old.version == facts.version and old != facts:
            self.broken.append(f"{reference}: two answers for one version: {old}, {facts}")
        if old is None or old.version < facts.version:
            self.known[reference] = facts

    def differences(self, stored: dict[str, Facts]) -> list[str]:
        """Where the database is not what was acknowledged last, one line a booking."""
        found = []
        for reference in sorted(self.known.keys() | stored.keys()):
            promised, there = self.known.get(reference), stored.get(reference)
            if promised != there:
                found.append(f"{reference}: acknowledged {promised}, stored {there}")
        return found
