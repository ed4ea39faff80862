"""A facility with two startups, everybody's papers valid, and short ways to act in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from argon2 import PasswordHasher
from flask import current_app

from hkbio_gmp import work
from hkbio_gmp.booking import services
from hkbio_gmp.booking.models import Allocation, Booking
from hkbio_gmp.booking.services import BookingWish, SessionWish
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.certification.queries import find_kind
from hkbio_gmp.certification.services import load_kinds
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities import services as facility_services
from hkbio_gmp.facilities.models import Batch, Project
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services import add_organisation, add_person
from hkbio_gmp.identity.services.accounts import give_role
from hkbio_gmp.identity.services.signing import SigningProof, prove_password
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.work import Work
from tests import papers

T = TypeVar("T")
CLI = Actor("cli:tests", "tests", "cli")
PASSWORD = "demonstration-only"
NOW = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
"""Monday 09:00 in Hong Kong."""

PEOPLE = {
    "requester@a.example": ("requester", "STARTUP-A", "STARTUP-A"),
    "operator@a.example": ("requester", "STARTUP-A", "STARTUP-A"),
    "requester@b.example": ("requester", "STARTUP-B", "STARTUP-B"),
    "manager@lct.example": ("facility_manager", "LCT", None),
    "deputy@lct.example": ("facility_manager", "LCT", None),
    "manager@cuhk.example": ("facility_manager", "CUHK", None),
    "operator@lct.example": ("operator", "LCT", None),
}
ROOM = "LCT-CR1"


def at(days: float, hour: int = 9, minute: int = 0) -> datetime:
    """An instant (UTC): so many days after NOW's day, at an hour in Hong Kong."""
    midnight = NOW - timedelta(hours=9)
    return midnight + timedelta(days=days, hours=hour, minutes=minute)


def build() -> None:
    """Found two facilities and two startups; quality has accepted and verified everything."""
    with clock.frozen(NOW - timedelta(days=1)):
        for code in ("LCT", "CUHK"):
            act(CLI, partial(_found, text=facility_services.shipped_facility(code)))
        act(CLI, _populate)
        act(CLI, _papers)


def _found(unit: Work, text: str) -> None:
    facility_services.import_facility(unit, text)


def _populate(unit: Work) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    load_kinds(unit)
    for code in ("STARTUP-A", "STARTUP-B"):
        add_organisation(unit, code, code)
    unit.session.flush()
    for email, (role, scope, organisation) in PEOPLE.items():
        person = add_person(unit, email, email, password_hash=cheap, organisation=organisation)
        give_role(unit, person, role, scope)
    for code, owner, made in (
        ("STARTUP-A-P1", "STARTUP-A", "gene_modified_cell"),
        ("STARTUP-B-P1", "STARTUP-B", "lentiviral_vector"),
        ("STARTUP-B-P2", "STARTUP-B", "gene_modified_cell"),
    ):
        _project(unit, code, owner, made)


def _project(unit: Work, code: str, owner: str, made: str) -> None:
    session = unit.session
    classes = {row.code: row for row in facilities.list_process_classes(session, "LCT")}
    project = Project(
        code=code,
        organisation=identity.get_organisation(session, owner),
        facility=facilities.get_facility(session, "LCT"),
        process_class=classes[made],
        title="Invented",
        product="Invented product",
        infectious=False,
        open_processing=True,
        status="accepted",
        proposed_by="U000001",
        proposed_by_name="Nobody",
        proposed_at=unit.at,
        version=1,
    )
    session.add(project)
    for number in (1, 2):
        session.add(
            Batch(
                project=project,
                code=f"{code}-B{number}",
                autologous=True,
                registered_by="U000001",
                registered_at=unit.at,
            )
        )


def _papers(unit: Work) -> None:
    for site in ("LCT", "CUHK"):
        owners, people = ("STARTUP-A", "STARTUP-B"), ["operator@a.example"]
        for subject_type, subject, kind in papers.relied_on(unit.session, site, owners, people):
            certify(unit, kind, subject_type, subject, site=site)
        # nothing was made here before: three simulations have passed
        for day in (29, 30):
            certify(unit, "process_aps", "facility", site, site=site, until=date(2027, 12, day))


def certify(
    unit: Work,
    kind: str,
    subject_type: str,
    subject: str,
    *,
    site: str = "LCT",
    until: date = date(2027, 12, 31),
    state: str = "valid",
) -> None:
    """Add a verified certificate that began before the tests' time."""
    unit.session.add(
        Certificate(
            reference=f"{site}-{kind}-{subject}-{until}",
            facility=facilities.get_facility(unit.session, site),
            kind=find_kind(unit.session, kind),
            subject_type=subject_type,
            subject_code=subject,
            number="1",
            issuer="invented",
            issued_on=date(2026, 12, 1),
            valid_from=date(2026, 12, 1),
            valid_until=until,
            state=state,
            submitted_by="U000001",
            submitted_at=unit.at,
            version=1,
        )
    )


def act(actor: Actor, command: Callable[[Work], T], reason: str | None = None) -> T:
    """Run a command as a unit of work."""
    return work.run(actor, "booking:slot:tested", reason, command)


def who(email: str) -> PersonPrincipal:
    """A person's present rights."""
    found = identity.get_person(db.session, email)
    return identity.principal_of(db.session, found, clock.now())


def wish(
    days: float = 14,
    hours: float = 8,
    *,
    hour: int = 9,
    room: str = ROOM,
    project: str = "STARTUP-A-P1",
    **more: Any,
) -> BookingWish:
    """A wish of one session in one room: a fortnight ahead, 09:00 to 17:00, unless told."""
    starts = at(days, hour)
    one = SessionWish(starts, starts + timedelta(hours=hours))
    given = {"operators": (), "batch": f"{project}-B1", **more}
    return BookingWish("LCT", project, (room,), (one,), **given)


def ask(wanted: BookingWish, email: str = "requester@a.example") -> str:
    """Request a slot; answers with the reference."""
    person = who(email)
    return act(person.actor, lambda unit: services.request_booking(unit, person, wanted).reference)


def ask_b(wanted: BookingWish) -> str:
    """Request a slot for the other startup."""
    return ask(wanted, "requester@b.example")


def command(
    email: str, service: Callable[..., Any], reference: str, *rest: Any, reason: str | None = None
) -> Any:
    """Run a service that takes a booking's reference and its version, not compared."""
    person = who(email)
    return act(person.actor, lambda unit: service(unit, person, reference, *rest, None), reason)


def proof(email: str, reference: str, password: str = PASSWORD) -> tuple[SigningProof, int]:
    """A proof for the booking as it is, and the version that it is of."""
    db.session.rollback()
    row = stored(reference)
    record = services.signed_record(db.session, row)
    settings = current_app.extensions["settings"]
    person = who(email)
    return prove_password(db.session, settings, person.person_id, password, record), row.version


def approve(
    reference: str, email: str = "manager@lct.example", reason: str | None = "weighed"
) -> None:
    """Approve with a signature; the reason passes warnings."""
    signed, version = proof(email, reference)
    person = who(email)
    act(
        person.actor,
        lambda unit: services.approve_booking(unit, person, reference, signed, version),
        reason,
    )


def stored(reference: str) -> Booking:
    """The booking as the database has it now."""
    db.session.rollback()
    return db.session.query(Booking).filter_by(reference=reference).one()


def holding() -> list[Allocation]:
    """Every allocation that holds."""
    db.session.rollback()
    return db.session.query(Allocation).filter_by(holds=True).order_by(Allocation.id).all()
