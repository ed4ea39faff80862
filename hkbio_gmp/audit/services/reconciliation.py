"""Rebuilds every audited row from the logs and compares it with the live tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from hkbio_gmp.audit.models import AuditEntry
from hkbio_gmp.work.audited import audited_classes, row_key, row_values

Rows = dict[tuple[str, str], dict[str, Any]]


def replay(session: Session) -> Rows:
    """Every row as the logs tell it: (table, key) → field → value."""
    rows: Rows = {}
    query = select(AuditEntry.leaf).order_by(AuditEntry.log, AuditEntry.seq)
    for (leaf,) in session.execute(query.execution_options(yield_per=1000)):
        document = json.loads(leaf)
        place = (document["row"]["table"], document["row"]["key"])
        _apply(rows, place, document["changes"])
    return rows


def _apply(rows: Rows, place: tuple[str, str], changes: dict[str, list[Any]]) -> None:
    row = rows.setdefault(place, {})
    for name, (_old, new) in changes.items():
        if new is None:
            row.pop(name, None)
        else:
            row[name] = new
    if not row:
        del rows[place]


def live(session: Session) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Every audited row as it stands now, in the log's own form."""
    for model in audited_classes():
        table = str(inspect(model).local_table)
        for obj in session.scalars(select(model).order_by(*inspect(model).primary_key)):
            yield (table, row_key(obj)), row_values(session, obj)


def reconcile(session: Session) -> list[str]:
    """One line for each row that differs: altered, missing or foreign. Empty where all agree."""
    told = replay(session)
    problems = []
    for place, values in live(session):
        expected = told.pop(place, None)
        if expected is None:
            problems.append(f"{place[0]} {place[1]}: foreign; no log tells of it")
        elif expected != values:
            problems.append(f"{place[0]} {place[1]}: altered in {_differing(expected, values)}")
    problems += [f"{table} {key}: missing; the log has it" for table, key in sorted(told)]
    return problems


def _differing(expected: dict[str, Any], values: dict[str, Any]) -> str:
    names = sorted(set(expected) | set(values))
    return ", ".join(name for name in names if expected.get(name) != values.get(name))
