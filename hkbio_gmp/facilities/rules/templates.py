"""Process templates: what a run of a process class takes, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange

MOST_STEPS = 60
LONGEST_MINUTES = 92 * 24 * 60


@dataclass(frozen=True, slots=True)
class ProcessStep:
    """One stretch of a run, which becomes one session.

    ``offset`` counts from the start of the run. ``equipment`` names kinds (``cell_processor``) of
    which one item each is needed; without ``room`` the step takes its equipment alone.
    """

    number: int
    name: str
    name_zh: str
    offset: timedelta
    length: timedelta
    attended: bool
    room: bool = True
    equipment: tuple[str, ...] = ()

    @property
    def ends(self) -> timedelta:
        """When it is over, from the start of the run."""
        return self.offset + self.length

    def slot(self, starts: datetime) -> TimeRange:
        """When it is, of a run that begins at ``starts`` (UTC).

        Offsets and lengths are elapsed time: cells do not set their clocks forward. Where daylight
        saving begins or ends within a run, later steps are an hour off by the clock on the wall,
        and an attended one that thereby leaves the opening hours is warned about like any other.
        """
        return TimeRange(starts + self.offset, starts + self.ends)


@dataclass(frozen=True, slots=True)
class ProcessTemplate:
    """How a process class is run at a facility; its hours are the facility's own."""

    code: str
    facility: str
    process_class: str
    name: str
    name_zh: str
    source: str
    steps: tuple[ProcessStep, ...]

    @property
    def length(self) -> timedelta:
        """From the start of the first step to the end of the last."""
        return max(step.ends for step in self.steps)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of equipment that a step needs, each once, in order."""
        return tuple(dict.fromkeys(kind for step in self.steps for kind in step.equipment))

    @property
    def takes_room(self) -> bool:
        """Whether any step takes a room."""
        return any(step.room for step in self.steps)


@dataclass(frozen=True, slots=True)
class StepFault:
    """What is wrong with a step: its place from 0, the field, and how to mend it."""

    place: int
    field: str
    message: Message
    remedy: Message


def step_faults(steps: Sequence[ProcessStep]) -> list[StepFault]:
    """Everything wrong with the steps of a run: they follow each other from its start on."""
    found = [fault for place, step in enumerate(steps) for fault in _own_faults(place, step)]
    if steps and steps[0].offset:
        found.append(
            StepFault(
                0,
                "offset_minutes",
                Message("The first step does not begin with the run."),
                Message("Write offset 0 for the first step; the others count from it."),
            )
        )
    for place, (before, after) in enumerate(pairwise(steps), 1):
        if after.offset < before.ends:
            found.append(
                StepFault(
                    place,
                    "offset_minutes",
                    Message("Step {number} begins before the one above it ends.", number=place + 1),
                    Message("Write the steps in order of time, without overlap."),
                )
            )
    return found


def _own_faults(place: int, step: ProcessStep) -> list[StepFault]:
    found = []
    if not step.room and not step.equipment:
        found.append(
            StepFault(
                place,
                "equipment",
                Message("Step {number} takes neither a room nor equipment.", number=place + 1),
                Message("Leave it out: what happens elsewhere needs no booking."),
            )
        )
    if len(set(step.equipment)) != len(step.equipment):
        found.append(
            StepFault(
                place,
                "equipment",
                Message("Step {number} names a kind twice.", number=place + 1),
                Message("Name each kind of equipment once."),
            )
        )
    return found
