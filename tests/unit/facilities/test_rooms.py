"""Which classes a room takes, what may not run together, and a project's states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hkbio_gmp.facilities.lifecycle import PROJECT, ProjectStatus
from hkbio_gmp.facilities.rules.facts import ProcessClassFacts, ResourceFacts
from hkbio_gmp.facilities.rules.fitness import fitting_classes, takes
from hkbio_gmp.facilities.rules.segregation import (
    SegregationRule,
    SegregationRules,
    classes_of,
    repeated,
)
from hkbio_gmp.kernel.errors import WrongState

ROOM = ResourceFacts(
    "LCT-CR1", "LCT", "room", "Room", "室", "B", None, None, 3, "LCT-Z1", None, (), True, True
)
CABINET = replace(
    ROOM, code="LCT-BSC-01", kind="equipment", equipment_kind="bsc", grade="A", room="LCT-CR1"
)
CELLS = ProcessClassFacts(
    "gene_modified_cell", "Cells", "細胞", "production", 360, 480, ("B",), ("C", "B"), True, False
)


def test_room_takes_open_steps_when_a_cabinet_gives_grade_a() -> None:
    assert takes(ROOM, CELLS, [CABINET], open_processing=True)


@pytest.mark.parametrize(
    "equipment",
    [
        [],
        [replace(CABINET, active=False)],
        [replace(CABINET, room="LCT-CR2")],
        [replace(CABINET, grade=None)],
    ],
)
def test_room_takes_closed_steps_alone_when_nothing_gives_grade_a(
    equipment: list[ResourceFacts],
) -> None:
    assert not takes(ROOM, CELLS, equipment, open_processing=True)
    assert takes(ROOM, CELLS, equipment, open_processing=False)


def test_room_takes_nothing_when_its_grade_is_too_low() -> None:
    low = replace(ROOM, grade="D")
    assert fitting_classes(low, [CELLS], [CABINET]) == []


def test_occupancy_parts_are_durations_when_minutes_are_given() -> None:
    assert CELLS.setup.total_seconds() == 360 * 60
    assert CELLS.turnaround.total_seconds() == 480 * 60
    assert CELLS.is_gmp


def test_segregation_is_found_in_either_order_when_two_classes_meet() -> None:
    warn = SegregationRule("zone", "a", "b", "warn", "s")
    rules = SegregationRules("LCT", 1, (warn, replace(warn, severity="block")))
    found = rules.find("zone", "b", "a")
    assert found is not None
    assert found.severity == "block"
    assert rules.find("room", "a", "b") is None
    assert rules.find("zone", "a", "c") is None


def test_repetition_is_found_when_two_rows_name_the_same_classes() -> None:
    row = SegregationRule("zone", "a", "b", "warn", "s")
    assert repeated([row, replace(row, class_a="b", class_b="a"), replace(row, scope="room")]) == [
        1
    ]
    assert classes_of([row]) == {"a", "b"}


ALLOWED = {
    (ProjectStatus.PROPOSED, "accept"): ProjectStatus.ACCEPTED,
    (ProjectStatus.PROPOSED, "close"): ProjectStatus.CLOSED,
    (ProjectStatus.ACCEPTED, "close"): ProjectStatus.CLOSED,
}


@pytest.mark.parametrize("state", list(ProjectStatus))
@pytest.mark.parametrize("verb", ["accept", "close"])
def test_transition_follows_the_table_when_a_project_is_decided(
    state: ProjectStatus, verb: str
) -> None:
    target = ALLOWED.get((state, verb))
    if target is None:
        with pytest.raises(WrongState):
            PROJECT.get(state, verb)
    else:
        assert PROJECT.get(state, verb).target is target
