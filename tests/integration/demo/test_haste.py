"""Loading in haste ends where it began: every later commit waits for the disk."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from hkbio_gmp.demo.haste import in_haste
from hkbio_gmp.extensions import db

FULL, OFF = 2, 0


def synchronous() -> int | None:
    """What a connection of the application would do on commit; None where it is not ours to say."""
    if db.engine.dialect.name != "sqlite":
        return None
    with db.engine.connect() as connection:
        return connection.execute(text("PRAGMA synchronous")).scalar_one()


def only_on_sqlite(level: int) -> int | None:
    """The level expected."""
    return level if db.engine.dialect.name == "sqlite" else None


def test_commits_do_not_wait_while_in_haste_and_wait_again_when_it_ends(app: Flask) -> None:
    assert synchronous() == only_on_sqlite(FULL)
    with in_haste():
        assert synchronous() == only_on_sqlite(OFF)
    assert synchronous() == only_on_sqlite(FULL)


def test_commits_wait_again_when_the_load_fails(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), in_haste():
        raise ZeroDivisionError
    assert synchronous() == only_on_sqlite(FULL)
