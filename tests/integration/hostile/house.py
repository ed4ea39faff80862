"""A world with something of everything, for tests that try everything."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, literal, select

from hkbio_gmp.booking import services
from hkbio_gmp.booking.rules.recurrence import parsed
from hkbio_gmp.booking.services import SeriesWish
from hkbio_gmp.certification.services import Submission, submit_certificate
from hkbio_gmp.extensions import Base, db
from hkbio_gmp.facilities import services as facilities
from hkbio_gmp.facilities.rules.proposals import ProjectProposal
from hkbio_gmp.identity import services as identity
from hkbio_gmp.identity.queries import find_scopes
from hkbio_gmp.identity.rules.permissions import ROLES
from hkbio_gmp.identity.services.accounts import confirmed_grant
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import Work
from tests.integration.booking import world

PASSWORD = world.PASSWORD
_SCOPES = {"organisation": "STARTUP-A", "facility": "LCT", "system": "SYSTEM"}
# what a refusal may write: who came in, and who failed to sign
_FREE = {"access_event", "web_session", "sign_in_guard", "signing_proof", "audit_verification"}


def of_role(role: str) -> str:
    """The person who holds the role, at LCT or of STARTUP-A."""
    return f"{role}@m.example"


def build() -> None:
    """Two facilities and startups, a person of each role, and a record in each state."""
    world.build()
    with clock.frozen(world.NOW):
        world.act(world.CLI, _people)
        _bookings()
        _papers()
        _proposals()


def _people(unit: Work) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    for role in ROLES.values():
        kind = next(k for k in _SCOPES if k in {str(s) for s in role.scopes})
        home = _SCOPES[kind] if kind == "organisation" else None
        person = identity.add_person(
            unit, of_role(role.code), role.code, password_hash=cheap, organisation=home
        )
        found = find_scopes(unit.session, _SCOPES[kind])
        scope = (
            found[0]
            if found
            else identity.ensure_scope(unit, next(iter(role.scopes)), _SCOPES[kind])
        )
        confirmed_grant(unit, person, role.code, scope)


def _bookings() -> None:
    """One booking in each state that a form acts on."""
    quiet: dict[str, Any] = {"operators": ("operator@a.example",)}
    world.ask(world.wish(14, draft=True))
    world.ask(world.wish(16))
    world.ask_b(world.wish(30, project="STARTUP-B-P2"))
    approved = world.ask(world.wish(21, **quiet))
    world.approve(approved)
    moved = world.ask(world.wish(24, **quiet))
    world.approve(moved)
    later = world.wish(26, **quiet)
    world.command("requester@a.example", services.propose_move, moved, later, reason="later")
    world.approve(world.ask(world.wish(28, urgent=True, note="conditioned", **quiet)))
    asker = world.who("requester@a.example")
    again = SeriesWish(world.wish(60, 4, **quiet), parsed("FREQ=WEEKLY;COUNT=3"))
    world.act(asker.actor, lambda unit: services.request_series(unit, asker, again).reference)
    manager = world.who("manager@lct.example")
    out = TimeRange(world.at(40), world.at(41))
    world.act(
        manager.actor,
        lambda unit: services.plan_outage(unit, manager, world.ROOM, out, "planned").outage.id,
        "filters",
    )


def _papers() -> None:
    person = world.who(of_role("operator"))
    given = Submission(
        kind="room_qualification_ab",
        facility="LCT",
        subject_type="resource",
        subject_code=world.ROOM,
        number="2",
        issuer="invented",
        issued_on=date(2027, 1, 2),
        valid_from=date(2027, 1, 2),
        valid_until=date(2027, 7, 1),
    )
    world.act(person.actor, lambda unit: submit_certificate(unit, person, given).reference)


def _proposals() -> None:
    asker, manager = world.who(of_role("requester")), world.who(of_role("facility_manager"))
    admin = world.who(of_role("admin"))
    owner = world.who(of_role("organisation_admin"))
    proposal = ProjectProposal(
        code="P9",
        organisation="STARTUP-A",
        facility="LCT",
        title="Invented",
        product="Invented",
        process_class="gene_modified_cell",
    )
    world.act(owner.actor, lambda unit: facilities.propose_project(unit, owner, proposal))
    world.act(
        manager.actor,
        lambda unit: facilities.add_closure(
            unit,
            manager,
            "LCT",
            first=date(2027, 6, 1),
            last=date(2027, 6, 2),
            name="Shutdown",
            name_zh="停運",
            source="notice",
        ),
        "maintenance",
    )
    world.act(
        admin.actor,
        lambda unit: (
            identity.propose_grant(unit, admin, asker.email, "operator", "facility:LCT", None).id
        ),
    )


def token(email: str, *, read_only: bool = False) -> dict[str, str]:
    """Headers with a new token of a person."""
    made = partial(identity.create_token, email=email, name="t", days=9, read_only=read_only)
    return {"Authorization": f"Bearer {world.act(world.CLI, made)}"}


def signed_in(app: Flask, email: str) -> FlaskClient:
    """A client that is signed in as a person."""
    client = app.test_client()
    answer = client.post("/login", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 302, (email, answer.status_code)
    return client


def rows() -> dict[str, int]:
    """How many rows each table has that a refusal may not write to: the log's included."""
    tables = [t for t in Base.metadata.sorted_tables if t.name not in _FREE]
    counts = [
        select(literal(table.name), func.count()).select_from(table).correlate(None)
        for table in tables
    ]
    with db.engine.connect() as connection:
        first, *rest = counts
        return {str(name): int(n) for name, n in connection.execute(first.union_all(*rest))}
