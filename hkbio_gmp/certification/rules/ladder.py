"""The reminder ladder: which step is due at a date, which were overtaken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Audience(StrEnum):
    """Who is reminded; escalation is owner → quality → facility head (D, a setting per kind)."""

    OWNER = "owner"
    QUALITY = "quality"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of one certificate: days before its last valid day, largest first."""

    valid_until: date
    lead_days: tuple[int, ...]

    @property
    def steps(self) -> tuple[int, ...]:
        """Distinct steps, the earliest in time first."""
        return tuple(sorted(set(self.lead_days), reverse=True))

    def due_on(self, step: int) -> date:
        """The calendar day on which ``step`` falls due."""
        return self.valid_until - timedelta(days=step)

    def current(self, today: date) -> int | None:
        """The latest step that is due on ``today``: the one to send; None before the first."""
        due = [step for step in self.steps if self.due_on(step) <= today]
        return min(due) if due else None

    def overtaken(self, today: date, recorded: Iterable[int]) -> list[int]:
        """Steps before the current one that were never sent, to be recorded as overtaken."""
        now = self.current(today)
        known = set(recorded)
        return [s for s in self.steps if now is not None and s > now and s not in known]

    def audience(self, step: int) -> tuple[Audience, ...]:
        """Who hears of a step: the owner always, quality from the second, the head at the last."""
        place = self.steps.index(step)
        heard = [Audience.OWNER]
        if place > 0 or len(self.steps) == 1:
            heard.append(Audience.QUALITY)
        if place == len(self.steps) - 1:
            heard.append(Audience.HEAD)
        return tuple(heard)
