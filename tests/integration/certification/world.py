"""Two facilities and two startups, and short ways to submit, decide and remind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from argon2 import PasswordHasher
from flask import current_app
from sqlalchemy import select

from hkbio_gmp import work
from hkbio_gmp.certification import queries, services
from hkbio_gmp.certification.models import Certificate, ReminderStep
from hkbio_gmp.certification.services import Submission
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import services as facilities
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.queries import find_scopes
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services import add_organisation, add_person
from hkbio_gmp.identity.services.accounts import confirmed_grant, give_role
from hkbio_gmp.identity.services.signing import SigningProof, prove_password
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.work import Work

T = TypeVar("T")
CLI = Actor("cli:tests", "tests", "cli")
PASSWORD = "demonstration-only"
NOW = datetime(2027, 1, 13, 2, 42, tzinfo=UTC)
TODAY = date(2027, 1, 13)
DAY = timedelta(days=1)

ADMIN_A, REQUESTER_A, ADMIN_B = "admin@a.example", "requester@a.example", "admin@b.example"
OPERATOR, QUALITY, SECOND = "operator@lct.example", "quality@lct.example", "second@lct.example"
MANAGER, FOREIGN_QUALITY = "manager@lct.example", "quality@cuhk.example"
FOREIGN_OPERATOR, AUDITOR = "operator@cuhk.example", "auditor@lct.example"
PEOPLE = {
    ADMIN_A: ("organisation_admin", "STARTUP-A", "STARTUP-A"),
    REQUESTER_A: ("requester", "STARTUP-A", "STARTUP-A"),
    ADMIN_B: ("organisation_admin", "STARTUP-B", "STARTUP-B"),
    OPERATOR: ("operator", "LCT", None),
    QUALITY: ("quality", "LCT", None),
    SECOND: ("quality", "LCT", None),
    MANAGER: ("facility_manager", "LCT", None),
    AUDITOR: ("auditor", "LCT", None),
    FOREIGN_QUALITY: ("quality", "CUHK", None),
    FOREIGN_OPERATOR: ("operator", "CUHK", None),
}
ROOM = Submission(
    kind="room_qualification_ab",
    facility="LCT",
    subject_type="resource",
    subject_code="LCT-CR1",
    number="Q-26-118",
    issuer="CONTRACTOR-Q",
    issued_on=TODAY - 150 * DAY,
    valid_from=TODAY - 150 * DAY,
    valid_until=TODAY + 20 * DAY,
)
GOWNING = replace(
    ROOM, kind="gowning_qualification", subject_type="person", subject_code=REQUESTER_A
)
INSURANCE = replace(ROOM, kind="insurance", subject_type="organisation", subject_code="STARTUP-A")
LICENCE = replace(ROOM, kind="manufacturer_licence", subject_type="facility", subject_code="LCT")


def build() -> None:
    """Found everything a day before the tests' now."""
    with clock.frozen(NOW - DAY):
        for code in ("LCT", "CUHK"):
            text = facilities.shipped_facility(code)
            act(CLI, partial(facilities.import_facility, text=text))
        act(CLI, _populate)


def _populate(unit: Work) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    services.load_kinds(unit)
    for code in ("STARTUP-A", "STARTUP-B"):
        add_organisation(unit, code, code)
    unit.session.flush()
    for email, (role, scope, organisation) in PEOPLE.items():
        name = email.partition("@")[0].title()
        person = add_person(unit, email, name, password_hash=cheap, organisation=organisation)
        if role == "auditor":
            confirmed_grant(unit, person, role, find_scopes(unit.session, scope)[0])
        else:
            give_role(unit, person, role, scope)


def act(
    actor: Actor,
    command: Callable[[Work], T],
    reason: str | None = None,
    action: str = "certification:certificate:tested",
) -> T:
    """Run a command as a unit of work."""
    return work.run(actor, action, reason, command)


def who(email: str) -> PersonPrincipal:
    """A person's present rights."""
    db.session.rollback()
    return identity.principal_of(db.session, identity.get_person(db.session, email), clock.now())


def submit(given: Submission = ROOM, email: str = OPERATOR) -> str:
    """Submit a certificate; its reference."""
    person = who(email)
    return act(
        person.actor, lambda unit: services.submit_certificate(unit, person, given).reference
    )


def proof(email: str, reference: str, password: str = PASSWORD) -> tuple[SigningProof, int]:
    """A proof for the certificate as it is, and the version that it is of."""
    row = stored(reference)
    record = services.signed_record(db.session, row)
    person, version = who(email), row.version
    settings = current_app.extensions["settings"]
    return prove_password(db.session, settings, person.person_id, password, record), version


def decide(
    reference: str, verb: str, email: str = QUALITY, reason: str | None = "weighed"
) -> Certificate:
    """Decide with a signature."""
    signed, version = proof(email, reference)
    person = who(email)
    return act(
        person.actor,
        lambda unit: services.decide_certificate(unit, person, reference, verb, signed, version),
        reason,
    )


def certify(given: Submission = ROOM, email: str = OPERATOR) -> str:
    """Submit and have quality verify; the reference."""
    reference = submit(given, email)
    decide(reference, "verify", SECOND if email == QUALITY else QUALITY)
    return reference


def stored(reference: str) -> Certificate:
    """The certificate as the database has it now."""
    db.session.rollback()
    return (
        db.session.scalars(select(Certificate).where(Certificate.reference == reference))
        .unique()
        .one()
    )


def status(reference: str) -> str:
    """Its worked-out status."""
    return queries.line_of(stored(reference)).status


def steps(reference: str) -> set[tuple[int, str, str]]:
    """(step, recipient's address or *, state) of every reminder recorded."""
    db.session.rollback()
    names = {p.code: p.email for p in identity.list_people(db.session)}
    query = select(ReminderStep).join(ReminderStep.certificate)
    rows = db.session.scalars(query.where(Certificate.reference == reference))
    return {(row.step, names.get(row.recipient, row.recipient), row.state) for row in rows}


def mails(kind: str | None = None, **narrow: Any) -> list[OutboxMessage]:
    """What is queued, oldest first."""
    db.session.rollback()
    query = select(OutboxMessage).filter_by(**narrow).order_by(OutboxMessage.id)
    return [m for m in db.session.scalars(query) if kind is None or m.kind == kind]


@contextmanager
def at(day: date) -> Iterator[None]:
    """The clock at the tests' hour of another day."""
    with clock.frozen(NOW + (day - TODAY)):
        yield
