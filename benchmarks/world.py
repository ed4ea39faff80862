"""A facility of fifty resources with people, papers and tokens, founded by the real services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from hkbio_gmp import config, work
from hkbio_gmp.app import create_app
from hkbio_gmp.booking.rules import gates
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.certification.queries import find_kind
from hkbio_gmp.certification.services import load_kinds
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import AirZone, Batch, Facility, Project, Resource
from hkbio_gmp.facilities.services import import_facility, shipped_facility
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.services import add_organisation, add_person, create_token
from hkbio_gmp.identity.services.accounts import give_role
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.work import Work

T = TypeVar("T")

SITE, OWNER, PROJECT, BATCH = "LCT", "STARTUP-A", "STARTUP-A-P1", "STARTUP-A-P1-B1"
CLASS = "gene_modified_cell"
RESOURCES, ROOMS_IN_A_ZONE = 50, 4
SITES, RESOURCES_EACH = (SITE, "CUHK"), 30
MANAGER, REQUESTER = "manager@lct.example", "requester@a.example"
OPERATORS = ("one@a.example", "two@a.example")
_ACTOR = Actor("cli:benchmarks", "Benchmarks", "cli")
_FIRST, _LAST = datetime.now(UTC).date() - timedelta(days=60), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class World:
    """The application on its database, the rooms that were added, and two tokens."""

    app: Flask
    url: str
    rooms: tuple[str, ...]
    manager: str
    requester: str


def application(url: str, folder: Path) -> Flask:
    """The whole product on a database."""
    settings = config.load(
        {
            "HKBIO_ENV": "test",
            "HKBIO_DATABASE_URL": url,
            "HKBIO_SECRET_KEY": "benchmarks-only-secret-key-of-enough-length",
            "HKBIO_INSTANCE": str(folder),
        }
    )
    return create_app(settings)


def found(url: str, folder: Path) -> World:
    """Found the world on a migrated, empty database."""
    app = application(url, folder)
    with app.app_context():
        _act(load_kinds)
        _act(partial(import_facility, text=shipped_facility(SITE)))
        _act(_people)
        rooms = _act(_rooms)
        _act(_papers)
        _act(_project)
        tokens = [
            _act(partial(create_token, email=email, name="bench", days=30, read_only=False))
            for email in (MANAGER, REQUESTER)
        ]
        db.session.close()
    return World(app, url, rooms, *tokens)


def found_two(url: str, folder: Path) -> World:
    """Two facilities with sixty resources between them, where the same startup may book."""
    app = application(url, folder)
    rooms: list[str] = []
    with app.app_context():
        _act(load_kinds)
        for site in SITES:
            _act(partial(import_facility, text=shipped_facility(site)))
        _act(_people)
        for site in SITES:
            _act(partial(_rooms, site=site, most=RESOURCES_EACH))
            own = _act(partial(_bookable_rooms, site=site))
            _act(partial(_papers, site=site))
            rooms += own
            _act(partial(_project, site=site, code=f"{PROJECT}-{site}"))
        db.session.close()
    return World(app, url, tuple(rooms), "", "")


def _act(command: Callable[[Work], T]) -> T:
    return work.run(_ACTOR, "benchmarks:world:founded", None, command)


def _people(unit: Work) -> None:
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("bench")
    add_organisation(unit, OWNER, OWNER)
    unit.session.flush()
    everybody = [(MANAGER, "facility_manager", SITE), (REQUESTER, "requester", OWNER)]
    everybody += [(email, "requester", OWNER) for email in OPERATORS]
    for email, role, scope in everybody:
        own = OWNER if scope == OWNER else None
        person = add_person(unit, email, email, password_hash=hashed, organisation=own)
        give_role(unit, person, role, scope)


def _rooms(unit: Work, site: str = SITE, most: int = RESOURCES) -> tuple[str, ...]:
    """Rooms beside the shipped ones, until the facility has ``most`` resources."""
    home = facilities.get_facility(unit.session, site)
    own = select(func.count()).select_from(Resource).where(Resource.facility_id == home.id)
    known = unit.session.scalar(own) or 0
    added: list[str] = []
    zone = _zone(home, 0)
    for number in range(most - known):
        if number % ROOMS_IN_A_ZONE == 0:
            zone = _zone(home, number)
        room = _room(home, zone, number)
        unit.session.add_all([room, _cabinet(home, room)])
        added.append(room.code)
    return tuple(added)


def _bookable_rooms(unit: Work, site: str) -> tuple[str, ...]:
    """Every room that can be booked there, the shipped ones too."""
    rows = facilities.list_resources(unit.session, site, kind="room")
    return tuple(row.code for row in rows if row.bookable)


def _zone(home: Facility, number: int) -> AirZone:
    code = f"{home.code}-BZ{number:02d}"
    return AirZone(
        facility=home,
        code=code,
        name=code,
        name_zh=code,
        exhaust="recirculated",
        position=900 + number,
    )


def _room(home: Facility, zone: AirZone, number: int) -> Resource:
    code = f"{home.code}-B{number:02d}"
    return Resource(
        facility=home,
        air_zone=zone,
        code=code,
        name=code,
        name_zh=code,
        kind="room",
        grade="B",
        capacity=6,
        members=[],
        bookable=True,
        demonstration=True,
        position=900 + number,
    )


def _cabinet(home: Facility, room: Resource) -> Resource:
    """What gives grade A in a room: it comes with the room and is not booked apart."""
    return Resource(
        facility=home,
        room=room,
        code=f"{room.code}-BSC",
        name=f"{room.code}-BSC",
        name_zh=f"{room.code}-BSC",
        kind="equipment",
        equipment_kind="bsc",
        grade="A",
        members=[],
        bookable=False,
        demonstration=True,
        position=room.position,
    )


def _papers(unit: Work, site: str = SITE) -> None:
    here = facilities.standing(unit.session, site)
    making = gates.Making(here.classes[CLASS])
    wanted = gates.needed(site, here.resources.values(), OWNER, OPERATORS, making)
    wanted += [("facility", site, gates.SIMULATION)] * 2
    home = facilities.get_facility(unit.session, site)
    for number, (subject_type, subject, kind) in enumerate(wanted):
        unit.session.add(
            Certificate(
                reference=f"{site}-BENCH-{number:04d}",
                facility=home,
                kind=find_kind(unit.session, kind),
                subject_type=subject_type,
                subject_code=subject,
                number="1",
                issuer="invented",
                issued_on=_FIRST,
                valid_from=_FIRST,
                valid_until=_LAST,
                state="valid",
                submitted_by="U000001",
                submitted_at=unit.at,
                version=1,
            )
        )


def _project(unit: Work, site: str = SITE, code: str = PROJECT) -> None:
    classes = {row.code: row for row in facilities.list_process_classes(unit.session, site)}
    project = Project(
        code=code,
        organisation=identity.get_organisation(unit.session, OWNER),
        facility=facilities.get_facility(unit.session, site),
        process_class=classes[CLASS],
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
    unit.session.add(project)
    unit.session.add(
        Batch(
            project=project,
            code=f"{code}-B1",
            autologous=True,
            registered_by="U000001",
            registered_at=unit.at,
        )
    )
