"""What may not run at the same time in one air zone, room or unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

ANY = "*"
SCOPES = ("zone", "room", "unit")
SEVERITIES = ("block", "warn")


@dataclass(frozen=True, slots=True)
class SegregationRule:
    """Two process classes that do not share a ``scope`` at one time; the order says nothing.

    Either may be ``*``: every other class. A class apart from itself is named twice.

    Source: PE 009-17 Annex 2A 3.2, 3.4 and Part I 5.9, or the facility's own rule.
    """

    scope: str
    class_a: str
    class_b: str
    severity: str
    source: str

    def fits(self, one: str, other: str) -> bool:
        """Whether the rule speaks of these two classes, in either order."""
        if {self.class_a, self.class_b} == {one, other}:
            return True
        return one != other and (self._covers(one, other) or self._covers(other, one))

    def _covers(self, one: str, other: str) -> bool:
        return self.class_a in (ANY, one) and self.class_b in (ANY, other)


@dataclass(frozen=True, slots=True)
class SegregationRules:
    """A version of a facility's segregation rows."""

    facility: str
    version: int
    rows: tuple[SegregationRule, ...] = ()

    def find(self, scopes: Collection[str], one: str, other: str) -> SegregationRule | None:
        """The heaviest row for two classes that share ``scopes``, or None where they get along."""
        found = [row for row in self.rows if row.scope in scopes and row.fits(one, other)]
        return min(found, key=lambda row: SEVERITIES.index(row.severity), default=None)


def repeated(rules: Sequence[SegregationRule]) -> list[int]:
    """Positions of rules that say again what an earlier one said of the same two classes."""
    seen: set[tuple[str, frozenset[str]]] = set()
    out = []
    for position, rule in enumerate(rules):
        key = rule.scope, frozenset({rule.class_a, rule.class_b})
        if key in seen:
            out.append(position)
        seen.add(key)
    return out


def classes_of(rules: Iterable[SegregationRule]) -> set[str]:
    """Every class that the rules name."""
    return {name for rule in rules for name in (rule.class_a, rule.class_b)}
