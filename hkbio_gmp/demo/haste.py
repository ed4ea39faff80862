"""Loads an empty database quickly: nobody relies on it until the load has ended."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from hkbio_gmp.extensions import db

_OBJECTS_BETWEEN_COLLECTIONS = 50_000


@contextmanager
def in_haste() -> Iterator[None]:
    """Commit without waiting for the disk, and collect garbage rarely, while this lasts.

    For the demonstration alone, whose database was empty before: a power cut during the load
    leaves a file to delete, never an acknowledged booking lost. Afterwards everything is on the
    disk and each connection waits for it again. PostgreSQL keeps its own settings throughout.
    """
    engine = db.engine
    with _rare_collections():
        if engine.dialect.name != "sqlite":
            yield
            return
        with _unsynchronised(engine):
            yield


@contextmanager
def _unsynchronised(engine: Engine) -> Iterator[None]:
    _close(engine)
    event.listen(engine, "checkout", _do_not_wait)
    try:
        yield
    finally:
        event.remove(engine, "checkout", _do_not_wait)
        # New connections begin with synchronous=FULL; the checkpoint puts all on the disk.
        _close(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _close(engine: Engine) -> None:
    db.session.close()
    engine.dispose()


def _do_not_wait(connection: Any, _record: Any, _proxy: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def _rare_collections() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
