"""What people see: the calendar, the lists, the finder; nothing of another tenant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from hkbio_gmp.booking import queries, services
from hkbio_gmp.booking.queries import BookingFilter, TimelineEntry
from hkbio_gmp.booking.services import BookingWish, SessionWish, SlotQuery, viewer_of
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.timerange import TimeRange
from tests.integration.booking import world

OWN, OTHER, MANAGER = "requester@a.example", "requester@b.example", "manager@lct.example"
WEEKS = TimeRange(world.at(0, 0), world.at(60, 0))


def timeline(email: str) -> list[TimelineEntry]:
    return queries.list_timeline(db.session, world.who(email), "LCT", WEEKS, world.NOW)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement sent while it lasts."""
    sent: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def test_foreign_use_is_only_occupied_when_seen_on_the_calendar(lab: Flask) -> None:
    world.ask(world.wish())
    (seen,) = timeline(OTHER)
    (row,) = world.holding()
    assert seen == TimelineEntry(world.ROOM, "occupied", row.occupied_from, row.occupied_until)


@pytest.mark.parametrize("email", [OWN, MANAGER])
def test_use_is_shown_when_it_is_within_reach(lab: Flask, email: str) -> None:
    reference = world.ask(world.wish())
    (seen,) = timeline(email)
    assert (seen.reference, seen.organisation, seen.status) == (reference, "STARTUP-A", "requested")


def test_other_sites_manager_sees_only_occupied_when_looking(lab: Flask) -> None:
    world.ask(world.wish())
    assert [seen.status for seen in timeline("manager@cuhk.example")] == ["occupied"]


def test_calendar_takes_one_query_when_bookings_grow(lab: Flask) -> None:
    person = world.who(MANAGER)
    for days in (14, 21, 28, 35):
        world.ask(world.wish(days))
        db.session.rollback()
        with counted() as sent:
            queries.list_timeline(db.session, person, "LCT", WEEKS, world.NOW)
        assert len([said for said in sent if said.startswith("SELECT")]) == 1


@pytest.mark.parametrize(
    ("email", "count"), [(OWN, 1), (MANAGER, 1), (OTHER, 0), ("manager@cuhk.example", 0)]
)
def test_list_holds_what_is_within_reach_when_asked(lab: Flask, email: str, count: int) -> None:
    world.ask(world.wish())
    found = queries.list_bookings(db.session, world.who(email), BookingFilter())
    assert len(found) == count


def test_foreign_booking_is_not_found_when_read(lab: Flask) -> None:
    reference = world.ask(world.wish())
    for named in (reference, "LCT-2027-999999"):
        with pytest.raises(NotFound):
            queries.get_booking(db.session, world.who(OTHER), named)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (BookingFilter(facility="LCT"), 3),
        (BookingFilter(facility="CUHK"), 0),
        (BookingFilter(status="requested"), 3),
        (BookingFilter(status="in_use"), 0),
        (BookingFilter(resource="LCT-CR2"), 0),
        (BookingFilter(starts=world.at(20), ends=world.at(22)), 1),
        (BookingFilter(limit=1), 2),
        (BookingFilter(after=3), 2),
    ],
)
def test_list_narrows_when_filtered(lab: Flask, wanted: BookingFilter, count: int) -> None:
    for days in (14, 21, 28):
        world.ask(world.wish(days))
    assert len(queries.list_bookings(db.session, world.who(MANAGER), wanted)) == count


def test_neighbours_are_told_with_their_gaps_when_approving(lab: Flask) -> None:
    world.ask(world.wish(14))
    middle = world.ask(world.wish(16))
    world.ask(world.wish(18))
    found = queries.neighbours(db.session, world.stored(middle))
    assert [(n.side, n.gap_minutes) for n in found] == [("before", 40 * 60), ("after", 40 * 60)]


def search(hours: int, **more: object) -> services.SlotAnswer:
    query = SlotQuery(
        process_class="gene_modified_cell",
        length=timedelta(hours=hours),
        window=TimeRange(world.at(14, 0), world.at(24, 0)),
        facilities=("LCT",),
        organisation="STARTUP-A",
        series="STARTUP-A-P1-B1",
        **{"limit": 50, **more},
    )
    db.session.rollback()
    return services.find_slots(db.session, viewer_of(world.who(OWN)), query, world.NOW)


@pytest.mark.parametrize("hours", [4, 30, 96])
def test_offered_slot_is_accepted_when_asked_for(lab: Flask, hours: int) -> None:
    world.ask(world.wish(15))
    world.ask_b(world.wish(17, 20, room="LCT-CR2", project="STARTUP-B-P2"))
    offered = search(hours).slots
    assert offered
    for slot in offered:
        one = SessionWish(slot.slot.starts, slot.slot.ends)
        batch = "STARTUP-A-P1-B1"
        wanted = BookingWish("LCT", "STARTUP-A-P1", slot.resources, (one,), batch)
        reference = world.ask(wanted)
        world.command(OWN, services.cancel_booking, reference, reason="only a trial")


def test_slots_are_earliest_first_when_found(lab: Flask) -> None:
    starts = [slot.slot.starts for slot in search(8).slots]
    assert starts == sorted(starts) and starts[0] == world.at(14)


def test_refusal_names_no_tenant_when_room_is_taken(lab: Flask) -> None:
    reference = world.ask_b(world.wish(14, 220, project="STARTUP-B-P2"))
    refused = [r for r in search(8).refusals if r.resource == world.ROOM]
    assert refused and refused[0].reasons
    assert reference not in str(refused) and "STARTUP-B" not in str(refused)


def test_alternatives_are_free_when_the_wish_is_taken(lab: Flask) -> None:
    world.ask_b(world.wish(project="STARTUP-B-P2"))
    person = world.who(OWN)
    found = services.alternatives(db.session, person, world.wish(), world.NOW)
    assert found and all(slot.verdict != "blocked" for slot in found)
