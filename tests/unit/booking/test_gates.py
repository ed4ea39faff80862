"""Which certificates a plan relies on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hkbio_gmp.booking.rules.gates import Making, comes_with, needed, of_resource
from hkbio_gmp.facilities.rules.facts import ProcessClassFacts, ResourceFacts
from tests.unit.booking.test_shifting import NEEDS, ROOM

BATCH = replace(NEEDS, purpose="production", needs_grade_a=True, live_organism=False)
WHO = "person@a.example"


def item(code: str, kind: str, **more: object) -> ResourceFacts:
    given = {"code": code, "kind": "equipment", "equipment_kind": kind, "grade": None}
    return replace(ROOM, **{**given, "room": "R", "bookable": False, **more})  # type: ignore[arg-type]


CABINET = item("B", "bsc", grade="A")


def kinds(needs: ProcessClassFacts, *, open_processing: bool = True) -> dict[str, set[str]]:
    """Subject type → the kinds that are asked for."""
    found: dict[str, set[str]] = {}
    making = Making(needs, open_processing)
    for subject_type, _code, kind in needed("F", [ROOM], "O", [WHO], making):
        found.setdefault(subject_type, set()).add(kind)
    return found


def test_everything_is_asked_for_when_a_batch_is_made_in_the_open() -> None:
    assert kinds(BATCH) == {
        "facility": {"manufacturer_licence", "gmp_certificate", "process_aps"},
        "resource": {"room_qualification_ab"},
        "organisation": {"technical_agreement", "insurance"},
        "person": {"gowning_qualification", "gmp_training", "operator_aps"},
    }


@pytest.mark.parametrize(
    ("needs", "open_processing", "people"),
    [
        (BATCH, False, {"gowning_qualification", "gmp_training"}),
        (replace(BATCH, live_organism=True), False, {"biosafety_training"}),
        (replace(BATCH, purpose="simulation"), True, {"gowning_qualification", "gmp_training"}),
        (replace(BATCH, purpose="training"), True, {"gowning_qualification"}),
    ],
)
def test_people_need_what_the_work_asks_of_them(
    needs: ProcessClassFacts, open_processing: bool, people: set[str]
) -> None:
    found = kinds(needs, open_processing=open_processing)["person"]
    assert people <= found
    assert ("operator_aps" in found) == (needs.is_gmp and open_processing)
    assert ("biosafety_training" in found) == needs.live_organism


def test_licence_alone_is_asked_of_the_facility_when_no_batch_is_made() -> None:
    assert kinds(replace(BATCH, purpose="training"))["facility"] == {"manufacturer_licence"}


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        (CABINET, {"bsc_certification", "grade_a_device_qualification"}),
        (replace(CABINET, grade=None), {"bsc_certification"}),
        (item("I", "isolator", grade="A"), {"isolator_leak_test", "grade_a_device_qualification"}),
        (item("I", "incubator"), {"incubator_mapping"}),
        (item("P", "particle_counter"), {"particle_counter_calibration"}),
        (item("C", "centrifuge"), set()),
        (replace(ROOM, grade="C"), {"room_qualification_cd"}),
        (replace(ROOM, grade="CNC"), set()),
    ],
)
def test_equipment_and_rooms_have_their_own_kinds(made: ResourceFacts, asked: set[str]) -> None:
    assert {kind for _type, _code, kind in of_resource(made)} == asked


def codes(*known: ResourceFacts, making: Making | None = None) -> list[list[str]]:
    """The groups of what comes with the room."""
    groups = comes_with(["R"], known, making or Making(BATCH))
    return [[one.code for one in group] for group in groups]


def test_groups_are_told_by_what_each_serves_for() -> None:
    isolator = item("I", "isolator", grade="A")
    first, second = item("N1", "incubator"), item("N2", "incubator")
    known = (CABINET, isolator, first, second, item("P", "particle_counter"), item("C", "freezer"))
    assert codes(*known) == [["B", "I"], ["N1", "N2"], ["P"]]


def test_nothing_comes_along_when_it_is_elsewhere_retired_or_booked_apart() -> None:
    elsewhere = replace(CABINET, room="R2")
    assert codes(elsewhere, replace(CABINET, active=False), replace(CABINET, bookable=True)) == []


def test_cabinet_is_not_weighed_when_nothing_open_is_done() -> None:
    assert codes(CABINET, making=Making(BATCH, open_processing=False)) == []
    assert codes(CABINET, making=Making(replace(BATCH, purpose="training"))) == []
