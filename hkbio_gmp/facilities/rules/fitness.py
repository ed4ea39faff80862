"""Which process classes a room can take, open or closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hkbio_gmp.facilities.rules.facts import ProcessClassFacts, ResourceFacts


@dataclass(frozen=True, slots=True)
class Fitness:
    """A class and whether a room takes its open or its closed processing."""

    process_class: ProcessClassFacts
    open_processing: bool
    closed_processing: bool


def gives_grade_a(equipment: ResourceFacts) -> bool:
    """Whether the item is clean air equipment of grade A: a cabinet or an isolator."""
    return equipment.active and equipment.grade == "A"


def takes(
    room: ResourceFacts,
    process_class: ProcessClassFacts,
    resources: Iterable[ResourceFacts],
    *,
    open_processing: bool,
) -> bool:
    """Whether ``room`` has the grade, and grade A inside it where open steps need it.

    PE 009-17 Annex 2A 3.11: open steps in A with B around; 3.13: closed systems in C, or in D
    if their integrity is proven.
    """
    if room.grade not in process_class.grades(open_processing=open_processing):
        return False
    # Only open steps touch the air of the room: closed ones need its grade alone.
    if not (open_processing and process_class.needs_grade_a):
        return True
    return any(item.room == room.code and gives_grade_a(item) for item in resources)


def fitting_classes(
    room: ResourceFacts,
    classes: Iterable[ProcessClassFacts],
    resources: Iterable[ResourceFacts],
) -> list[Fitness]:
    """The classes that ``room`` takes in one way or another; none for what is not a room."""
    known = list(resources)
    found = (
        Fitness(
            item,
            takes(room, item, known, open_processing=True),
            takes(room, item, known, open_processing=False),
        )
        for item in classes
    )
    return [item for item in found if item.open_processing or item.closed_processing]
