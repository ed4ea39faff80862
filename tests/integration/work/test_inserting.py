"""Rows inserted past the flush: told exactly as they are stored, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hkbio_gmp import work
from hkbio_gmp.audit.models import AuditEntry
from hkbio_gmp.audit.services.reconciliation import reconcile
from hkbio_gmp.audit.services.verification import verify_logs
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.models import Grant, Organisation, Person, Scope
from hkbio_gmp.identity.services import add_person
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.kernel.errors import NotValid
from hkbio_gmp.work import Audited, Named, Subject, Work, insert_rows

ACTOR = Actor("cli:tests", "tests", "cli")
PLAIN = {"name": "A", "name_zh": None, "active": True, "demonstration": False, "version": 1}
GRANT = {"role": "admin", "state": "ended", "proposed_by": "U000001", "ends": None}
EMPTY = ("decided_by", "decided_at")


def act(command: Callable[[Work], Any]) -> Any:
    return work.run(ACTOR, "identity:organisation:added", "why", command)


def organisations(*codes: str, **more: Any) -> Callable[[Work], list[int]]:
    rows = [{"code": code, **PLAIN, **more} for code in codes]
    return lambda unit: insert(unit, Organisation, *rows)


def insert(unit: Work, model: type[Audited], *rows: dict[str, Any]) -> list[int]:
    return insert_rows(unit.session, model, Subject("organisation", "A"), rows)


def problems() -> list[str]:
    with work.snapshot() as session:
        broken = [report.problem for report in verify_logs(session) if report.problem]
        return broken + reconcile(session)


def test_log_tells_rows_as_they_are_when_they_are_inserted(app: Flask) -> None:
    keys = act(organisations("A", "B", "C"))
    stored = dict(db.session.execute(select(Organisation.id, Organisation.code)).all())
    assert [stored[key] for key in keys] == ["A", "B", "C"]
    assert problems() == []


def test_log_tells_codes_when_rows_name_others(app: Flask) -> None:
    def give(unit: Work) -> None:
        person = add_person(unit, "a@a.example", "A", password_hash=None, organisation=None)
        unit.session.flush()
        (scope,) = insert(unit, Scope, {"kind": "facility", "code": "X"})
        named = {"person_id": Named(person.id, person.code), "scope_id": Named(scope, "facility:X")}
        insert(unit, Grant, {**GRANT, **named, "starts": unit.at, **dict.fromkeys(EMPTY)})

    act(give)
    assert problems() == []


def test_flushed_rows_come_first_when_both_are_written(app: Flask) -> None:
    def both(unit: Work) -> None:
        unit.session.add(Organisation(code="A", **PLAIN))
        organisations("B")(unit)

    act(both)
    leaves = db.session.scalars(select(AuditEntry.leaf).order_by(AuditEntry.seq)).all()
    assert [json.loads(leaf)["changes"]["code"] for leaf in leaves] == [[None, "A"], [None, "B"]]


@pytest.mark.parametrize(
    "row",
    [
        {"code": "A", **PLAIN, "colour": "red"},
        {"code": "A", **PLAIN, "id": 7},
        {"code": Named(1, "A"), **PLAIN},
    ],
)
def test_row_is_refused_when_the_log_could_not_tell_it(app: Flask, row: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        act(lambda unit: insert(unit, Organisation, row))
    assert problems() == []


def test_rows_are_refused_when_they_are_unlike(app: Flask) -> None:
    rows = ({"code": "A", **PLAIN}, {"code": "B"})
    with pytest.raises(TypeError):
        act(lambda unit: insert(unit, Organisation, *rows))


def test_key_is_refused_when_it_has_no_code(app: Flask) -> None:
    row = {**GRANT, "person_id": 1, "scope_id": 1, "starts": None, **dict.fromkeys(EMPTY)}
    with pytest.raises(TypeError):
        act(lambda unit: insert(unit, Grant, row))


def test_table_is_refused_when_it_holds_secrets(app: Flask) -> None:
    with pytest.raises(TypeError):
        act(lambda unit: insert(unit, Person, {"email": "a@a.example"}))


def test_text_is_refused_when_no_record_may_hold_it(app: Flask) -> None:
    with pytest.raises(NotValid):
        act(organisations("A", name="\x00"))


def test_insert_is_refused_when_no_unit_of_work_records_it(app: Flask) -> None:
    subject = Subject("organisation", "A")
    row = {"code": "A", **PLAIN}
    with pytest.raises(RuntimeError):
        work.write_unaudited(lambda s: insert_rows(s, Organisation, subject, [row]))
    assert problems() == []
