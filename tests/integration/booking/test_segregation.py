"""What shares an incubator, a room or a person: kept apart by every path, from the stored rows."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from hkbio_gmp.booking import services
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import ProcessClass, Project
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotValid, SlotTaken
from hkbio_gmp.kernel.findings import Severity
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import Work
from tests.integration.booking import world
from tests.integration.booking.world import ask, ask_b, wish

OPERATOR = "operator@a.example"


def about(project: str, **facts: Any) -> None:
    """State facts of a project."""

    def change(unit: Work) -> None:
        row = unit.session.query(Project).filter_by(code=project).one()
        for name, value in facts.items():
            setattr(row, name, value)

    world.act(world.CLI, change)


def test_chamber_is_refused_when_infected_material_is_in_its_unit(lab: Flask) -> None:
    about("STARTUP-B-P2", infectious=True)
    ask(wish(room="LCT-INC-11"))
    theirs = {"project": "STARTUP-B-P2", "room": "LCT-INC-12"}
    with pytest.raises(SlotTaken) as refused:
        ask_b(wish(**theirs))
    assert [c.reason for c in refused.value.conflicts] == ["occupied"]
    assert "STARTUP-A" not in str(refused.value.findings)
    assert ask_b(wish(16, **theirs))
    with pytest.raises(SlotTaken):
        ask(wish(16, room="LCT-INC-13", batch="STARTUP-A-P1-B2"))


def test_chambers_are_shared_when_nothing_is_infected(lab: Flask) -> None:
    ask(wish(room="LCT-INC-11"))
    assert ask_b(wish(project="STARTUP-B-P2", room="LCT-INC-12"))


def test_finder_offers_no_chamber_beside_infected_material(lab: Flask) -> None:
    about("STARTUP-B-P2", infectious=True)
    ask_b(wish(project="STARTUP-B-P2", room="LCT-INC-12"))
    taken = TimeRange(world.at(14), world.at(14, 17))
    query = services.SlotQuery(
        process_class="gene_modified_cell",
        length=taken.length,
        window=TimeRange(world.at(14), world.at(17)),
        facilities=("LCT",),
        organisation="STARTUP-A",
        series="STARTUP-A-P1-B1",
        equipment=("LCT-INC-11",),
    )
    viewer = services.viewer_of(world.who("requester@a.example"))
    found = services.find_slots(db.session, viewer, query, clock.now())
    assert found.slots
    assert not any(slot.slot.overlaps(taken) for slot in found.slots)


def test_person_is_warned_of_when_named_in_a_live_organism_area_that_day(lab: Flask) -> None:
    about("STARTUP-A-P1", vector="LV-1")
    reference = ask(wish(operators=(OPERATOR,)))
    world.approve(reference)
    vector = wish(
        16, room="LCT-VR1", process_class="lentiviral_vector", batch=None, operators=(OPERATOR,)
    )
    assert flow(vector) == []
    ask(vector)
    assert flow(wish(16, room="LCT-CR1", hour=18, hours=2, operators=(OPERATOR,))) == [OPERATOR]
    assert flow(wish(17, room="LCT-CR1", operators=(OPERATOR,))) == []


def flow(wanted: services.BookingWish) -> list[str]:
    """Whom the preview of a wish warns of for going from one area to another."""
    person = world.who("requester@a.example")
    _plan, found = services.preview(db.session, person, wanted, clock.now())
    told = [f for f in found.findings if f.rule == "person_flow"]
    assert all(f.severity is Severity.WARN for f in told)
    return [f.subject for f in told]


def test_campaign_is_cut_when_its_class_has_a_longest_one(lab: Flask) -> None:
    def limit(unit: Work) -> None:
        home = facilities.get_facility(unit.session, "LCT")
        row = unit.session.query(ProcessClass).filter_by(facility=home, code="gene_modified_cell")
        row.one().campaign_days = 10
        home.version += 1

    world.act(world.CLI, limit)
    ask(wish(14, hours=6 * 24))
    with pytest.raises(NotValid) as refused:
        ask(wish(20, hours=6 * 24, hour=24))
    (block,) = [f for f in refused.value.findings if f.severity is Severity.BLOCK]
    assert (block.rule, block.subject) == ("campaign", "LCT-CR1")
    assert ask(wish(21, hours=6 * 24))
