"""Lists as plain values: the same bookings as the records, in few statements."""

from __future__ import annotations

import pytest
from flask import Flask

from hkbio_gmp.booking import queries, services
from hkbio_gmp.booking.queries import BookingFilter
from hkbio_gmp.booking.queries.lines import list_lines
from hkbio_gmp.extensions import db
from tests.integration.booking import world
from tests.integration.booking.test_reads import counted

MANAGER, OWN, OTHER = "manager@lct.example", "requester@a.example", "requester@b.example"


def make_four() -> None:
    """A request, an approved one with a move, a cancelled one, and a longer one's two rooms."""
    operators = ("operator@a.example",)
    world.ask(world.wish(14))
    world.approve(moved := world.ask(world.wish(16, operators=operators)))
    row = world.stored(moved)
    starts, ends = world.at(18), world.at(18, 17)
    wish = services.moved_wish(row, starts, ends)
    world.command(OWN, services.propose_move, moved, wish, reason="late")
    world.command(OWN, services.cancel_booking, world.ask(world.wish(21)), reason="ill")
    world.ask(world.wish(28, room="LCT-CR3"))


@pytest.mark.parametrize("email", [MANAGER, OWN, OTHER])
@pytest.mark.parametrize(
    "wanted",
    [
        BookingFilter(),
        BookingFilter(facility="LCT", starts=world.at(13), ends=world.at(20)),
        BookingFilter(starts=world.at(27)),
        BookingFilter(ends=world.at(15)),
        BookingFilter(resource="LCT-CR3"),
        BookingFilter(status="approved"),
        BookingFilter(status="completed"),
        BookingFilter(after=3, limit=1),
    ],
)
def test_lines_are_the_records_when_listed(lab: Flask, email: str, wanted: BookingFilter) -> None:
    make_four()
    person = world.who(email)
    rows = queries.list_bookings(db.session, person, wanted)
    lines = list_lines(db.session, person, wanted)
    assert [line.reference for line in lines] == [row.reference for row in rows]
    for line, row in zip(lines, rows, strict=True):
        assert line.status == queries.status_of(row)
        assert line.resources == queries.resources_of(row)
        assert line.operators == tuple(o.person.email for o in row.operators if o.active)
        assert [s.starts for s in line.sessions] == [s.starts for s in row.sessions]
        whole = queries.occupancy_of(row)
        assert line.sessions[0].occupied_from == whole.starts
        assert line.sessions[-1].occupied_until == whole.ends
        assert bool(line.move) == any(p.state == "open" for p in row.proposals)


def test_status_from_sessions_is_found_when_newer_bookings_lack_it(lab: Flask) -> None:
    first = world.ask(world.wish(7))
    for days in (14, 21, 28):
        world.approve(world.ask(world.wish(days)))
    person = world.who(MANAGER)
    found = list_lines(db.session, person, BookingFilter(status="requested", limit=1))
    assert [line.reference for line in found] == [first]
    assert list_lines(db.session, person, BookingFilter(status="no_show", limit=1)) == []


def test_list_takes_three_queries_when_bookings_grow(lab: Flask) -> None:
    person = world.who(MANAGER)
    for days in (14, 21, 28):
        world.ask(world.wish(days))
        db.session.rollback()
        with counted() as sent:
            list_lines(db.session, person, BookingFilter())
        assert len([said for said in sent if said.startswith("SELECT")]) == 3
