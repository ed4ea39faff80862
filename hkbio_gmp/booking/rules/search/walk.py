"""Walks a place's starts in order and asks the rules about each that its neighbours leave."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice

from hkbio_gmp.booking.rules.assess import assess
from hkbio_gmp.booking.rules.occupancy import Use
from hkbio_gmp.booking.rules.search import sweep
from hkbio_gmp.booking.rules.search.ground import Ground, Offer, tidy, tidy_back
from hkbio_gmp.booking.rules.search.shape import Bundle
from hkbio_gmp.booking.rules.search.spans import Span, Starts, allowed, either, first_of_all
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict

_MOST_TRIES = 400
_MINUTE = timedelta(minutes=1)
_STABLE = frozenset(
    {
        "room_grade",
        "grade_a_device",
        "project_accepted",
        "operators_named",
        "open_requests",
        "process_simulation",
    }
)
"""Rules that say the same of every start between two turns of a certificate."""


@dataclass(frozen=True)
class Walk:
    """One place on that ground."""

    ground: Ground
    place: tuple[str, ...]
    dead: dict[bool, set[int]] = field(default_factory=lambda: {True: set(), False: set()})

    @cached_property
    def _choices(self) -> dict[str, list[str]]:
        wanted = self.ground.wanted
        return {kind: sweep.choices(wanted, self.place, kind) for kind in wanted.kinds}

    @cached_property
    def _first(self) -> Bundle:
        """The place with the item of each kind that one would like best."""
        items = {kind: codes[0] for kind, codes in self._choices.items() if codes}
        return Bundle(self.place, items)

    @property
    def lacks(self) -> list[str]:
        """Kinds of equipment of which nothing can serve the place."""
        wanted = self.ground.wanted
        return [
            kind
            for kind, codes in self._choices.items()
            if not codes and not sweep.stands_in(wanted, self.place, kind)
        ]

    @cached_property
    def _shadows(self) -> dict[str, sweep.Shadow]:
        """Resource → its shadow, of everything that may be taken."""
        found: dict[str, sweep.Shadow] = {}
        most = max((len(codes) for codes in self._choices.values()), default=1)
        for number in range(max(most, 1)):
            for use in self._uses_of_choice(number):
                part = sweep.shadow(self.ground.around, [use], self.ground.within[0])
                known = found.setdefault(use.resource, sweep.Shadow([], []))
                known.forbidden.extend(part.forbidden)
                known.uneasy.extend(part.uneasy)
        return found

    def _uses_of_choice(self, number: int) -> list[Use]:
        """What the choice of that number takes; only the first one tells of the place too."""
        items = {k: codes[number] for k, codes in self._choices.items() if number < len(codes)}
        bundle = Bundle(self.place, items)
        uses = self.ground.wanted.plan(bundle, self.ground.within[0]).uses
        return [use for use in uses if number == 0 or use.resource in items.values()]

    @cached_property
    def _frees(self) -> dict[str, Starts]:
        within = self.ground.within
        return {code: allowed(within, part.forbidden) for code, part in self._shadows.items()}

    @cached_property
    def free(self) -> list[Starts]:
        """Starts that no neighbour forbids: those that lie in every one of these sets."""
        if self.lacks:
            return [Starts([])]
        items = {code for codes in self._choices.values() for code in codes}
        out = [starts for code, starts in self._frees.items() if code not in items]
        for codes in self._choices.values():
            if codes:
                out.append(either(self._frees[code] for code in codes))
        return out

    def is_free(self, starts: datetime) -> bool:
        """Whether no neighbour forbids a start (UTC)."""
        return all(starts in one for one in self.free)

    @cached_property
    def _turns(self) -> list[datetime]:
        origin = self.ground.within[0]
        plan = self.ground.wanted.plan(self._first, origin)
        return sweep.turns(plan, self.ground.around, origin, self.ground.asked.now)

    @cached_property
    def _edges(self) -> list[datetime]:
        """Starts inside free time at which the rules' word may change."""
        uneasy = [at for part in self._shadows.values() for at in part.uneasy]
        return sorted({*self._turns, *uneasy})

    def bundle(self, starts: datetime) -> Bundle:
        """The place with the best item of each kind that is free from ``starts`` (UTC)."""
        items = {
            kind: next((c for c in codes if starts in self._frees[c]), codes[0])
            for kind, codes in self._choices.items()
            if codes
        }
        return Bundle(self.place, items)

    def ask(self, starts: datetime) -> Offer:
        """What the rules say of a start, whatever it is."""
        plan = self.ground.wanted.plan(self.bundle(starts), starts)
        return Offer(plan, assess(plan, self.ground.around, self.ground.asked))

    def offers(self) -> Iterator[Offer]:
        """Starts that nothing blocks, in order, of the best tier that has any."""
        return self._of_tiers(self.ground.within[0])

    def offers_from(self, wish: datetime) -> Iterator[Offer]:
        """Starts from ``wish`` (UTC) on that nothing blocks, the wish itself first."""
        inside = self.ground.within[0] <= wish <= self.ground.within[1]
        if inside and self.is_free(wish):
            exact = self.ask(wish)
            if exact.told.verdict is not Verdict.BLOCKED:
                yield exact
        yield from self._of_tiers(wish)

    def _of_tiers(self, since: datetime) -> Iterator[Offer]:
        for tier in self.ground.tiers:
            found = False
            for offer in self._try(tier, since):
                found = True
                yield offer
            if found:
                return

    def first_ready(self, after: datetime) -> Offer | None:
        """The first start past ``after`` (UTC) of which nothing even warns."""
        offers = self._try(self.ground.comfortable, after + _MINUTE, ready=True)
        return next((offer for offer in offers if offer.is_ready), None)

    def before(self, wish: datetime) -> Offer | None:
        """The last start up to ``wish`` (UTC) that nothing blocks."""
        for tier in self.ground.tiers:
            spans = self._pieces(tier, self.ground.within[0])
            back = [(low, min(high, wish)) for low, high in spans if low <= wish]
            for low, high in reversed(back[-_MOST_TRIES:]):
                offer = self.ask(tidy_back(low, high))
                if offer.told.verdict is not Verdict.BLOCKED:
                    return offer
        return None

    def _pieces(
        self, tier: Starts, since: datetime, dead: Container[int] = frozenset()
    ) -> Iterator[Span]:
        """Free spans of a tier, cut where the rules' word may change; ``dead`` ones left out."""
        sets, edges, turns = (tier, *self.free), self._edges, self._turns
        span = first_of_all(sets, since)
        while span is not None:
            low, high = span
            stretch = bisect_right(turns, low)
            if stretch in dead:
                if stretch == len(turns):
                    return
                span = first_of_all(sets, turns[stretch])
                continue
            edge = bisect_right(edges, low)
            if edge < len(edges):
                high = min(high, edges[edge] - _MINUTE)
            yield low, high
            span = first_of_all(sets, high + _MINUTE)

    def _try(self, tier: Starts, since: datetime, *, ready: bool = False) -> Iterator[Offer]:
        dead = self.dead[ready]
        for low, high in islice(self._pieces(tier, since, dead), _MOST_TRIES):
            offer = self.ask(tidy(low, high))
            if _is_settled(offer, ready=ready):
                dead.add(bisect_right(self._turns, low))
            if offer.told.verdict is not Verdict.BLOCKED:
                yield offer


def _is_settled(offer: Offer, *, ready: bool) -> bool:
    """Whether the whole stretch is blocked, or cannot be ready, by what stays the same in it."""
    return any(_counts(f, ready=ready) and _is_stable(f) for f in offer.told.findings)


def _counts(finding: Finding, *, ready: bool) -> bool:
    return finding.severity is Severity.BLOCK or (ready and finding.severity is Severity.WARN)


def _is_stable(finding: Finding) -> bool:
    return finding.rule in _STABLE or finding.rule.startswith("certificate:")
