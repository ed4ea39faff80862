"""What may not run at the same time in one air zone, room or unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

ANY = "*"
SCOPES = ("zone", "room", "unit")
VECTORS, INFECTED = "vectors_differ", "infected"
CONDITIONS = (VECTORS, INFECTED)
SEVERITIES = ("block", "warn")


@dataclass(frozen=True, slots=True)
class SegregationRule:
    """Two process classes that do not share a ``scope`` at one time; the order says nothing.

    Either may be ``*``: every other class. A class apart from itself is named twice. With a
    ``condition`` it speaks only where that holds of the two (different vectors; material of one of
    them infected), and ``*`` is every class.

    Source: PE 009-17 Annex 2A 3.2, 3.4 and Part I 5.9, or the facility's own rule.
    """

    scope: str
    class_a: str
    class_b: str
    severity: str
    source: str
    condition: str = ""

    def fits(self, one: str, other: str, holding: Collection[str] = ()) -> bool:
        """Whether the rule speaks of these two classes, in either order, where some conditions
        hold."""
        if self.condition:
            either = self._covers(one, other) or self._covers(other, one)
            return self.condition in holding and either
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

    def find(
        self, scopes: Collection[str], one: str, other: str, holding: Collection[str] = ()
    ) -> SegregationRule | None:
        """The heaviest row for two classes that share ``scopes``, or None where they get along.

        ``holding`` names the conditions that hold of the two.
        """
        found = [r for r in self.rows if r.scope in scopes and r.fits(one, other, holding)]
        return min(found, key=lambda row: SEVERITIES.index(row.severity), default=None)


def repeated(rules: Sequence[SegregationRule]) -> list[int]:
    """Positions of rules that say again what an earlier one said of the same two classes."""
    seen: set[tuple[str, str, frozenset[str]]] = set()
    out = []
    for position, rule in enumerate(rules):
        key = rule.scope, rule.condition, frozenset({rule.class_a, rule.class_b})
        if key in seen:
            out.append(position)
        seen.add(key)
    return out


def classes_of(rules: Iterable[SegregationRule]) -> set[str]:
    """Every class that the rules name."""
    return {name for rule in rules for name in (rule.class_a, rule.class_b)}
