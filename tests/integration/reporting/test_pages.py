"""Dashboards by role, utilisation, and the public view of capacity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hkbio_gmp.booking.models import Booking
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.identity.services import add_person
from hkbio_gmp.identity.services.accounts import give_role
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.reporting.queries import capacity
from hkbio_gmp.work import Work
from tests.integration.booking import world
from tests.seeds import Build

PROGRAMME = "programme@hkstp.example"


def build() -> None:
    """The world of booking, and the programme's person."""
    world.build()
    world.act(world.CLI, _programme)


@pytest.fixture
def seed() -> Build:
    return build


def _programme(unit: Work) -> None:
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(world.PASSWORD)
    give_role(unit, add_person(unit, PROGRAMME, "P", password_hash=hashed), "programme", "system")


def booked() -> str:
    """A request of STARTUP-A that is approved."""
    reference = world.ask(world.wish())
    world.approve(reference)
    return reference


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


def test_organisations_are_told_apart_when_a_manager_reads_reports(lab: Flask) -> None:
    booked()
    client = signed_in(lab, "manager@lct.example")
    page = client.get("/reports", query_string={"since": "2027-01-04", "until": "2027-02-28"}).text
    assert "STARTUP-A" in page
    assert "STARTUP-B" not in page


def test_nothing_of_anybody_is_told_when_the_programme_reads_reports(lab: Flask) -> None:
    booked()
    client = signed_in(lab, PROGRAMME)
    page = client.get("/reports", query_string={"since": "2027-01-04", "until": "2027-02-28"})
    assert page.status_code == 200
    assert "CUHK" in page.text and "LCT" in page.text
    assert not any(word in page.text for word in ("STARTUP", "LCT-CR", "Grade D"))


def test_hours_are_those_of_the_slot_when_it_is_approved(lab: Flask) -> None:
    reference = booked()
    with lab.app_context():
        row = db.session.scalars(select(Booking).where(Booking.reference == reference)).one()
        first, last = row.sessions[0].starts, row.sessions[-1].ends
        window = TimeRange(first - timedelta(days=2), last + timedelta(days=2))
        spent = capacity.together(capacity.room_times(db.session, "LCT", window))
    assert spent.used == last - first
    assert spent.changeover > timedelta()
    assert spent.calendar == window.length * len(
        [r for r in facilities.resource_facts(db.session, "LCT").values() if r.kind == "room"]
    )


def test_reports_are_refused_when_a_startup_asks(lab: Flask) -> None:
    assert signed_in(lab, "requester@a.example").get("/reports").status_code == 403


@pytest.mark.parametrize("day", ["x", "9999-12-31", "0001-01-01", "\x00", "2027-01-01"])
def test_report_answers_clearly_when_a_day_is_bad(lab: Flask, day: str) -> None:
    client = signed_in(lab, "manager@lct.example")
    for field in ("since", "until"):
        assert client.get("/reports", query_string={field: day}).status_code < 500
