"""Booking's pages: what each role is shown, and that bad input never breaks them."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.integration.booking import world

REQUESTER, OTHER = "requester@a.example", "requester@b.example"
MANAGER, ELSEWHERE = "manager@lct.example", "manager@cuhk.example"
FORM = {
    "project": "STARTUP-A-P1",
    "batch": "STARTUP-A-P1-B1",
    "process_class": "gene_modified_cell",
    "resources": "LCT-CR1",
    "starts_at": "2027-02-01T09:00",
    "ends_at": "2027-02-03T17:00",
    "attendance": "steps",
    "operators": "operator@a.example",
    "note": "",
}


def signed_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/login", data={"email": email, "password": world.PASSWORD})
    assert answer.status_code == 302
    return client


def test_booking_is_found_by_its_people_alone_when_its_page_is_asked_for(lab: Flask) -> None:
    reference = world.ask(world.wish())
    found = {
        email: signed_in(lab, email).get(f"/bookings/{reference}").status_code
        for email in (REQUESTER, MANAGER, OTHER, ELSEWHERE)
    }
    assert found == {REQUESTER: 200, MANAGER: 200, OTHER: 404, ELSEWHERE: 404}


def test_foreign_booking_answers_as_an_absent_one_when_it_is_acted_on(lab: Flask) -> None:
    reference = world.ask(world.wish())
    client = signed_in(lab, OTHER)
    for verb in ("move", "cancel", "submit", "accept"):
        foreign = client.get(f"/bookings/{reference}/{verb}")
        absent = client.get(f"/bookings/LCT-2027-999999/{verb}")
        assert (foreign.status_code, absent.status_code) == (404, 404)


def test_neighbour_is_only_occupied_when_another_startup_reads_the_calendar(lab: Flask) -> None:
    reference = world.ask(world.wish(days=2))
    page = signed_in(lab, OTHER).get("/calendar?facility=LCT").text
    assert "Occupied" in page
    assert reference not in page
    assert "STARTUP-A" not in page


def test_booking_elsewhere_is_not_found_when_the_calendar_selects_it(lab: Flask) -> None:
    reference = world.ask(world.wish())
    assert signed_in(lab, OTHER).get(f"/calendar?booking={reference}").status_code == 404


def test_nothing_is_written_when_readiness_is_only_checked(lab: Flask) -> None:
    client = signed_in(lab, REQUESTER)
    answer = client.post("/bookings/check", data=FORM)
    assert answer.status_code == 200
    assert "No booking matches" in client.get("/bookings").text


def test_stale_version_is_refused_when_a_request_changed_since_it_was_read(lab: Flask) -> None:
    reference = world.ask(world.wish())
    form = {"password": world.PASSWORD, "reason": "fine", "version": "7"}
    answer = signed_in(lab, MANAGER).post(f"/bookings/{reference}/approve", data=form)
    assert answer.status_code == 412
    assert "Read it again" in answer.text
