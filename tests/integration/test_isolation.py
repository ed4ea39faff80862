"""The isolation matrix: every route × role × own, foreign and absent object, page and API.

Made from the route table: a new route fails until it is classified here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hkbio_gmp.booking import services
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import services as identity
from hkbio_gmp.identity.queries import find_scopes, get_person
from hkbio_gmp.identity.rules.permissions import ROLES, permits
from hkbio_gmp.identity.services.accounts import confirmed_grant
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.web.guards import PUBLIC, SIGNED_IN, declared_permission
from hkbio_gmp.work import Work
from tests.integration.booking import world
from tests.seeds import Build

OBJECTS = {
    "reference": ("own-booking", "foreign-booking", "LCT-2027-999999"),
    "log": ("LCT", "CUHK", "NOWHERE"),
}
CATALOGUE = {
    "template",
    "closure",
    "code",
    "filename",
    "day",
    "key",
    "verb",
    "status",
    "number",
    "secret",
    "token",
    "name",
}
SAFE = {"GET", "HEAD", "OPTIONS"}
PASSWORD = world.PASSWORD


@pytest.fixture
def seed() -> Build:
    return _build


@pytest.fixture
def lab(app: Flask) -> Iterator[Flask]:
    with clock.frozen(world.NOW):
        yield app


def _build() -> None:
    world.build()
    with clock.frozen(world.NOW):
        world.act(world.CLI, _people)


def _people(unit: Work) -> None:
    unit.session.flush()
    kinds = {"organisation": "STARTUP-A", "facility": "LCT", "system": "SYSTEM"}
    for role in ROLES.values():
        kind = next(k for k in kinds if k in {str(s) for s in role.scopes})
        person = identity.add_person(unit, f"{role.code}@m.example", role.code)
        found = find_scopes(unit.session, kinds[kind])
        scope = (
            found[0] if found else identity.ensure_scope(unit, next(iter(role.scopes)), kinds[kind])
        )
        confirmed_grant(unit, person, role.code, scope)


def token(role: str) -> dict[str, str]:
    secret = world.act(
        world.CLI,
        partial(
            identity.create_token, email=f"{role}@m.example", name="t", days=9, read_only=False
        ),
    )
    return {"Authorization": f"Bearer {secret}"}


def routes(app: Flask, method: str | None = None) -> list[tuple[str, str, set[str]]]:
    return [
        (rule.endpoint, rule.rule, set(rule.arguments))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and (method is None or method in (rule.methods or ()))
    ]


def test_every_route_declares_who_may_when_registered(lab: Flask) -> None:
    assert [e for e, _r, _a in routes(lab) if declared_permission(lab, e) is None] == []


def test_every_argument_is_classified_when_a_route_takes_one(lab: Flask) -> None:
    known = set(OBJECTS) | CATALOGUE
    assert [(rule, args - known) for _e, rule, args in routes(lab) if args - known] == []


def test_every_permission_belongs_to_a_role_when_a_route_names_it(lab: Flask) -> None:
    named = {declared_permission(lab, e) for e, _r, _a in routes(lab)} - {PUBLIC, SIGNED_IN}
    assert [p for p in named if not any(permits(role, str(p)) for role in ROLES)] == []


def test_nobody_gets_in_when_not_signed_in(lab: Flask) -> None:
    client = lab.test_client()
    for endpoint, rule, args in routes(lab, "GET"):
        if args or declared_permission(lab, endpoint) == PUBLIC:
            continue
        answer = client.get(rule)
        wanted = {401} if rule.startswith("/api/") else {302}
        assert answer.status_code in wanted, (rule, answer.status_code)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_role_is_refused_when_a_route_needs_another_permission(lab: Flask, role: str) -> None:
    client, headers = lab.test_client(), token(role)
    for endpoint, rule, args in routes(lab, "GET"):
        permission = declared_permission(lab, endpoint)
        if args or not rule.startswith("/api/v1/") or permission in {PUBLIC, SIGNED_IN}:
            continue
        status = client.get(rule, headers=headers).status_code
        allowed = permits(role, str(permission))
        assert (status == 403) == (not allowed), (rule, role, status)


def _two_bookings() -> tuple[str, str]:
    own = world.ask(world.wish(14))
    foreign = world.ask_b(world.wish(30, project="STARTUP-B-P2", batch="STARTUP-B-P2-B1"))
    return own, foreign


@pytest.mark.parametrize("path", ["/api/v1/bookings/{}", "/api/v1/bookings/{}/readiness"])
def test_foreign_answers_as_absent_when_a_requester_asks(lab: Flask, path: str) -> None:
    own, foreign = _two_bookings()
    client, headers = lab.test_client(), token("requester")
    get = partial(client.get, headers=headers)
    assert get(path.format(own)).status_code == 200
    hidden, absent = get(path.format(foreign)), get(path.format("LCT-2027-999999"))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.content_type == "application/problem+json"
    assert hidden.get_json() == absent.get_json()


@pytest.mark.parametrize("action", ["cancel", "approve", "reject", "accept", "check_in"])
def test_foreign_answers_as_absent_when_acted_on(lab: Flask, action: str) -> None:
    _own, foreign = _two_bookings()
    client, headers = lab.test_client(), token("requester")
    body = {"action": action, "reason": "x", "signature": {"password": PASSWORD}}
    post = partial(client.post, json=body, headers=headers)
    hidden = post(f"/api/v1/bookings/{foreign}/transitions")
    absent = post("/api/v1/bookings/LCT-2027-999999/transitions")
    assert (hidden.status_code, hidden.get_json()) == (404, absent.get_json())


def test_other_facility_sees_nothing_when_its_manager_asks(lab: Flask) -> None:
    own, _foreign = _two_bookings()
    secret = world.act(
        world.CLI,
        partial(
            identity.create_token,
            email="manager@cuhk.example",
            name="t",
            days=9,
            read_only=False,
        ),
    )
    client, headers = lab.test_client(), {"Authorization": f"Bearer {secret}"}
    assert client.get(f"/api/v1/bookings/{own}", headers=headers).status_code == 404
    assert client.get("/api/v1/audit/LCT/entries", headers=headers).status_code == 404
    assert client.get("/api/v1/audit/SYSTEM/entries", headers=headers).status_code == 404
    assert client.get("/api/v1/audit/CUHK/entries", headers=headers).status_code == 200


def test_neighbour_is_only_occupied_when_another_organisation_looks(lab: Flask) -> None:
    _two_bookings()
    from_b = token_of("requester@b.example")
    client = lab.test_client()
    body = {
        "facility": "LCT",
        "resources": ["LCT-CR1"],
        "project": "STARTUP-B-P2",
        "starts_at": world.at(14, 9).isoformat(),
        "ends_at": world.at(14, 17).isoformat(),
    }
    answer = client.post("/api/v1/bookings", json=body, headers=from_b)
    assert answer.status_code == 409
    assert answer.get_json()["conflicts"][0]["reason"] == "occupied"
    assert "STARTUP-A" not in answer.get_data(as_text=True)
    assert "gene_modified" not in answer.get_data(as_text=True)


def token_of(email: str) -> dict[str, str]:
    secret = world.act(
        world.CLI,
        partial(identity.create_token, email=email, name="t", days=9, read_only=False),
    )
    return {"Authorization": f"Bearer {secret}"}


def test_read_only_token_is_refused_when_it_writes(lab: Flask) -> None:
    secret = world.act(
        world.CLI,
        partial(
            identity.create_token,
            email="requester@a.example",
            name="t",
            days=9,
            read_only=True,
        ),
    )
    client: FlaskClient = lab.test_client()
    answer = client.post("/api/v1/bookings", json={}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code in {403, 422}
    assert db.session.query(services.decisions.Booking).count() == 0


def test_disabled_person_is_shut_out_when_the_token_lives_on(lab: Flask) -> None:
    headers = token_of("requester@a.example")
    client = lab.test_client()
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    world.act(world.CLI, partial(identity.disable_person, email="requester@a.example"), "left")
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_outage_is_invisible_when_a_startup_asks(lab: Flask) -> None:
    manager = world.who("manager@lct.example")
    window = TimeRange(world.at(40), world.at(41))
    world.act(
        manager.actor,
        lambda u: services.plan_outage(u, manager, "LCT-CR1", window, "planned").outage.id,
        "why",
    )
    answer = lab.test_client().get("/api/v1/outages", headers=token("requester"))
    assert answer.status_code == 403
    assert get_person(db.session, "requester@m.example").active
