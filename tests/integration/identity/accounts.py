"""People, browsers and a set clock for tests of identity."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from hkbio_gmp import work
from hkbio_gmp.config import Settings
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries, services
from hkbio_gmp.identity.models import AccessEvent, Grant, Person
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.rules.permissions import ScopeKind
from hkbio_gmp.identity.services.accounts import give_role
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.work import Work
from tests.seeds import OwnContextClient

CLI = Actor("cli:tests", "tests", "cli")
NOW = datetime(2027, 1, 13, 2, 42, tzinfo=UTC)
PASSWORD = "a long phrase of tests"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Browser(OwnContextClient):
    """A person's browser."""

    def sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> TestResponse:
        """Send the sign-in form."""
        return self.post("/login", data={"email": email, "password": password}, **more)

    def is_in(self) -> bool:
        """Whether the browser is signed in."""
        return self.get("/account").status_code == 200


def browser(app: Flask) -> Browser:
    """A browser with no cookies."""
    return Browser(app, app.response_class)


@contextmanager
def at(offset: timedelta) -> Iterator[datetime]:
    """The clock set to ``offset`` after the tests' now."""
    with clock.frozen(NOW + offset):
        yield NOW + offset


def add_site() -> None:
    """Two facilities' scopes and two organisations."""

    def command(unit: Work) -> None:
        for code in ("LCT", "CUHK"):
            services.ensure_scope(unit, ScopeKind.FACILITY, code)
        for code in ("STARTUP-A", "STARTUP-B"):
            services.add_organisation(unit, code, code.title())

    work.run(CLI, "identity:organisation:added", None, command)


def add_account(
    email: str, role: str | None = None, scope: str = "system", password_hash: str = HASH
) -> PersonPrincipal:
    """Add a person with one role or none, and answer with their rights."""

    def command(unit: Work) -> None:
        name = f"Person {email[:8]}"
        person = services.add_person(unit, email, name, password_hash=password_hash)
        if role is not None:
            give_role(unit, person, role, scope)

    work.run(CLI, "identity:person:added", None, command)
    return principal(email)


def principal(email: str) -> PersonPrincipal:
    """The person's present rights."""
    db.session.rollback()
    return queries.principal_of(db.session, person(email), clock.now())


def person(email: str) -> Person:
    """The person as the database has them now."""
    db.session.rollback()
    return queries.get_person(db.session, email)


def grants(email: str) -> list[Grant]:
    """The person's grants, newest first."""
    return queries.list_grants(db.session, person(email))


def propose(
    admin: PersonPrincipal, email: str, role: str, scope: str, ends: datetime | None = None
) -> int:
    """Propose a role; the grant's id."""
    return work.run(
        admin.actor,
        "identity:grant:proposed",
        None,
        lambda unit: services.propose_grant(unit, admin, email, role, scope, ends).id,
    )


def decide(who: PersonPrincipal, grant: int, verb: str, reason: str | None = None) -> None:
    """Confirm or refuse a role."""
    work.run(
        who.actor,
        f"identity:grant:{verb}",
        reason,
        lambda unit: services.decide_grant(unit, who, grant, verb).id,
    )


def end(who: PersonPrincipal, grant: int, reason: str | None = "leaves") -> None:
    """End a role."""
    work.run(
        who.actor,
        "identity:grant:ended",
        reason,
        lambda unit: services.end_grant(unit, who, grant).id,
    )


def disable(email: str) -> None:
    """Disable an account from the command line."""
    work.run(
        CLI,
        "identity:person:disabled",
        "left",
        lambda unit: services.disable_person(unit, email),
    )


def messages(email: str) -> list[str]:
    """Subjects queued for an address, oldest first."""
    db.session.rollback()
    query = select(OutboxMessage).where(OutboxMessage.email == email).order_by(OutboxMessage.id)
    return [message.subject for message in db.session.scalars(query)]


def events() -> list[tuple[str, str]]:
    """The access log's (event, detail), oldest first."""
    db.session.rollback()
    rows = db.session.scalars(select(AccessEvent).order_by(AccessEvent.id))
    return [(row.event, row.detail) for row in rows]


def count(model: type[Any]) -> int:
    """How many rows a table has."""
    db.session.rollback()
    return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def settings(app: Flask, **changes: Any) -> Settings:
    """The application's settings, some changed."""
    found: Settings = app.extensions["settings"]
    return replace(found, **changes)
