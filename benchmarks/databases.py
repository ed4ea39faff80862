"""Migrated, empty databases of both kinds, both with every commit on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import databases

Fresh = Callable[[], str]


@contextmanager
def sqlite() -> Iterator[tuple[Fresh, Path]]:
    """A maker of SQLite databases, and the folder that holds them."""
    with TemporaryDirectory(prefix="hkbio-bench-") as name:
        folder = Path(name)
        template = databases.migrated_sqlite(folder)
        yield lambda: databases.fresh_sqlite(template, folder), folder


@contextmanager
def postgresql() -> Iterator[tuple[Fresh, Path]]:
    """A maker of PostgreSQL databases on a server of the benchmark's own, and a folder."""
    with (
        TemporaryDirectory(prefix="hkbio-bench-") as name,
        databases.postgresql_server(durable=True) as base,
    ):
        databases.migrated_postgresql_template(base)
        yield lambda: base.format(name=databases.create_postgresql(base)), Path(name)


KINDS = {"sqlite": sqlite, "postgresql": postgresql}
