"""The changeover matrix: how long must lie between two consecutive uses of a resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

ANY = "*"
Pair = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class ChangeoverRule:
    """One row: after ``from_class`` before ``to_class``, how many minutes and which cleaning.

    ``same_series`` rows hold between slots of the same product and batch series. Either class
    may be ``*``: any; the first row that fits decides (PE 009-17 Part I 5.9; hours are the
    facility's own).
    """

    from_class: str
    to_class: str
    same_series: bool
    minutes: int
    cleaning: str
    source: str

    def fits(self, pair: Pair) -> bool:
        """Whether the row speaks of ``pair``: (from, to, same series)."""
        return (
            self.from_class in (ANY, pair[0])
            and self.to_class in (ANY, pair[1])
            and self.same_series == pair[2]
        )


@dataclass(frozen=True, slots=True)
class ChangeoverMatrix:
    """A version of a facility's matrix, every pair of classes in it."""

    facility: str
    version: int
    rows: Mapping[Pair, ChangeoverRule] = field(default_factory=dict)

    def rule(self, before: str, after: str, *, same_series: bool = False) -> ChangeoverRule:
        """The row for ``before`` → ``after``; a series counts only within one class.

        Raises KeyError for a class that the facility does not know.
        """
        # Two classes are never one series, whatever the caller says.
        return self.rows[before, after, same_series and before == after]

    def gap(self, before: str, after: str, *, same_series: bool = False) -> timedelta:
        """Time that must lie between the end of one slot and the start of the next."""
        return timedelta(minutes=self.rule(before, after, same_series=same_series).minutes)

    @property
    def longest(self) -> timedelta:
        """The longest gap: every earlier use within it counts (PE 009-17 Part I 5.9)."""
        return timedelta(minutes=max((row.minutes for row in self.rows.values()), default=0))


def pairs(classes: Sequence[str]) -> list[Pair]:
    """Every pair that a matrix must answer, in order."""
    out: list[Pair] = []
    for before in classes:
        for after in classes:
            out.append((before, after, False))
            if before == after:
                out.append((before, after, True))
    return out


def expand(rules: Sequence[ChangeoverRule], classes: Sequence[str]) -> dict[Pair, ChangeoverRule]:
    """The full matrix: for each pair the first rule that fits. Pairs without one are left out."""
    out: dict[Pair, ChangeoverRule] = {}
    for pair in pairs(classes):
        rule = next((row for row in rules if row.fits(pair)), None)
        if rule is not None:
            before, after, same = pair
            out[pair] = ChangeoverRule(
                before, after, same, rule.minutes, rule.cleaning, rule.source
            )
    return out


def uncovered(rules: Iterable[ChangeoverRule], classes: Sequence[str]) -> list[Pair]:
    """Pairs that no rule answers."""
    kept = list(rules)
    return [pair for pair in pairs(classes) if not any(row.fits(pair) for row in kept)]
