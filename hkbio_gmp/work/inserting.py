"""Inserts rows of audited tables past the flush: what is stored and what is told are one thing.

A flush weighs everything that the session holds; a command that knows its rows and their order
need not wait for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Table, inspect
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.sql.dml import ReturningInsert

from hkbio_gmp.work.audited import Audited, Change, Subject, column_fields, plain
from hkbio_gmp.work.capture import capture_of, recorded, refuse_texts

Values = Mapping[str, Any]


class Named(NamedTuple):
    """A row that a foreign key names: its key for the table, its code for the log."""

    key: int
    code: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a table is written: attribute → (name in the log, whether it names another row)."""

    table: str
    fields: Mapping[str, tuple[str, bool]]
    statement: ReturningInsert[Any]


def insert_rows(
    session: Session, model: type[Audited], subject: Subject, rows: Sequence[Values]
) -> list[int]:
    """Insert rows of one record, each an entry of the log; returns their keys, in order.

    A foreign key is given as :class:`Named`. Raises NotValid for a text that no record may hold,
    TypeError where the log could not tell what is stored. Refused outside a unit of work.
    """
    capture = capture_of(session)
    shape = _shape(inspect(model))
    told = [_told(shape, row, rows[0]) for row in rows]
    stored = [_stored(row) for row in rows]
    session.flush()
    with recorded():
        found = session.connection().execute(shape.statement, stored)
    keys = list(found.scalars())
    for key, changes in zip(keys, told, strict=True):
        capture.changes.append(Change(subject, shape.table, str(key), changes))
    return keys


@lru_cache(maxsize=64)
def _shape(mapper: Mapper[Any]) -> _Shape:
    table = mapper.local_table
    assert isinstance(table, Table)
    # what a default adds the row does not say, and what is secret the log does not show
    if mapper.class_.__secrets__ or any(column.default is not None for column in table.columns):
        raise TypeError(f"{table} is written by the flush alone")
    fields = {
        attribute: (name, target is not None) for attribute, name, target in column_fields(mapper)
    }
    (key,) = table.primary_key
    return _Shape(table.name, fields, table.insert().returning(key, sort_by_parameter_order=True))


def _told(shape: _Shape, row: Values, first: Values) -> dict[str, list[Any]]:
    """The row as an entry tells it, empty fields left out."""
    if not row.keys() == first.keys() <= shape.fields.keys():
        raise TypeError(f"{shape.table}: fields that it lacks, or that not every row has")
    refuse_texts(row)
    told = {}
    for attribute, value in row.items():
        if value is None:
            continue
        name, names_another = shape.fields[attribute]
        if names_another != isinstance(value, Named):
            raise TypeError(f"{shape.table}.{attribute} is told by the code of what it names")
        told[name] = [None, value.code if isinstance(value, Named) else plain(value)]
    return told


def _stored(row: Values) -> dict[str, Any]:
    return {n: value.key if isinstance(value, Named) else value for n, value in row.items()}
