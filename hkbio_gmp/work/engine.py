"""Prepares a database engine: durability, transactions that cannot starve, the guard."""

from __future__ import annotations

import fcntl
import math
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.exc import InvalidatePoolError

from hkbio_gmp.work import guard

WRITE_OPTION = "hkbio_write"
_PRAGMAS = (
    "foreign_keys=ON",
    "busy_timeout=10000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "trusted_schema=OFF",
)
_RELEASED = "hkbio_released"
# no server restarts within it: one request's reading and writing are asked once
_ALIVE_SECONDS = 0.1
_prepared: weakref.WeakSet[Engine] = weakref.WeakSet()


def prepare_engine(engine: Engine) -> None:
    """Install the pragmas, the transaction modes and the guard, once per engine."""
    if engine in _prepared:
        return
    _prepared.add(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "do_connect", _postgresql_connect)
        _check_before_use(engine)
    guard.install(engine)


def _sqlite_connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    # A deferred writer fails with "database is locked" in spite of the timeout once it upgrades.
    writes = connection.get_execution_options().get(WRITE_OPTION)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


class _Connection(psycopg.Connection[Any]):
    """A connection that keeps its prepared statements after it has only read."""

    def rollback(self) -> None:
        """End the transaction; of one that may not write nothing is left either way.

        At a rollback psycopg throws away every statement that the server has parsed and planned.
        """
        reading = self.pgconn.transaction_status == TransactionStatus.INTRANS and self.read_only
        if reading:
            self.commit()
        else:
            super().rollback()


def _postgresql_connect(
    _dialect: Dialect, _record: Any, arguments: list[Any], named: dict[str, Any]
) -> _Connection:
    return _Connection.connect(*arguments, **named)


def _check_before_use(engine: Engine) -> None:
    """Ask a pooled connection whether it is alive, unless it was in use a moment ago."""

    def checkout(connection: Any, record: Any, _proxy: Any) -> None:
        idle = time.monotonic() - record.info.get(_RELEASED, -math.inf)
        if idle > _ALIVE_SECONDS and not _is_alive(engine, connection):
            raise InvalidatePoolError

    def checkin(_connection: Any, record: Any) -> None:
        record.info[_RELEASED] = time.monotonic()

    event.listen(engine, "checkout", checkout)
    event.listen(engine, "checkin", checkin)


def _is_alive(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        if engine.dialect.is_disconnect(error, connection, None):
            return False
        raise


class _FairLock:
    """First come, first served: with full durability SQLite's own waiting starves writers."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._next = self._serving = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._turn:
            ticket, self._next = self._next, self._next + 1
            self._turn.wait_for(lambda: self._serving == ticket)
        try:
            yield
        finally:
            with self._turn:
                self._serving += 1
                self._turn.notify_all()


_fair = _FairLock()


@contextmanager
def write_turn(engine: Engine) -> Iterator[None]:
    """Wait for this writer's turn: a queue in the process, a file lock between processes."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    with _fair.held(), open(f"{file}.writers", "w", encoding="ascii") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
