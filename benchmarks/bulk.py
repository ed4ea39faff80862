"""Bookings by the thousand, inserted past the product: only their rows matter here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Engine,
    Table,
    create_engine,
    func,
    literal,
    select,
    text,
)

from benchmarks.world import CLASS, OPERATORS, OWNER, SITE
from hkbio_gmp.booking.models import Allocation, Booking, BookingOperator, BookingSession
from hkbio_gmp.facilities.models import Batch, Facility, Project, Resource
from hkbio_gmp.identity.models import Organisation, Person
from hkbio_gmp.work import Calendar

IN_THE_WEEK = 200
_STEP, _AWAY = timedelta(hours=12), timedelta(days=370)
_SETUP, _LENGTH, _TURNAROUND = timedelta(hours=1), timedelta(hours=8), timedelta(hours=2)
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Keys:
    facility: int
    organisation: int
    person: int
    calendars: dict[str, int]
    homes: dict[str, int]
    projects: dict[int, tuple[int, int]]
    rules_version: int


def fill(url: str, rooms: tuple[str, ...], monday: datetime, count: int) -> None:
    """Insert ``count`` bookings: some in the week of ``monday`` (UTC), the others a year away."""
    engine = create_engine(url)
    with engine.begin() as connection, without_triggers(connection):
        keys = keys_of(connection, rooms)
        slots = _slots(rooms, monday, count)
        rows = [_rows(keys, number, room, at) for number, (room, at) in enumerate(slots, 1)]
        for place, table in enumerate(_TABLES):
            of_table = [row[place] for row in rows]
            for first in range(0, len(of_table), _CHUNK):
                connection.execute(table.insert(), of_table[first : first + _CHUNK])
        settle(connection)
    analyse(engine)
    engine.dispose()


_TABLES: tuple[Table, ...] = tuple(
    model.__table__  # type: ignore[misc]
    for model in (Booking, BookingOperator, BookingSession, Allocation)
)


@contextmanager
def without_triggers(connection: Connection) -> Iterator[None]:
    """Leave out the row triggers, whose work grows with a room's history; then as before."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'allocation'"
    kept = connection.execute(text(query)).all()
    for trigger in kept:
        connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
    yield
    for trigger in kept:
        connection.exec_driver_sql(trigger.sql)


def keys_of(connection: Connection, rooms: tuple[str, ...]) -> Keys:
    one = connection.scalars
    for room in rooms:
        connection.execute(
            text("INSERT INTO calendar (kind, code, seq) VALUES ('resource', :code, 0)"),
            {"code": room},
        )
    calendars = connection.execute(
        select(Calendar.code, Calendar.id).where(Calendar.kind == "resource")
    )
    homes = connection.execute(select(Resource.code, Resource.facility_id))
    projects = connection.execute(
        select(Project.facility_id, Project.id, Batch.id.label("batch")).join(Batch)
    )
    return Keys(
        facility=one(select(Facility.id).where(Facility.code == SITE)).one(),
        organisation=one(select(Organisation.id).where(Organisation.code == OWNER)).one(),
        projects={row.facility_id: (row.id, row.batch) for row in projects},
        person=one(select(Person.id).where(Person.email == OPERATORS[0])).one(),
        calendars={row.code: row.id for row in calendars},
        homes={row.code: row.facility_id for row in homes},
        rules_version=one(select(Facility.rules_version).where(Facility.code == SITE)).one(),
    )


def _slots(rooms: tuple[str, ...], monday: datetime, count: int) -> Iterator[tuple[str, datetime]]:
    """(room, start) of each booking, two a day and room; past and future alike hold the rest."""
    morning = monday + timedelta(hours=9)
    for number in range(min(count, IN_THE_WEEK)):
        yield rooms[number % len(rooms)], morning + number // len(rooms) * _STEP
    for number in range(count - IN_THE_WEEK):
        place, room = divmod(number, len(rooms))
        away = _AWAY + place // 2 * _STEP
        yield rooms[room], morning + (away if place % 2 else -away)


def _rows(keys: Keys, number: int, room: str, starts: datetime) -> tuple[dict[str, Any], ...]:
    ends, past = starts + _LENGTH, starts < datetime.now(UTC)
    booking = {
        "id": number,
        "reference": f"{SITE}-{starts.year}-{500_000 + number:06d}",
        "requested_at": starts - timedelta(days=20),
        "decided_at": starts - timedelta(days=19),
    } | {name: value.value for name, value in constants(keys).items()}
    operator = {"id": number, "booking_id": number, "person_id": keys.person, "active": True}
    session = {
        "id": number,
        "booking_id": number,
        "number": 1,
        "starts": starts,
        "ends": ends,
        "attended": True,
        "state": "cleared" if past else "planned",
    }
    return booking, operator, session, _allocation(keys, number, room, starts)


def constants(keys: Keys) -> dict[str, BindParameter[Any]]:
    """What is the same in every booking."""
    values = {
        "facility_id": keys.facility,
        "organisation_id": keys.organisation,
        "project_id": keys.projects[keys.facility][0],
        "batch_id": keys.projects[keys.facility][1],
        "process_class": CLASS,
        "status": "approved",
        "note": "Invented",
        "requested_by": "U000001",
        "requested_by_name": "Nobody",
        "decided_by": "U000001",
        "decision_reason": "Invented",
        "version": 2,
    }
    return {name: literal(value) for name, value in values.items()}


def _allocation(keys: Keys, number: int, room: str, starts: datetime) -> dict[str, Any]:
    ends = starts + _LENGTH
    return {
        "id": number,
        "session_id": number,
        "booking_id": number,
        "facility_id": keys.facility,
        "calendar_id": keys.calendars[room],
        "resource": room,
        "process_class": CLASS,
        "series": "STARTUP-A-P1-B1",
        "starts": starts,
        "ends": ends,
        "occupied_from": starts - _SETUP,
        "occupied_until": ends + _TURNAROUND,
        "holds": True,
        "rules_version": keys.rules_version,
    }


def settle(connection: Connection) -> None:
    """Let the next row of each table get a key of its own."""
    if connection.dialect.name != "postgresql":
        return
    for table in _TABLES:
        last = connection.scalar(select(func.max(table.c.id)))
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
            {"name": table.name, "last": last},
        )


def analyse(engine: Engine) -> None:
    """What autovacuum would have done by then."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
