"""A full year at two facilities and a long history around it: one statement a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Connection,
    String,
    Table,
    case,
    cast,
    create_engine,
    insert,
    literal,
    literal_column,
    select,
)

from benchmarks import bulk, world
from hkbio_gmp.booking.models import Allocation, Booking, BookingOperator, BookingSession
from hkbio_gmp.kernel import clock

IN_THE_YEAR = 1_000
"""Bookings in the twelve months that are searched; all others lie in other years."""

_HOUR = 3600
_SETUP, _LENGTH, _TURNAROUND = _HOUR, 8 * _HOUR, 2 * _HOUR
_AWAY = timedelta(days=520)
_INSTANT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')",
    "postgresql": "to_timestamp({seconds})",
}


def next_monday() -> datetime:
    """Midnight (UTC) of the Monday after next."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=14 - today.weekday())


def fill(url: str, rooms: Sequence[str], monday: datetime, count: int) -> None:
    """Insert ``count`` bookings: a thousand through the year from ``monday`` (UTC), the others
    two a day and room before and after it."""
    engine = create_engine(url)
    with engine.begin() as connection, bulk.without_triggers(connection):
        keys = bulk.keys_of(connection, tuple(rooms))
        series = _series(connection, monday, count, len(rooms))
        for table, columns in _columns(connection, keys, series, rooms).items():
            query = select(*columns.values()).select_from(series)
            connection.execute(insert(table).from_select(list(columns), query))
        bulk.settle(connection)
    bulk.analyse(engine)
    engine.dispose()


def _series(connection: Connection, monday: datetime, count: int, rooms: int) -> CTE:
    """(n, room, at): each booking's number, its room's place and its start in Unix seconds."""
    # seconds since 1970 times hours: more than an integer of PostgreSQL holds
    first = select(literal(1, BigInteger).label("n")).cte("numbers", recursive=True)
    numbers = first.union_all(select(first.c.n + 1).where(first.c.n < count))
    morning = int((monday + timedelta(hours=1)).timestamp())
    inside = numbers.c.n <= IN_THE_YEAR
    # a thousand through 52 weeks: every room in turn, on ever later weekdays
    turn = (numbers.c.n - 1) // rooms
    weeks_apart = 52 * 5 * rooms // IN_THE_YEAR
    day = (turn // 5) * 7 * weeks_apart + turn % 5
    place = (numbers.c.n - 1 - IN_THE_YEAR) // rooms
    away = int(_AWAY.total_seconds()) + (place // 2) * 12 * _HOUR
    outside = case((place % 2 == 0, away), else_=-away)
    at = literal(morning, BigInteger) + case((inside, day * 24 * _HOUR), else_=outside)
    return select(numbers.c.n, (numbers.c.n % rooms).label("room"), at.label("at")).cte("series")


def _columns(
    connection: Connection, keys: bulk.Keys, series: CTE, rooms: Sequence[str]
) -> dict[Table, dict[str, Any]]:
    """Table → what its columns are worked out from."""
    name = connection.dialect.name

    def instant(plus: int) -> Any:
        return literal_column(_INSTANT[name].format(seconds=f"(series.at + {plus})"))

    def by_room(values: dict[str, Any]) -> Any:
        return case(*((series.c.room == n, values[code]) for n, code in enumerate(rooms)))

    home, projects = by_room(keys.homes), {c: keys.projects[keys.homes[c]] for c in rooms}
    starts, ends = instant(0), instant(_LENGTH)
    past = series.c.at < int(clock.now().timestamp())
    own = {"id": series.c.n, "booking_id": series.c.n}
    return {
        _table(Booking): {
            "id": series.c.n,
            "reference": literal("BENCH-") + cast(series.c.n, String),
        }
        | bulk.constants(keys)
        | {
            "facility_id": home,
            "project_id": by_room({code: pair[0] for code, pair in projects.items()}),
            "batch_id": by_room({code: pair[1] for code, pair in projects.items()}),
            "requested_at": instant(-20 * 24 * _HOUR),
        },
        _table(BookingOperator): own | {"person_id": literal(keys.person), "active": literal(True)},
        _table(BookingSession): own
        | {
            "number": literal(1),
            "starts": starts,
            "ends": ends,
            "attended": literal(True),
            "state": case((past, "cleared"), else_="planned"),
        },
        _table(Allocation): own
        | {
            "session_id": series.c.n,
            "facility_id": home,
            "calendar_id": by_room(keys.calendars),
            "resource": by_room({code: code for code in rooms}),
            "process_class": literal(world.CLASS),
            "series": literal("STARTUP-A-P1-B1"),
            "starts": starts,
            "ends": ends,
            "occupied_from": instant(-_SETUP),
            "occupied_until": instant(_LENGTH + _TURNAROUND),
            "holds": literal(True),
            "rules_version": literal(keys.rules_version),
        },
    }


def _table(model: type[Any]) -> Table:
    found: Table = model.__table__
    return found
