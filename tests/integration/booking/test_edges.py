"""The edges of time, of moves and of what the database itself refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from hkbio_gmp.booking import services
from hkbio_gmp.booking.services import SessionWish
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound, NotValid, SlotTaken, WrongState
from tests.integration.booking import world
from tests.integration.booking.test_guards import write

ASKER, MANAGER = "requester@a.example", "manager@lct.example"
QUIET: dict[str, Any] = {"operators": ("operator@a.example",)}


def approved(**changes: Any) -> str:
    reference = world.ask(world.wish(14, **{**QUIET, **changes}))
    world.approve(reference)
    return reference


def test_conflict_ends_at_the_earliest_start_when_ones_own_changeover_is_short(lab: Flask) -> None:
    world.ask(world.wish(14))
    with pytest.raises(SlotTaken) as refused:
        world.ask(world.wish(15, hour=8, process_class="autologous_cell"))
    assert refused.value.conflicts[0].ends == world.at(15, 17)


def test_change_is_refused_when_the_hold_has_run_out(lab: Flask) -> None:
    reference = world.ask(world.wish(14))
    with clock.frozen(world.at(4)), pytest.raises(WrongState):
        world.command(ASKER, services.change_request, reference, world.wish(20))


def test_move_is_proposed_when_only_its_turnaround_meets_the_neighbours_set_up(
    lab: Flask,
) -> None:
    reference = approved()
    world.ask_b(world.wish(15, hour=9, project="STARTUP-B-P2"))
    world.command(
        ASKER, services.propose_move, reference, world.wish(14, 10, **QUIET), reason="later"
    )
    assert world.stored(reference).status == "approved"


@pytest.mark.parametrize(
    "change",
    [
        {"project": "A\x00B"},
        {"batch": "A\x00B"},
        {"facility": "A\x00"},
        {"operators": ("a\x00@b.example",)},
        {"note": "a\x00b"},
        {"resources": ("A\x00",)},
        {"process_class": "a\x00"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_text_is_refused_in_words_when_it_holds_nul(lab: Flask, change: dict[str, Any]) -> None:
    with pytest.raises((NotValid, NotFound)):
        world.ask(replace(world.wish(), **change))


@pytest.mark.parametrize("year", [1, 9999])
def test_session_is_refused_in_words_when_its_year_is_far(lab: Flask, year: int) -> None:
    day = datetime(year, 12, 30, tzinfo=UTC) if year > 1 else datetime(1, 1, 1, tzinfo=UTC)
    one = SessionWish(day, day + timedelta(hours=23))
    with pytest.raises(NotValid):
        world.ask(replace(world.wish(), sessions=(one,)))


def test_database_refuses_when_a_slot_is_not_on_whole_minutes(lab: Flask) -> None:
    reference = world.ask(world.wish(14))
    with pytest.raises(DBAPIError):
        write(reference, world.at(40) + timedelta(seconds=30))


def test_database_keeps_the_longest_gap_when_a_pair_is_unknown(lab: Flask) -> None:
    world.ask(world.wish(14))
    reference = world.ask_b(world.wish(40, project="STARTUP-B-P2"))
    with pytest.raises(DBAPIError):
        write(reference, world.at(15, 7), process_class="retired_class")


def test_field_is_named_when_two_sessions_of_a_wish_overlap(lab: Flask) -> None:
    one = SessionWish(world.at(14), world.at(14, 13))
    other = SessionWish(world.at(14, 12), world.at(14, 15))
    with pytest.raises(NotValid) as refused:
        world.ask(replace(world.wish(), sessions=(one, other)))
    assert [error.field for error in refused.value.errors] == ["sessions"]


def test_reason_is_asked_when_a_move_is_accepted_with_warnings(lab: Flask) -> None:
    reference = approved()
    world.command(ASKER, services.propose_move, reference, world.wish(20), reason="late")
    with pytest.raises(NotValid):
        world.command(MANAGER, services.decide_move, reference, "accept")


@pytest.mark.parametrize(("day", "hour"), [(14, 4), (20, 9)])
def test_series_is_the_batchs_when_a_move_changed_the_batch(
    lab: Flask, day: int, hour: int
) -> None:
    reference = approved()
    other = replace(world.wish(day, hour, **QUIET), batch="STARTUP-A-P1-B2")
    world.command(ASKER, services.propose_move, reference, other, reason="donor")
    if world.stored(reference).batch.code != "STARTUP-A-P1-B2":
        world.command(MANAGER, services.decide_move, reference, "accept", reason="weighed")
    assert {row.series for row in world.holding()} == {world.stored(reference).batch.code}


def test_proposal_is_withdrawn_when_its_booking_is_cancelled(lab: Flask) -> None:
    reference = approved()
    world.command(ASKER, services.propose_move, reference, world.wish(20, **QUIET), reason="late")
    world.command(ASKER, services.cancel_booking, reference, reason="over")
    assert [p.state for p in world.stored(reference).proposals] == ["withdrawn"]
