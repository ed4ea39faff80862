"""Dashboards by role, utilisation, and the public view of capacity."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hkbio_gmp.kernel import clock
from tests.integration.booking import world
from tests.seeds import Build


@pytest.fixture
def seed() -> Build:
    return world.build


@pytest.fixture
def lab(app: Flask) -> Iterator[Flask]:
    with clock.frozen(world.NOW):
        yield app


def signed_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    client.post("/login", data={"email": email, "password": world.PASSWORD})
    return client


def test_sign_in_comes_first_when_nobody_is_signed_in(lab: Flask) -> None:
    answer = lab.test_client().get("/")
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("requester@a.example", "Your next step"),
        ("manager@lct.example", "Waiting for you"),
        ("operator@lct.example", "Today at LCT"),
    ],
)
def test_home_fits_the_role_when_somebody_signs_in(lab: Flask, email: str, said: str) -> None:
    page = signed_in(lab, email).get("/")
    assert page.status_code == 200
    assert said in page.text


def test_own_requests_alone_are_listed_when_a_startup_comes_home(lab: Flask) -> None:
    mine = world.ask(world.wish())
    theirs = world.ask_b(world.wish(days=20, project="STARTUP-B-P2"))
    page = signed_in(lab, "requester@a.example").get("/").text
    assert mine in page
    assert theirs not in page


def test_capacity_names_nobody_when_it_is_public(lab: Flask) -> None:
    reference = world.ask(world.wish())
    page = lab.test_client().get("/capacity")
    assert page.status_code == 200
    assert not any(word in page.text for word in (reference, "STARTUP", "LCT-CR"))


def test_rooms_are_those_of_the_own_facility_when_a_manager_reads_reports(lab: Flask) -> None:
    page = signed_in(lab, "manager@lct.example").get("/reports").text
    assert "LCT-CR1" in page
    assert "CUHK-R1" not in page


def test_reports_are_refused_when_a_startup_asks(lab: Flask) -> None:
    assert signed_in(lab, "requester@a.example").get("/reports").status_code == 403


@pytest.mark.parametrize("day", ["x", "9999-12-31", "0001-01-01", "\x00", "2027-01-01"])
def test_report_answers_clearly_when_a_day_is_bad(lab: Flask, day: str) -> None:
    client = signed_in(lab, "manager@lct.example")
    for field in ("since", "until"):
        assert client.get("/reports", query_string={field: day}).status_code < 500
