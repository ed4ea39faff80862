"""Bars dragged on the calendar: the server's verdict, and the deed."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from hkbio_gmp.booking.services import BookingWish, Drag, SessionWish
from hkbio_gmp.booking.services.dragging import dragged_wish
from hkbio_gmp.extensions import db
from tests.integration.booking import world
from tests.integration.booking.test_pages import ELSEWHERE, MANAGER, OTHER, REQUESTER, signed_in

HOUR = timedelta(hours=1)


def stamp(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M")


def dropped(client: FlaskClient, reference: str, **given: object) -> tuple[int, str]:
    answer = client.post(f"/calendar/drops/{reference}", data={"version": "1", **given})
    return answer.status_code, answer.text


def run_of_two(room: str = world.ROOM) -> str:
    days = (world.at(14), world.at(18))
    sessions = tuple(SessionWish(start, start + 8 * HOUR) for start in days)
    wish = world.wish(room=room)
    return world.ask(type(wish)("LCT", wish.project, (room,), sessions, batch=wish.batch))


def test_every_session_moves_when_one_bar_of_a_run_is_dragged(lab: Flask) -> None:
    reference = run_of_two()
    status, _page = dropped(signed_in(lab, REQUESTER), reference, shift=1440)
    assert status == 204
    found = [s.starts for s in world.stored(reference).sessions]
    assert found == [world.at(15), world.at(19)]


def test_other_room_is_taken_when_a_bar_is_dropped_on_its_row(lab: Flask) -> None:
    reference = world.ask(world.wish())
    given = {"shift": 0, "source": "LCT-CR1", "target": "LCT-CR2"}
    assert dropped(signed_in(lab, REQUESTER), reference, **given)[0] == 204
    assert world.stored(reference).sessions[0].allocations[0].resource == "LCT-CR2"


def test_verdict_names_the_clash_and_a_way_out_when_dropped_on_another(lab: Flask) -> None:
    world.ask(world.wish(days=16))
    reference = world.ask(world.wish(days=14))
    page = signed_in(lab, REQUESTER).get(f"/calendar/drops/{reference}?version=1&shift=2880")
    assert page.status_code == 200
    assert 'data-verdict="blocked"' in page.text
    assert "data-try" in page.text
    assert world.stored(reference).sessions[0].starts == world.at(14)


def test_foreign_neighbour_is_never_named_when_a_bar_is_dropped_on_it(lab: Flask) -> None:
    world.ask_b(world.wish(days=16, project="STARTUP-B-P2"))
    reference = world.ask(world.wish(days=14))
    page = signed_in(lab, REQUESTER).get(f"/calendar/drops/{reference}?shift=2880").text
    assert 'data-verdict="blocked"' in page
    assert "STARTUP-B" not in page


def test_approved_booking_becomes_a_proposal_when_dragged_with_a_reason(lab: Flask) -> None:
    reference = world.ask(world.wish())
    world.approve(reference)
    client, version = signed_in(lab, MANAGER), world.stored(reference).version
    assert dropped(client, reference, shift=1440, version=version)[0] == 422
    given = {"shift": 1440, "version": version, "reason": "filter change"}
    assert dropped(client, reference, **given)[0] == 204
    row = world.stored(reference)
    assert [p.state for p in row.proposals] == ["open"]
    assert row.sessions[0].starts == world.at(14)


def test_shortening_takes_effect_at_once_when_the_end_is_dragged_back(lab: Flask) -> None:
    reference = world.ask(world.wish())
    world.approve(reference)
    client, version = signed_in(lab, REQUESTER), world.stored(reference).version
    edge = {"edge": "end", "was": stamp(world.at(14, 17)), "to": stamp(world.at(14, 15))}
    assert "Shorten" in client.get(f"/calendar/drops/{reference}", query_string=edge).text
    status, _page = dropped(client, reference, version=version, reason="less", **edge)
    assert status == 204
    row = world.stored(reference)
    assert (row.sessions[0].ends, row.proposals) == (world.at(14, 15), [])


def test_nothing_is_lost_when_the_version_is_stale(lab: Flask) -> None:
    reference = world.ask(world.wish())
    client = signed_in(lab, REQUESTER)
    assert dropped(client, reference, shift=60)[0] == 204
    status, page = dropped(client, reference, shift=120)
    assert status == 412
    assert "It has changed since you loaded the calendar." in page
    assert world.stored(reference).sessions[0].starts == world.at(14) + HOUR


def test_foreign_answers_as_absent_when_a_drop_is_tried(lab: Flask) -> None:
    reference = world.ask(world.wish())
    for email in (OTHER, ELSEWHERE):
        client = signed_in(lab, email)
        for path in (reference, "LCT-2027-999999"):
            assert client.get(f"/calendar/drops/{path}?shift=60").status_code == 404
            assert client.post(f"/calendar/drops/{path}", data={"shift": "60"}).status_code == 404


def test_bad_values_are_told_when_an_address_is_made_up(lab: Flask) -> None:
    client, reference = signed_in(lab, REQUESTER), world.ask(world.wish())
    for query in (
        "shift=x",
        "shift=99999999999",
        "edge=middle",
        "edge=end&was=never&to=now",
        "edge=end&was=2027-01-01T00:00&to=2027-01-02T00:00",
        "source=LCT-CR1&target=LCT-BSC-99",
        "source=LCT-CR1&target=%00",
        "shift=9&version=-3",
    ):
        answer = client.get(f"/calendar/drops/{reference}?{query}")
        assert answer.status_code in {200, 422}, query
        assert "dialog-head" in answer.text


def test_sessions_beyond_the_new_end_fall_away_when_a_run_is_cut(lab: Flask) -> None:
    start = world.at(14)
    sessions = (
        SessionWish(start, start + 4 * HOUR),
        SessionWish(start + 4 * HOUR, start + 30 * HOUR, attended=False),
        SessionWish(start + 30 * HOUR, start + 34 * HOUR),
    )
    wish = world.wish()
    reference = world.ask(type(wish)("LCT", wish.project, (world.ROOM,), sessions))
    drag = Drag(edge="end", was=start + 34 * HOUR, to=start + 20 * HOUR)
    found = dragged_wish(db.session, world.stored(reference), drag).sessions
    assert [one.ends - start for one in found] == [4 * HOUR, 20 * HOUR]
    later = Drag(edge="start", was=start, to=start + 6 * HOUR)
    kept = dragged_wish(db.session, world.stored(reference), later).sessions
    assert [one.starts - start for one in kept] == [6 * HOUR, 30 * HOUR]


def test_only_ours_can_be_taken_when_a_startup_reads_the_calendar(lab: Flask) -> None:
    own = world.ask(world.wish(days=2))
    world.ask_b(world.wish(days=4, project="STARTUP-B-P2"))
    page = signed_in(lab, REQUESTER).get("/calendar?facility=LCT").text
    assert page.count("data-ref=") == 1
    assert f'data-ref="{own}"' in page


def test_gap_of_a_pair_is_drawn_when_both_can_be_read(lab: Flask) -> None:
    world.ask(world.wish(days=2))
    world.ask_b(world.wish(days=5, project="STARTUP-B-P2", process_class="autologous_cell"))
    address = "/calendar?facility=LCT&from=2027-01-04"
    assert "bar-gap" in signed_in(lab, MANAGER).get(address).text
    assert "bar-gap" not in signed_in(lab, REQUESTER).get(address).text


def test_rows_are_left_out_when_filters_say_so(lab: Flask) -> None:
    own = world.ask(world.wish(days=2))
    client = signed_in(lab, OTHER)
    page = client.get("/calendar?facility=LCT&kind=room&grade=C").text
    assert 'data-resource="LCT-CR4"' in page
    assert 'data-resource="LCT-CR1"' not in page
    assert "bar-occupied" not in client.get("/calendar?facility=LCT&own=y").text.split("legend")[0]
    shown = signed_in(lab, REQUESTER).get("/calendar?facility=LCT&own=y&resource=LCT-CR1").text
    assert f'data-ref="{own}"' in shown


def test_table_does_not_count_foreign_sessions_when_they_touch(lab: Flask) -> None:
    start = world.at(2)
    parts = (SessionWish(start, start + HOUR), SessionWish(start + HOUR, start + 3 * HOUR))
    world.ask(BookingWish("LCT", "STARTUP-A-P1", (world.ROOM,), parts))
    path = "/calendar?facility=LCT&show=table&lang=en"
    assert "2 sessions" in signed_in(lab, REQUESTER).get(path).text
    assert "2 sessions" not in signed_in(lab, OTHER).get(path).text
