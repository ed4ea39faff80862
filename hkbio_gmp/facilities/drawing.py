"""A process template drawn on a line of days: places in percent, so that no style is inline."""

from __future__ import annotations

from dataclasses import dataclass

from hkbio_gmp.facilities.models import StepRow, TemplateRow

_DAY = 24 * 60
_MOST_MARKS = 15
_THINNEST = 0.5


@dataclass(frozen=True, slots=True)
class DrawnStep:
    """One step with its place on the line."""

    step: StepRow
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DrawnTemplate:
    """A template with its steps and the days on its line, counted from 1."""

    row: TemplateRow
    minutes: int
    steps: tuple[DrawnStep, ...]
    days: tuple[tuple[int, float], ...]

    @property
    def attended_minutes(self) -> int:
        """How long people work in it."""
        return sum(one.step.length_minutes for one in self.steps if one.step.attended)


def drawn(row: TemplateRow) -> DrawnTemplate:
    """The template with its geometry."""
    steps = row.active_steps
    minutes = max((s.offset_minutes + s.length_minutes for s in steps), default=0)
    days = -(-minutes // _DAY) or 1
    line = days * _DAY
    every = -(-days // _MOST_MARKS)
    return DrawnTemplate(
        row=row,
        minutes=minutes,
        steps=tuple(
            DrawnStep(
                s,
                round(s.offset_minutes / line * 100, 3),
                round(max(s.length_minutes / line * 100, _THINNEST), 3),
            )
            for s in steps
        ),
        days=tuple((n + 1, round(n * _DAY / line * 100, 3)) for n in range(0, days, every)),
    )
