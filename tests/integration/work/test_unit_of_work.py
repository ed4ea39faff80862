"""No write without a who, a what and a why; the log can rebuild every record."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError

from hkbio_gmp import work
from hkbio_gmp.audit.models import AuditEntry, AuditLog
from hkbio_gmp.audit.services.reconciliation import reconcile
from hkbio_gmp.audit.services.verification import verify_logs
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.identity.services import add_organisation
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.kernel.errors import Busy, NotValid
from hkbio_gmp.work import Work
from hkbio_gmp.work.guard import UnrecordedWrite

ACTOR = Actor("cli:tests", "tests", "cli")


def add(code: str) -> None:
    work.run(ACTOR, "identity:organisation:added", "why", lambda u: add_organisation(u, code, code))


def problems() -> list[str]:
    with work.snapshot() as session:
        broken = [report.problem for report in verify_logs(session) if report.problem]
        return broken + reconcile(session)


def tamper(statement: str) -> None:
    """Write behind the application's back, as somebody with the database's password could."""
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute("BEGIN") if db.engine.dialect.name == "sqlite" else None
        raw.execute(statement)
        raw.commit()


def test_entries_tell_who_what_and_why_when_a_command_ran(app: Flask) -> None:
    add("A")
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).first()
    assert (entry.actor_id, entry.action) == ("cli:tests", "identity:organisation:added")
    assert '"reason":"why"' in entry.leaf
    assert problems() == []


def test_sequence_has_no_gap_when_a_command_failed(app: Flask) -> None:
    add("A")
    with pytest.raises(ZeroDivisionError):
        work.run(ACTOR, "x:y:z", None, lambda u: (add_organisation(u, "B", "B"), 1 / 0))
    add("C")
    seqs = list(db.session.scalars(select(AuditEntry.seq).order_by(AuditEntry.seq)))
    assert seqs == list(range(len(seqs)))
    assert problems() == []


@pytest.mark.parametrize(
    "write",
    [
        lambda s: s.execute(update(Organisation).values(name="x")),
        lambda s: s.execute(text("DELETE FROM organisation")),
        lambda s: s.execute(text("/* a */ WITH q AS (SELECT 1) UPDATE organisation SET name='x'")),
        lambda s: s.execute(text('insert  into "organisation" (id) values (1)')),
    ],
)
def test_write_is_refused_when_it_is_not_recorded(app: Flask, write) -> None:
    add("A")
    with pytest.raises(UnrecordedWrite):
        work.write_unaudited(write)
    assert problems() == []


@pytest.mark.parametrize("nasty", ["\x00", "\ud800", "\x1b[31m", "\u202e"])
def test_text_is_refused_when_no_record_may_hold_it(app: Flask, nasty: str) -> None:
    for name, reason, field in (
        (f"A{nasty}", "why", "name"),
        ("A", f"why{nasty}", "reason"),
    ):
        with pytest.raises(NotValid) as refused:
            work.run(
                ACTOR,
                "identity:organisation:added",
                reason,
                lambda unit, name=name: add_organisation(unit, "A", name),
            )
        assert [error.field for error in refused.value.errors] == [field]
    assert db.session.scalars(select(Organisation)).all() == []


def test_plain_session_is_refused_when_it_writes_an_audited_table(app: Flask) -> None:
    db.session.add(Organisation(code="X", name="X", active=True, demonstration=True, version=1))
    with pytest.raises(UnrecordedWrite):
        db.session.flush()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET leaf = 'x'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_node",
        "DELETE FROM audit_log",
    ],
)
def test_log_refuses_when_it_is_changed_by_sql(app: Flask, statement: str) -> None:
    add("A")
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_reconciliation_names_the_row_when_sql_changed_it(app: Flask) -> None:
    add("A")
    tamper("UPDATE organisation SET name = 'other'")
    assert problems() == ["organisation 1: altered in name"]


def test_reconciliation_names_the_row_when_sql_added_it(app: Flask) -> None:
    add("A")
    tamper(
        "INSERT INTO organisation (id, code, name, active, demonstration, version) "
        "VALUES (77, 'Z', 'Z', true, true, 1)"
    )
    assert problems() == ["organisation 77: foreign; no log tells of it"]


def test_verification_names_the_entry_when_the_head_lies(app: Flask) -> None:
    add("A")
    size = db.session.get_one(AuditLog, "SYSTEM").size
    db.session.rollback()
    tamper(f"UPDATE audit_log SET size = {size - 1}")
    assert problems()[0].startswith(f"SYSTEM entry {size - 1}: foreign")


def test_command_runs_again_when_the_database_was_busy(app: Flask) -> None:
    tries = []

    def command(unit: Work) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("x", {}, Exception("database is locked"))
        add_organisation(unit, "A", "A")

    work.run(ACTOR, "x:y:z", None, command)
    assert len(tries) == 3
    assert problems() == []


def test_busy_is_raised_when_every_try_failed(app: Flask, monkeypatch) -> None:
    monkeypatch.setattr("hkbio_gmp.work.unit.time.sleep", lambda _seconds: None)

    def command(_unit: Work) -> None:
        raise OperationalError("x", {}, Exception("database is locked"))

    with pytest.raises(Busy):
        work.run(ACTOR, "x:y:z", None, command)
