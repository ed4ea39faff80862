"""A new version of a facility's rules binds new decisions; older pairs are listed, not broken."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask

from hkbio_gmp.booking import jobs
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import services as facility_services
from hkbio_gmp.kernel.errors import SlotTaken
from hkbio_gmp.work import Work
from tests.integration.booking import world
from tests.integration.booking.test_pages import MANAGER, OTHER, REQUESTER, signed_in

PAIR = 'from = "gene_modified_cell"\nto = "gene_modified_cell"\nminutes = '
INCUBATOR = 'code = "LCT-INC-12"\n'
APART = """[[segregation]]
scope = "room"
classes = ["gene_modified_cell", "gene_modified_cell"]
severity = "block"
source = "a rule of the house"

"""


def changed(*pairs: tuple[str, str]) -> None:
    """Import the shipped file with some words changed."""
    text = facility_services.shipped_facility("LCT")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)

    def command(unit: Work, file: str = text) -> None:
        facility_services.import_facility(unit, file)

    world.act(world.CLI, partial(command), "the gap was too short")


def test_pair_is_listed_to_the_manager_alone_when_newer_rules_forbid_it(lab: Flask) -> None:
    first = world.ask(world.wish(14))
    second = world.ask(world.wish(15, project="STARTUP-A-P1", batch="STARTUP-A-P1-B2"))
    changed((PAIR + "480", PAIR + "4320"))
    db.session.rollback()
    assert jobs.check_laws() == []
    pages = {
        email: signed_in(lab, email).get("/facilities/LCT/rules").text
        for email in (MANAGER, REQUESTER, OTHER)
    }
    assert [first in pages[email] for email in pages] == [True, False, False]
    assert second in pages[MANAGER]
    with pytest.raises(SlotTaken):
        world.ask(world.wish(17))


def test_incubator_of_a_room_is_refused_when_the_room_s_rule_forbids_it(lab: Flask) -> None:
    changed(
        (INCUBATOR, INCUBATOR + 'room = "LCT-CR1"\n'),
        ("[[segregation]]\n", APART + "[[segregation]]\n"),
    )
    world.ask(world.wish(14))
    other = world.wish(14, room="LCT-INC-12", batch="STARTUP-A-P1-B2")
    with pytest.raises(SlotTaken) as refused:
        world.ask(other)
    assert {clash.reason for clash in refused.value.conflicts} == {"segregation"}
