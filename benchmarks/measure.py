"""Times calls side by side, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Mark:
    """A ratio and what it may be at most."""

    name: str
    ratio: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether the mark is met."""
        return self.ratio <= self.most


@dataclass(frozen=True, slots=True)
class Timing:
    """The median of each round of each call, in milliseconds."""

    rounds: Mapping[str, list[float]]

    def milliseconds(self, name: str) -> float:
        """The median over all rounds."""
        return median(self.rounds[name])

    def high(self, name: str) -> float:
        """The 95th percentile of the rounds."""
        found = sorted(self.rounds[name])
        return found[min(len(found) - 1, int(len(found) * 0.95))]

    def figures(self) -> dict[str, float]:
        """Every call's median."""
        return {name: round(self.milliseconds(name), 2) for name in self.rounds}

    def ratio(self, name: str, floor: str) -> float:
        """The median of the rounds' own ratios: a disturbed round moves both of its sides."""
        pairs = zip(self.rounds[name], self.rounds[floor], strict=True)
        return median(one / other for one, other in pairs)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a benchmark found: milliseconds, statements a call, marks."""

    milliseconds: dict[str, float]
    statements: dict[str, int]
    marks: list[Mark]


def side_by_side(calls: Mapping[str, Call], *, rounds: int, repeats: int, warm: int = 3) -> Timing:
    """Time every call in turn, ``repeats`` times a round; the one that begins changes by round."""
    for call in calls.values():
        for _ in range(warm):
            call()
    names = list(calls)
    found: dict[str, list[float]] = {name: [] for name in names}
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            turn = number % len(names)
            for name, spent in _round(calls, names[turn:] + names[:turn], repeats).items():
                found[name].append(median(spent))
            gc.collect()
    finally:
        gc.enable()
    return Timing(found)


def _round(calls: Mapping[str, Call], names: list[str], repeats: int) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(repeats):
        for name in names:
            begun = time.perf_counter()
            calls[name]()
            spent[name].append((time.perf_counter() - begun) * 1000)
    return spent
