"""Sets of starts (UTC) as sorted spans. Allowed spans include both ends; forbidden ones neither."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime

Span = tuple[datetime, datetime]


class Starts:
    """A set of allowed starts: sorted spans that do not touch."""

    __slots__ = ("lows", "spans")

    def __init__(self, spans: Sequence[Span]):
        self.spans = spans
        self.lows = [span[0] for span in spans]

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, instant: datetime) -> bool:
        place = bisect_right(self.lows, instant) - 1
        return place >= 0 and instant <= self.spans[place][1]

    def since(self, instant: datetime) -> Span | None:
        """The first span from ``instant`` on, its earlier part left out."""
        place = bisect_right(self.lows, instant) - 1
        if place >= 0 and instant <= self.spans[place][1]:
            return instant, self.spans[place][1]
        return self.spans[place + 1] if place + 1 < len(self.spans) else None


def allowed(within: Span, forbidden: Iterable[Span]) -> Starts:
    """What is left of ``within`` once the forbidden spans are out; a single instant may be."""
    edge, last = within
    out: list[Span] = []
    for low, high in sorted(forbidden):
        if high <= edge:
            continue
        if low >= last:
            break
        if low >= edge:
            out.append((edge, low))
        edge = high
    if edge <= last:
        out.append((edge, last))
    return Starts(out)


def both(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """The spans that lie in two sets."""
    out: list[Span] = []
    first = second = 0
    while first < len(one) and second < len(other):
        (low, high), (begins, ends) = one[first], other[second]
        if max(low, begins) <= min(high, ends):
            out.append((max(low, begins), min(high, ends)))
        if high < ends:
            first += 1
        else:
            second += 1
    return out


def first_of_all(sets: Sequence[Starts], since: datetime) -> Span | None:
    """The first span from ``since`` on that lies in every set."""
    at = since
    while True:
        found = [starts.since(at) for starts in sets]
        spans = [span for span in found if span is not None]
        if len(spans) < len(sets):
            return None
        low, high = max(span[0] for span in spans), min(span[1] for span in spans)
        if low <= high:
            return low, high
        at = low


def either(sets: Iterable[Starts]) -> Starts:
    """The starts that lie in any of the sets."""
    out: list[Span] = []
    for low, high in sorted(span for starts in sets for span in starts.spans):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return Starts(out)
