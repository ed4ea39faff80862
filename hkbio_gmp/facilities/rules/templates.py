"""Process templates: what a run of a process class takes, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


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
        return max(step.offset + step.length for step in self.steps)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of equipment that a step needs, each once, in order."""
        return tuple(dict.fromkeys(kind for step in self.steps for kind in step.equipment))
