"""Outages with moves for what they fall on, all or nothing; on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from hkbio_gmp.booking import jobs, services
from hkbio_gmp.booking.models import BookingFlag, Outage
from hkbio_gmp.booking.services import Displaced, MoveWish, OutageWish
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import SlotTaken, Stale
from hkbio_gmp.kernel.timerange import TimeRange
from tests.integration.booking import world

MANAGER = "manager@lct.example"
QUIET: dict[str, Any] = {"operators": ("operator@a.example",)}
ROOMS = ("LCT-CR1", "LCT-CR2")


def outage(days: float = 14, length: float = 1, **more: Any) -> OutageWish:
    when = TimeRange(world.at(days, 0), world.at(days + length, 0))
    return OutageWish(**{"resources": (world.ROOM,), "windows": (when,), "kind": "planned", **more})


def found(wish: OutageWish) -> list[Displaced]:
    db.session.rollback()
    return services.displaced(db.session, world.who(MANAGER), wish, "LCT", clock.now())


def plan(wish: OutageWish, moves: tuple[MoveWish, ...] = ()) -> str:
    person = world.who(MANAGER)
    return world.act(
        person.actor,
        lambda unit: services.plan_outages(unit, person, wish, moves).outage.reference,
        "filter",
    )


def moves_of(rows: list[Displaced]) -> tuple[MoveWish, ...]:
    return tuple(
        MoveWish(one.booking.reference, one.wish, one.booking.version) for one in rows if one.wish
    )


def test_moves_are_sent_with_the_outage_when_both_fit_together(lab: Flask) -> None:
    one = world.ask(world.wish(14, **QUIET))
    other = world.ask_b(world.wish(14, room="LCT-CR2", project="STARTUP-B-P2"))
    world.approve(one)
    wish = outage(resources=ROOMS)
    rows = found(wish)
    assert [row.booking.reference for row in rows] == [one, other]
    plan(wish, moves_of(rows))
    assert [p.state for p in world.stored(one).proposals] == ["open"]
    assert [p.state for p in world.stored(other).proposals] == ["open"]
    assert world.stored(other).status == "requested"


def test_nothing_is_saved_when_one_move_is_stale(lab: Flask) -> None:
    world.approve(world.ask(world.wish(14, **QUIET)))
    (row,) = found(outage())
    assert row.wish is not None
    with pytest.raises(Stale):
        plan(outage(), (MoveWish(row.booking.reference, row.wish, 99),))
    assert db.session.query(Outage).count() == 0


def test_other_bookings_wait_when_the_move_has_taken_the_place(lab: Flask) -> None:
    world.approve(world.ask(world.wish(14, **QUIET)))
    rows = found(outage())
    plan(outage(), moves_of(rows))
    assert rows[0].slot is not None
    taken = rows[0].slot
    days = (taken.slot.starts - world.at(0, 0)).days
    with pytest.raises(SlotTaken):
        world.ask_b(world.wish(days, room=taken.resources[0], project="STARTUP-B-P2"))


def test_bookings_turn_when_an_air_handler_stops(lab: Flask) -> None:
    later = world.ask(world.wish(20, **QUIET))
    plan(outage(10, event="hvac"))
    row = db.session.query(Certificate).filter_by(subject_code=world.ROOM).one()
    assert row.ended_on == date(2027, 1, 14)
    jobs.reexamine()
    flags = db.session.query(BookingFlag).filter_by(cleared_at=None).all()
    assert {flag.booking.reference for flag in flags} == {later}
    assert {flag.rule for flag in flags} == {"certificate:room_qualification_ab"}


def test_qualification_speaks_on_when_the_outage_is_withdrawn_before_it_began(lab: Flask) -> None:
    later = world.ask(world.wish(20, **QUIET))
    reference = plan(outage(10, event="filter_change"))
    jobs.reexamine()
    person = world.who(MANAGER)
    world.act(person.actor, lambda u: services.withdraw_outage(u, person, reference).id, "later")
    jobs.reexamine()
    db.session.rollback()
    row = world.stored(later)
    assert db.session.query(BookingFlag).filter_by(booking_id=row.id, cleared_at=None).all() == []


def test_flag_goes_when_the_outage_is_shortened(lab: Flask) -> None:
    world.ask(world.wish(15, **QUIET))
    reference = plan(outage(14, 2))
    jobs.reexamine()
    assert db.session.query(BookingFlag).filter_by(cleared_at=None).count() == 1
    person = world.who(MANAGER)
    shorter = TimeRange(world.at(14, 0), world.at(14, 12))
    world.act(
        person.actor,
        lambda u: services.change_outage(u, person, reference, shorter, 1).id,
        "done early",
    )
    jobs.reexamine()
    db.session.rollback()
    assert db.session.query(BookingFlag).filter_by(cleared_at=None).count() == 0
