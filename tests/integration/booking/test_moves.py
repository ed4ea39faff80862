"""Moving an approved booking, on both databases."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flask import Flask

from hkbio_gmp.booking import services
from hkbio_gmp.kernel.errors import NotAllowed, SlotTaken, WrongState
from tests.integration.booking import world

ASKER, MANAGER = "requester@a.example", "manager@lct.example"
QUIET = {"operators": ("operator@a.example",)}


def approved(days: float = 14) -> str:
    reference = world.ask(world.wish(days, **QUIET))
    world.approve(reference)
    return reference


def propose(reference: str, wanted: object, email: str = ASKER) -> None:
    world.command(email, services.propose_move, reference, wanted, reason="patient is late")


def decide(reference: str, verb: str, email: str = MANAGER) -> None:
    world.command(email, services.decide_move, reference, verb, reason="weighed")


def test_both_slots_are_held_when_a_move_is_proposed(lab: Flask) -> None:
    reference = approved()
    propose(reference, world.wish(20, **QUIET))
    assert {a.starts for a in world.holding()} == {world.at(14), world.at(20)}
    assert world.stored(reference).sessions[0].starts == world.at(14)


@pytest.mark.parametrize("days", [14, 20])
def test_others_are_refused_when_they_ask_for_either_slot(lab: Flask, days: int) -> None:
    propose(approved(), world.wish(20, **QUIET))
    with pytest.raises(SlotTaken):
        world.ask_b(world.wish(days, project="STARTUP-B-P2"))


def test_booking_has_only_the_new_slot_when_accepted(lab: Flask) -> None:
    reference = approved()
    propose(reference, world.wish(20, **QUIET))
    decide(reference, "accept")
    assert [a.starts for a in world.holding()] == [world.at(20)]
    assert world.stored(reference).status == "approved"
    world.ask_b(world.wish(14, project="STARTUP-B-P2"))


def test_booking_keeps_the_old_slot_when_declined(lab: Flask) -> None:
    reference = approved()
    propose(reference, world.wish(20, **QUIET))
    decide(reference, "decline")
    assert [a.starts for a in world.holding()] == [world.at(14)]
    world.ask_b(world.wish(20, project="STARTUP-B-P2"))


def test_nothing_overlaps_when_the_move_reaches_into_the_old_slot(lab: Flask) -> None:
    reference = approved()
    propose(reference, world.wish(14, hour=13, **QUIET))
    rows = sorted(world.holding(), key=lambda a: a.occupied_from)
    assert all(a.occupied_until <= b.occupied_from for a, b in pairwise(rows))
    decide(reference, "accept")
    assert [a.starts for a in world.holding()] == [world.at(14, 13)]


@pytest.mark.parametrize("email", [ASKER, "operator@a.example"])
def test_own_side_is_refused_when_deciding(lab: Flask, email: str) -> None:
    reference = approved()
    propose(reference, world.wish(20, **QUIET))
    with pytest.raises(NotAllowed):
        decide(reference, "accept", email)


def test_organisation_decides_when_the_manager_proposes(lab: Flask) -> None:
    reference = approved()
    propose(reference, world.wish(20, **QUIET), MANAGER)
    with pytest.raises(NotAllowed):
        decide(reference, "accept", "deputy@lct.example")
    decide(reference, "accept", ASKER)
    assert [a.starts for a in world.holding()] == [world.at(20)]


def test_shortening_takes_effect_when_nothing_more_is_taken(lab: Flask) -> None:
    reference = approved()
    propose(reference, world.wish(14, 4, **QUIET))
    assert [a.ends for a in world.holding()] == [world.at(14, 13)]
    assert world.stored(reference).status == "approved"


def test_lengthening_waits_when_it_is_material(lab: Flask) -> None:
    reference = approved()
    propose(reference, world.wish(14, 9, **QUIET))
    assert world.stored(reference).sessions[0].ends == world.at(14, 17)
    assert [p.state for p in world.stored(reference).proposals] == ["open"]


def test_second_move_is_refused_when_one_is_open(lab: Flask) -> None:
    reference = approved()
    propose(reference, world.wish(20, **QUIET))
    with pytest.raises(WrongState):
        propose(reference, world.wish(25, **QUIET))


def test_move_is_refused_when_nothing_is_open(lab: Flask) -> None:
    with pytest.raises(WrongState):
        decide(approved(), "accept")


def test_request_is_not_moved_when_it_is_not_approved(lab: Flask) -> None:
    with pytest.raises(WrongState):
        propose(world.ask(world.wish(**QUIET)), world.wish(20, **QUIET))


def test_move_is_refused_when_the_new_slot_is_taken(lab: Flask) -> None:
    world.ask_b(world.wish(20, project="STARTUP-B-P2"))
    with pytest.raises(SlotTaken):
        propose(approved(), world.wish(20, **QUIET))


def test_everything_is_free_when_cancelled_with_a_move_open(lab: Flask) -> None:
    reference = approved()
    propose(reference, world.wish(20, **QUIET))
    world.command(ASKER, services.cancel_booking, reference, reason="no patient")
    assert world.holding() == []


def test_stretch_keeps_its_length_when_shifted_as_one_piece(lab: Flask) -> None:
    row = world.stored(approved())
    moved = services.moved_wish(row, world.at(20), world.at(20, 17))
    assert [(s.starts, s.ends) for s in moved.sessions] == [(world.at(20), world.at(20, 17))]
