"""What makes a table audited, and how its rows turn into what an entry says."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import inspect
from sqlalchemy.orm import ColumnProperty, Mapper, Session

from hkbio_gmp.extensions import Base

SYSTEM_LOG = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Subject:
    """The record that a row belongs to, and the log that keeps its history."""

    type: str
    ref: str
    log: str = SYSTEM_LOG
    zone: str = "UTC"
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One inserted, changed or deleted row: ``changes`` holds field → [old, new]."""

    subject: Subject
    table: str
    key: str
    changes: dict[str, list[Any]] = field(default_factory=dict)


class Audited:
    """Mixin of every audited table. Its rows are written only inside :func:`work.run`."""

    __secrets__: ClassVar[frozenset[str]] = frozenset()

    def audit_subject(self) -> Subject:
        """The record that this row is, or is a part of. It never changes for a row."""
        raise TypeError(f"{type(self).__name__} does not say which record it belongs to")

    @property
    def audit_code(self) -> str:
        """How other rows name this one in the log; it never changes for a row."""
        for name in ("reference", "code"):
            if hasattr(self, name):
                return str(getattr(self, name))
        return str(inspect(self).identity[0])


def audited_classes() -> list[type[Any]]:
    """Every audited table's class, ordered by table name."""
    found = [m.class_ for m in Base.registry.mappers if issubclass(m.class_, Audited)]
    return sorted(found, key=lambda c: str(c.__tablename__))


@lru_cache(maxsize=512)
def column_fields(mapper: Mapper[Any]) -> tuple[tuple[str, str, type[Any] | None], ...]:
    """(attribute, field name in the log, class it refers to) for each column but the key."""
    out = []
    for prop in mapper.column_attrs:
        column = prop.columns[0]
        if column.primary_key:
            continue
        target = _target(prop)
        name = prop.key.removesuffix("_id") if target is not None else prop.key
        out.append((prop.key, name, target))
    return tuple(out)


def _target(prop: ColumnProperty[Any]) -> type[Any] | None:
    for key in prop.columns[0].foreign_keys:
        for mapper in Base.registry.mappers:
            if mapper.local_table is key.column.table:
                return mapper.class_ if key.column.primary_key else None
    return None


def plain(value: Any) -> Any:
    """The JSON value of a column's value, the same on both databases (RFC 8785 can hold it)."""
    match value:
        case None | bool() | int() | str() if not isinstance(value, enum.Enum):
            return value
        case enum.Enum():
            return plain(value.value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return format(value.normalize(), "f")
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {str(name): plain(item) for name, item in value.items()}
    raise TypeError(f"an audited column cannot hold {type(value).__name__}")


def code_of(session: Session, target: type[Any], key: Any) -> Any:
    """The code of the row that a foreign key names."""
    if key is None:
        return None
    known = session.identity_map.get((target, (key,), None))
    return (known or session.get_one(target, key)).audit_code


def row_values(session: Session, obj: Any) -> dict[str, Any]:
    """A row as the log shows it: field → value, secrets as ``changed``, empty fields left out."""
    out: dict[str, Any] = {}
    state = inspect(obj)
    for attribute, name, target in column_fields(state.mapper):
        known = state.dict
        value = known[attribute] if attribute in known else getattr(obj, attribute)
        if value is not None:
            out[name] = shown(session, obj, attribute, target, value)
    return out


def shown(session: Session, obj: Any, attribute: str, target: type[Any] | None, value: Any) -> Any:
    """One value as the log shows it."""
    if value is None:
        return None
    if attribute in obj.__secrets__:
        return "changed"
    return code_of(session, target, value) if target is not None else plain(value)


def row_key(obj: Any) -> str:
    """The primary key as text."""
    return ":".join(str(part) for part in inspect(obj).identity)
