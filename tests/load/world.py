"""Booking's world with rooms to fight for, and a token for each of those who fight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from argon2 import PasswordHasher

from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import AirZone, Resource
from hkbio_gmp.identity.services import add_person, create_token
from hkbio_gmp.identity.services.accounts import give_role
from hkbio_gmp.kernel import clock
from hkbio_gmp.work import Work
from tests.integration.booking import world
from tests.load.places import HOMES, ZONES, cell_room, home_room, vector_room
from tests.seeds import application

SITE = "LCT"
A, B = "requester@a.example", "requester@b.example"
MANAGER, DEPUTY = "manager@lct.example", "deputy@lct.example"
QUALITY = "quality@lct.example"
WHO = (A, B, MANAGER, DEPUTY, QUALITY)


def build() -> None:
    """Booking's world, and in zones of their own a room for cells beside one for vectors."""
    world.build()
    with clock.frozen(world.NOW - timedelta(days=1)):
        world.act(world.CLI, _rooms)


def qualification(room: str) -> str:
    """The reference of the certificate that a room's use rests on."""
    return f"{SITE}-room_qualification_ab-{room}-2027-12-31"


def _rooms(unit: Work) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(world.PASSWORD)
    give_role(unit, add_person(unit, QUALITY, QUALITY, password_hash=cheap), "quality", SITE)
    for number in range(ZONES):
        _zone(unit, number, [cell_room(number), vector_room(number)])
    _zone(unit, ZONES, [home_room(number) for number in range(HOMES)])


def _zone(unit: Work, number: int, rooms: list[str]) -> None:
    home = facilities.get_facility(unit.session, SITE)
    names = {"code": f"{SITE}-LZ{number}", "name": "Load", "name_zh": "負載"}
    zone = AirZone(facility=home, exhaust="recirculated", position=900 + number, **names)
    for place, code in enumerate(rooms):
        room = Resource(
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
            position=900 + 10 * number + place,
        )
        cabinet = Resource(
            facility=home,
            room=room,
            code=f"{code}-BSC",
            name=f"{code}-BSC",
            name_zh=f"{code}-BSC",
            kind="equipment",
            equipment_kind="bsc",
            grade="A",
            members=[],
            bookable=False,
            demonstration=True,
            position=room.position,
        )
        unit.session.add_all([room, cabinet])
        world.certify(unit, "room_qualification_ab", "resource", code)
        for kind in ("bsc_certification", "grade_a_device_qualification"):
            world.certify(unit, kind, "resource", cabinet.code)


def tokens(url: str, folder: Path) -> dict[str, str]:
    """E-mail → a bearer token that writes."""
    with application(url, folder).app_context(), clock.frozen(world.NOW - timedelta(days=1)):
        made = {email: world.act(world.CLI, _token(email)) for email in WHO}
        db.session.close()
        db.engine.dispose()
    return made


def _token(email: str) -> Callable[[Work], str]:
    return lambda unit: create_token(unit, email, "load", days=30, read_only=False)
