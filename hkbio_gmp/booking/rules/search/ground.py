"""One facility as the finder sees it, and what the rules say of a start there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from hkbio_gmp.booking.rules.assess import Assessment
from hkbio_gmp.booking.rules.circumstances import Asked, Circumstances
from hkbio_gmp.booking.rules.search import sweep
from hkbio_gmp.booking.rules.search.shape import Wanted
from hkbio_gmp.booking.rules.search.spans import Span, Starts
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.kernel.findings import Verdict

GRAIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Offer:
    """A start that nothing blocks, with what the rules say of it."""

    plan: PlanFacts
    told: Assessment

    @property
    def starts(self) -> datetime:
        """When it begins (UTC)."""
        return self.plan.sessions[0].slot.starts

    @property
    def is_ready(self) -> bool:
        """Whether nothing even warns."""
        return self.told.verdict is Verdict.READY


@dataclass(frozen=True)
class Ground:
    """One facility, what is wanted of it, and the starts that are looked at (UTC, both ends)."""

    wanted: Wanted
    around: Circumstances
    asked: Asked
    within: Span

    @cached_property
    def comfortable(self) -> Starts:
        """Starts from which people work within opening hours alone."""
        return sweep.comfortable(self.wanted, self.around.opened, self.within)

    @cached_property
    def _begun_in_hours(self) -> Starts:
        return sweep.begun_in_hours(self.wanted, self.around.opened, self.within)

    @property
    def tiers(self) -> Iterator[Starts]:
        """Starts by how well they suit people; the next tier counts where one offers nothing."""
        yield self.comfortable
        yield self._begun_in_hours
        yield Starts([self.within])

    @property
    def wish(self) -> datetime:
        """The first start that one would ask for, were everything free."""
        return next(tidy(*tier.spans[0]) for tier in self.tiers if tier)


def tidy(low: datetime, high: datetime) -> datetime:
    """The first half hour of a span; its very beginning where it has none."""
    hour = low.replace(minute=0, second=0, microsecond=0)
    up = hour + -(-(low - hour) // GRAIN) * GRAIN
    return up if up <= high else low


def tidy_back(low: datetime, high: datetime) -> datetime:
    """The last half hour of a span; its very end where it has none."""
    hour = high.replace(minute=0, second=0, microsecond=0)
    down = hour + (high - hour) // GRAIN * GRAIN
    return down if down >= low else high
