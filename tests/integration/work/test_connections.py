"""A connection that died while it waited in the pool is replaced before it is used."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session

from hkbio_gmp.extensions import db
from hkbio_gmp.work import next_number, write_unaudited
from hkbio_gmp.work.engine import prepare_engine

_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def asked(engine: Engine) -> int | None:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT 1"))


def test_answer_comes_when_a_pooled_connection_has_died(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        return
    assert asked(db.engine) == 1
    other = create_engine(db.engine.url)
    with other.connect() as connection:
        connection.execute(_END)
    other.dispose()
    time.sleep(0.15)
    assert asked(db.engine) == 1


def test_connection_is_asked_once_when_it_is_used_again_at_once(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        return
    engine = create_engine(db.engine.url)
    prepare_engine(engine)
    pings = []
    original = engine.dialect.do_ping
    engine.dialect.do_ping = lambda one: pings.append(one) or original(one)  # type: ignore[method-assign]
    assert [asked(engine) for _ in range(3)] == [1, 1, 1]
    assert len(pings) == 1
    time.sleep(0.15)
    asked(engine)
    assert len(pings) == 2
    engine.dispose()


def test_statements_stay_prepared_when_a_request_has_only_read(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        return
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%lasting%'")
    for _ in range(8):
        db.session.execute(text("SELECT 1 AS lasting"))
        db.session.rollback()
    assert db.session.scalar(prepared) == 1


def test_write_is_refused_when_the_request_s_own_session_tries_it(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        return
    with pytest.raises(InternalError):
        db.session.execute(text("INSERT INTO counter (series, value) VALUES ('x', 1)"))
    db.session.rollback()
    assert db.session.scalar(text("SELECT count(*) FROM counter WHERE series = 'x'")) == 0


def test_nothing_is_left_when_a_unit_of_work_failed(app: Flask) -> None:
    def fail(session: Session) -> None:
        next_number(session, "x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_unaudited(fail)
    assert db.session.scalar(text("SELECT count(*) FROM counter WHERE series = 'x'")) == 0
