"""A plain model of who may hold which time: lists and loops, read straight from the rules' file.

Nothing of the product's own rules is used here, so that the two can disagree.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hkbio_gmp.facilities.services import shipped_facility

FILE = tomllib.loads(shipped_facility("LCT"))
ZONES = {room["code"]: room["zone"] for room in FILE["rooms"]}
AROUND = {
    one["code"]: (
        timedelta(minutes=one["setup_minutes"]),
        timedelta(minutes=one["turnaround_minutes"]),
    )
    for one in FILE["classes"]
}
NEVER_TOGETHER = {
    frozenset(row["classes"])
    for row in FILE["segregation"]
    if row["scope"] == "zone" and row["severity"] == "block"
}


@dataclass(frozen=True)
class Held:
    """One slot of one room."""

    room: str
    starts: datetime
    ends: datetime
    made: str
    series: str

    @property
    def taken(self) -> tuple[datetime, datetime]:
        """The slot with its set-up and turnaround."""
        before, after = AROUND[self.made]
        return self.starts - before, self.ends + after


@dataclass
class Paper:
    """What a clerk with pencil and paper would keep."""

    held: dict[str, Held] = field(default_factory=dict)
    asked_to_move: dict[str, Held] = field(default_factory=dict)

    def all_but(self, reference: str | None) -> list[Held]:
        """What everybody else holds, proposed moves included."""
        books = (self.held, self.asked_to_move)
        return [one for book in books for key, one in book.items() if key != reference]

    def fits(self, wanted: Held, reference: str | None = None) -> bool:
        """Whether nobody else stands in the way."""
        return not any(in_the_way(wanted, other) for other in self.all_but(reference))

    def let_go(self, reference: str) -> None:
        """Rub it out."""
        self.held.pop(reference, None)
        self.asked_to_move.pop(reference, None)


def in_the_way(one: Held, other: Held) -> bool:
    """Whether the two cannot both be."""
    if one.room == other.room:
        apart = _apart(one, other) if one.starts < other.starts else _apart(other, one)
        return _overlap(one, other) or not apart
    together = ZONES[one.room] == ZONES[other.room] and _overlap(one, other)
    return together and frozenset({one.made, other.made}) in NEVER_TOGETHER


def _overlap(one: Held, other: Held) -> bool:
    return one.taken[0] < other.taken[1] and other.taken[0] < one.taken[1]


def _apart(first: Held, second: Held) -> bool:
    return second.starts - first.ends >= _gap(first, second)


def _gap(first: Held, second: Held) -> timedelta:
    same = first.made == second.made and first.series == second.series
    for row in FILE["changeover"]:
        if (
            row["from"] in ("*", first.made)
            and row["to"] in ("*", second.made)
            and row.get("same_series", False) == same
        ):
            return timedelta(minutes=row["minutes"])
    raise LookupError((first.made, second.made))
