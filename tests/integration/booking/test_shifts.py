"""A booking moved as one piece, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from hkbio_gmp.booking import services
from hkbio_gmp.booking.services import SessionWish
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotValid, SlotTaken, WrongState
from tests.integration.booking import world
from tests.integration.booking.test_templates import QUIET, run

ASKER, MANAGER = "requester@a.example", "manager@lct.example"
DAY = timedelta(days=1)


def shift(reference: str, by: timedelta, email: str = ASKER) -> None:
    world.command(email, services.shift_booking, reference, by, reason="patient material is late")


def starts_of(reference: str) -> list[object]:
    return [s.starts for s in world.stored(reference).sessions]


def said(reference: str, by: timedelta) -> services.ShiftVerdict:
    row = world.stored(reference)
    return services.shift_verdict(db.session, world.who(ASKER), row, by, clock.now())


def two_days(first: float = 14) -> str:
    """An approved booking of two sessions on two days."""
    sessions = tuple(SessionWish(world.at(first + n), world.at(first + n, 17)) for n in range(2))
    reference = world.ask(replace(world.wish(first, **QUIET), sessions=sessions))
    world.approve(reference)
    return reference


def test_all_sessions_move_and_come_back_when_a_request_is_shifted(lab: Flask) -> None:
    reference = world.ask(run())
    before = starts_of(reference)
    shift(reference, DAY)
    assert starts_of(reference) == [at + DAY for at in before]  # type: ignore[operator]
    shift(reference, -DAY)
    assert starts_of(reference) == before


def test_both_runs_are_held_when_an_approved_booking_is_shifted(lab: Flask) -> None:
    reference = two_days()
    shift(reference, 3 * DAY)
    row = world.stored(reference)
    assert [s.starts for s in row.sessions] == [world.at(14), world.at(15)]
    assert row.proposals[-1].state == "open"
    world.command(MANAGER, services.decide_move, reference, "accept", reason="weighed")
    assert starts_of(reference) == [world.at(17), world.at(18)]


def test_only_what_is_to_come_moves_when_a_session_has_begun(lab: Flask) -> None:
    reference = two_days()
    with clock.frozen(world.at(14)):
        world.command("operator@a.example", services.run_session, reference, 1, "check_in")
        shift(reference, DAY)
        world.command(MANAGER, services.decide_move, reference, "accept", reason="weighed")
    row = world.stored(reference)
    assert [s.starts for s in row.sessions] == [world.at(14), world.at(16)]
    assert [s.state for s in row.sessions] == ["in_use", "planned"]
    assert row.sessions[0].allocations[0].occupied_until == world.at(15, 1)


def test_shift_is_refused_when_every_session_has_begun(lab: Flask) -> None:
    reference = world.ask(world.wish(**QUIET))
    world.approve(reference)
    with clock.frozen(world.at(14)):
        world.command("operator@a.example", services.run_session, reference, 1, "check_in")
        with pytest.raises(WrongState):
            shift(reference, DAY)


def test_begun_session_is_kept_when_a_move_would_change_it(lab: Flask) -> None:
    reference = two_days()
    with clock.frozen(world.at(14)):
        world.command("operator@a.example", services.run_session, reference, 1, "check_in")
        wish = services.moved_wish(world.stored(reference), world.at(16), world.at(17, 17))
        with pytest.raises(WrongState):
            world.command(ASKER, services.propose_move, reference, wish, reason="late")


@pytest.mark.parametrize("by", [timedelta(), timedelta(seconds=90), timedelta(days=93)])
def test_length_is_refused_when_it_is_no_shift(lab: Flask, by: timedelta) -> None:
    with pytest.raises(NotValid):
        shift(world.ask(world.wish()), by)


def test_clash_and_the_next_start_are_told_when_a_shift_does_not_fit(lab: Flask) -> None:
    reference = two_days()
    world.ask_b(world.wish(17, project="STARTUP-B-P2"))
    found = said(reference, 2 * DAY)
    blocked = [one for one in found.sessions if str(one.verdict) == "blocked"]
    assert [one.session.number for one in blocked] == [2]
    assert found.fits is not None and found.fits.soonest is not None
    by = 2 * DAY + found.fits.soonest
    with pytest.raises(SlotTaken):
        shift(reference, 2 * DAY)
    assert str(said(reference, by).verdict) != "blocked"
    shift(reference, by)
    assert world.stored(reference).proposals[-1].state == "open"


def test_weekdays_are_offered_when_a_shift_leaves_the_opening_hours(lab: Flask) -> None:
    found = said(two_days(17), DAY)
    assert {f.subject for one in found.sessions for f in one.findings} == {"2"}
    assert found.fits is not None and found.fits.whole_days == 3 * DAY
