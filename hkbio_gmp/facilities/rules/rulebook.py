"""A version of a facility's rules as it is stated, what is wrong with it, and how two differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hkbio_gmp.facilities.rules.changeover import (
    ANY,
    ChangeoverMatrix,
    ChangeoverRule,
    expand,
    uncovered,
)
from hkbio_gmp.facilities.rules.segregation import SegregationRule, SegregationRules, repeated
from hkbio_gmp.kernel.errors import FieldError
from hkbio_gmp.kernel.messages import Message

Row = dict[str, Any]
LONGEST_MINUTES = 40320
_MOST_NAMED = 6


@dataclass(frozen=True)
class StatedRules:
    """Changeover and segregation rows in the shape and order of a facility file."""

    changeover: tuple[Row, ...]
    segregation: tuple[Row, ...]

    def changeover_rules(self) -> list[ChangeoverRule]:
        """The changeover rows; the first that fits decides."""
        names = ("from", "to", "same_series", "minutes", "cleaning", "source")
        return [ChangeoverRule(*(row[name] for name in names)) for row in self.changeover]

    def segregation_rules(self) -> list[SegregationRule]:
        """The segregation rows; the order says nothing."""
        return [_segregation_rule(row) for row in self.segregation]


def _segregation_rule(row: Row) -> SegregationRule:
    one, other = row["classes"]
    return SegregationRule(
        row["scope"], one, other, row["severity"], row["source"], row.get("condition") or ""
    )


@dataclass(frozen=True)
class RulesDraft:
    """Rules that are not in force yet, as booking would weigh by them."""

    code: str
    zone: str
    matrix: ChangeoverMatrix
    segregation: SegregationRules


def draft_of(
    stated: StatedRules, facility: str, zone: str, version: int, classes: Sequence[str]
) -> RulesDraft:
    """What ``stated`` would be as ``version`` of a facility with these classes."""
    return RulesDraft(
        facility,
        zone,
        ChangeoverMatrix(facility, version, expand(stated.changeover_rules(), classes)),
        SegregationRules(facility, version, tuple(stated.segregation_rules())),
    )


def problems(stated: StatedRules, classes: Sequence[str]) -> list[FieldError]:
    """Everything that is wrong with rows of known shape; none where every pair has its answer."""
    return [
        *_unknown(stated, classes),
        *_uncovered(stated, classes),
        *(
            FieldError(
                f"segregation-{n}-other",
                Message("An earlier row speaks of these two already."),
                Message("Remove one of them."),
            )
            for n in repeated(stated.segregation_rules())
        ),
    ]


def _unknown(stated: StatedRules, classes: Sequence[str]) -> Iterator[FieldError]:
    known = {ANY, *classes}
    named = [
        (f"changeover-{n}-{field}", row[key])
        for n, row in enumerate(stated.changeover)
        for field, key in (("before", "from"), ("after", "to"))
    ]
    named += [
        (f"segregation-{n}-{field}", code)
        for n, row in enumerate(stated.segregation)
        for field, code in zip(("one", "other"), row["classes"], strict=True)
    ]
    for field, code in named:
        if code not in known:
            said = Message("The facility has no process class {code}.", code=str(code)[:60])
            yield FieldError(field, said, Message("Choose one of the facility's classes."))


def _uncovered(stated: StatedRules, classes: Sequence[str]) -> Iterator[FieldError]:
    missing = uncovered(stated.changeover_rules(), classes)
    if missing:
        named = [f"{a} → {b}{' (same series)' if same else ''}" for a, b, same in missing]
        yield FieldError(
            "changeover",
            Message(
                "No changeover for {count} pairs: {pairs}",
                count=len(missing),
                pairs=", ".join(named[:_MOST_NAMED]),
            ),
            Message("Add rows; a last one from “*” to “*” answers for all others."),
        )


@dataclass(frozen=True)
class Difference:
    """One row that only one of two versions has."""

    section: str
    row: Row
    added: bool


def differences(old: StatedRules, new: StatedRules) -> list[Difference]:
    """Rows that went and rows that came, in the order of their versions."""
    return [
        Difference(section, row, added)
        for section in ("changeover", "segregation")
        for one, other, added in ((old, new, False), (new, old, True))
        for row in getattr(one, section)
        if row not in getattr(other, section)
    ]


def is_reordered(old: StatedRules, new: StatedRules) -> bool:
    """Whether the same changeover rows stand in another order, so that others fit first."""
    return old.changeover != new.changeover and not any(
        one.section == "changeover" for one in differences(old, new)
    )
