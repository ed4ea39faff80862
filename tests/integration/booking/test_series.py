"""Series of bookings: all or none, those that fit, and changing one, the following or all."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from hkbio_gmp.booking import queries, services
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.models_series import BookingSeries, SeriesOccurrence
from hkbio_gmp.booking.rules.recurrence import parsed
from hkbio_gmp.booking.services import Adjusted, SeriesChange, SeriesWish
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.errors import NotFound, NotValid, SlotTaken, Stale, WrongState
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.notifications.models import OutboxMessage
from tests.integration.booking import world

A, B, MANAGER = "requester@a.example", "requester@b.example", "manager@lct.example"
NAMED = {"operators": ("operator@a.example",)}


def series_wish(rule: str = "FREQ=WEEKLY;COUNT=4", days: float = 14, **more: Any) -> SeriesWish:
    own = {name: more.pop(name) for name in ("take", "leave_out", "adjusted") if name in more}
    return SeriesWish(world.wish(days, **{**NAMED, **more}), parsed(rule), **own)


def ask(wish: SeriesWish, email: str = A) -> str:
    person = world.who(email)
    return world.act(
        person.actor, lambda unit: services.request_series(unit, person, wish).reference
    )


def change(
    reference: str, wanted: SeriesChange, email: str = A, version: int | None = None
) -> None:
    person = world.who(email)
    world.act(
        person.actor,
        lambda unit: services.change_series(unit, person, reference, wanted, version).version,
        "late material",
    )


def stored(reference: str) -> BookingSeries:
    db.session.rollback()
    return queries.get_series(db.session, world.who(A), reference)


def bookings(reference: str) -> list[Booking]:
    return [o.booking for o in stored(reference).occurrences if o.booking is not None]


def counts() -> list[int]:
    db.session.rollback()
    return [db.session.query(t).count() for t in (Booking, BookingSeries, SeriesOccurrence)]


def test_each_is_an_ordinary_request_when_all_fit(lab: Flask) -> None:
    made = ask(series_wish())
    rows = bookings(made)
    assert [row.status for row in rows] == ["requested"] * 4
    gaps = [b.sessions[0].starts - a.sessions[0].starts for a, b in pairwise(rows)]
    assert gaps == [timedelta(days=7)] * 3
    places = queries.series_of(db.session, [row.id for row in rows])
    assert [places[row.id] for row in rows] == [(made, n, 4) for n in (1, 2, 3, 4)]


def test_one_notice_tells_of_all_when_a_series_is_asked(lab: Flask) -> None:
    made = ask(series_wish())
    told = [row for row in db.session.query(OutboxMessage) if row.person_code]
    assert len(told) == len({row.person_code for row in told}) > 0
    assert all(made in row.subject for row in told)


def test_nothing_is_left_when_all_are_wanted_and_one_is_taken(lab: Flask) -> None:
    world.ask_b(world.wish(21, project="STARTUP-B-P2"))
    before = counts()
    with pytest.raises(SlotTaken) as refused:
        ask(series_wish())
    assert "2" in refused.value.detail.english()
    assert counts() == before
    assert len(world.holding()) == 1


def test_only_the_taken_one_is_left_out_when_those_that_fit_are_wanted(lab: Flask) -> None:
    world.ask_b(world.wish(21, project="STARTUP-B-P2"))
    made = stored(ask(series_wish(take="fitting")))
    assert [o.booking is None for o in made.occurrences] == [False, True, False, False]
    assert [f["rule"] for f in made.occurrences[1].left_out or []] == ["occupied"]
    assert "STARTUP-B" not in str(made.occurrences[1].left_out)


def test_it_is_refused_when_none_fits(lab: Flask) -> None:
    world.ask_b(world.wish(14, project="STARTUP-B-P2"))
    with pytest.raises(SlotTaken):
        ask(series_wish("FREQ=WEEKLY;COUNT=1", take="fitting"))
    assert counts()[1:] == [0, 0]


def test_preview_says_what_asking_does_when_occurrences_stand_in_each_others_way(
    lab: Flask,
) -> None:
    # five days and nights each day: no two of them can follow each other
    wish = series_wish("FREQ=DAILY;COUNT=7", hours=24 * 2, take="fitting")
    said = services.preview_series(db.session, world.who(A), wish, world.NOW)
    fit = [one.occurrence.number for one in said if one.verdict is not Verdict.BLOCKED]
    made = stored(ask(wish))
    assert [o.number for o in made.occurrences if o.booking is not None] == fit
    assert 1 < len(fit) < 7


def test_a_way_that_passes_is_named_when_an_occurrence_is_blocked(lab: Flask) -> None:
    world.ask_b(world.wish(21, project="STARTUP-B-P2"))
    said = services.preview_series(db.session, world.who(A), series_wish(), world.NOW)
    way = said[1].way
    assert said[1].verdict is Verdict.BLOCKED and way is not None
    rooms = tuple(dict.fromkeys(use.resource for use in way.plan.uses))
    made = ask(series_wish(adjusted={2: Adjusted(way.starts, rooms)}))
    assert len(bookings(made)) == 4


def test_number_is_refused_by_its_field_when_it_is_none_of_the_series(lab: Flask) -> None:
    with pytest.raises(NotValid) as refused:
        ask(series_wish(leave_out=frozenset({9}), take="some"))
    assert {e.field for e in refused.value.errors} == {"leave_out", "take"}


def test_foreign_project_is_not_found_when_a_series_is_asked(lab: Flask) -> None:
    with pytest.raises(NotValid) as refused:
        ask(series_wish(project="STARTUP-B-P2"))
    assert [e.field for e in refused.value.errors] == ["project"]


def test_the_following_move_in_place_when_they_are_requests(lab: Flask) -> None:
    made = ask(series_wish("FREQ=DAILY;COUNT=3", hours=2))
    was = [row.sessions[0].starts for row in bookings(made)]
    change(made, SeriesChange("shift", "following", 2, days=1, minutes=30))
    now = [row.sessions[0].starts for row in bookings(made)]
    by = timedelta(days=1, minutes=30)
    assert now == [was[0], was[1] + by, was[2] + by]


def test_verdict_is_that_of_the_change_when_all_move_over_one_another(lab: Flask) -> None:
    made = ask(series_wish("FREQ=DAILY;COUNT=3", hours=2))
    wanted = SeriesChange("shift", "all", 1, days=1)
    said = services.series_change_verdict(db.session, world.who(A), stored(made), wanted, world.NOW)
    assert [one.number for one in said] == [1, 2, 3]
    assert all(one.verdict is not Verdict.BLOCKED for one in said)
    change(made, wanted)


def test_approved_one_gets_a_proposal_when_it_is_moved_with_the_rest(lab: Flask) -> None:
    made = ask(series_wish())
    first = bookings(made)[0].reference
    world.approve(first)
    change(made, SeriesChange("shift", "all", 1, minutes=60))
    rows = bookings(made)
    assert [len(row.proposals) for row in rows] == [1, 0, 0, 0]
    assert rows[0].sessions[0].starts == world.at(14, 9)
    assert rows[1].sessions[0].starts == world.at(21, 10)


def test_all_stay_when_one_of_them_cannot_move(lab: Flask) -> None:
    made = ask(series_wish(hours=4))
    world.ask_b(world.wish(29, project="STARTUP-B-P2"))
    was = [row.sessions[0].starts for row in bookings(made)]
    with pytest.raises((SlotTaken, NotValid)) as refused:
        change(made, SeriesChange("shift", "all", 1, days=1))
    assert bookings(made)[2].reference in refused.value.detail.english()
    assert [row.sessions[0].starts for row in bookings(made)] == was


def test_another_room_is_taken_when_resources_change(lab: Flask) -> None:
    made = ask(series_wish())
    wanted = SeriesChange("resources", "one", 3, source=world.ROOM, target="LCT-CR2")
    change(made, wanted)
    taken = [queries.resources_of(row) for row in bookings(made)]
    assert taken == [[world.ROOM], [world.ROOM], ["LCT-CR2"], [world.ROOM]]


def test_the_following_are_cancelled_with_one_notice_when_asked(lab: Flask) -> None:
    made = ask(series_wish())
    change(made, SeriesChange("cancel", "following", 3))
    assert [r.status for r in bookings(made)] == ["requested"] * 2 + ["cancelled"] * 2
    with pytest.raises(WrongState):
        change(made, SeriesChange("cancel", "following", 3))
    told = [row for row in db.session.query(OutboxMessage) if "cancelled" in row.subject]
    assert len(told) == len({row.person_code for row in told}) > 0


def test_change_is_refused_when_another_version_was_read(lab: Flask) -> None:
    made = ask(series_wish())
    change(made, SeriesChange("cancel", "one", 4), version=1)
    with pytest.raises(Stale):
        change(made, SeriesChange("cancel", "one", 3), version=1)


def test_series_is_not_found_when_another_organisation_asks(lab: Flask) -> None:
    made = ask(series_wish())
    with pytest.raises(NotFound):
        queries.get_series(db.session, world.who(B), made)
    with pytest.raises(NotFound):
        change(made, SeriesChange("cancel", "all", 1), email=B)
    assert queries.list_series(db.session, world.who(B), None, 50) == []
    assert queries.get_series(db.session, world.who(MANAGER), made).reference == made


def test_every_wrong_field_is_named_when_a_change_is_nonsense(lab: Flask) -> None:
    made = ask(series_wish())
    with pytest.raises(NotValid) as refused:
        change(made, SeriesChange("shift", "some", 99))
    assert {e.field for e in refused.value.errors} == {"scope", "number", "days"}
