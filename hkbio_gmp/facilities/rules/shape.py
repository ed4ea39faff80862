"""Shapes of a facility file's tables, as data, and the reader that reports all problems at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from hkbio_gmp.facilities.rules.toml_lines import LineIndex, Path
from hkbio_gmp.kernel.errors import FieldError
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.texts import is_plain

LONGEST_TEXT = 500
_ABSENT = object()
_KINDS: dict[str, type[Any]] = {
    "text": str,
    "whole": int,
    "flag": bool,
    "day": date,
    "clock": time,
    "list": list,
}
_NAMES = {
    "text": Message("a text in quotes"),
    "whole": Message("a whole number"),
    "flag": Message("true or false"),
    "day": Message("a day such as 2027-01-04"),
    "clock": Message("a time such as 09:00:00"),
    "list": Message("a list of texts"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a table. ``default`` None with ``required`` false means: may be left out."""

    name: str
    kind: str = "text"
    required: bool = True
    default: Any = None
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 10_000_000


class Problems:
    """Collects what is wrong, each with its line."""

    def __init__(self, lines: LineIndex):
        self._lines = lines
        self.found: list[tuple[int, FieldError]] = []

    def add(self, path: Path, message: Message, remedy: Message) -> None:
        """Report one thing wrong at ``path``."""
        line = self._lines.line(path)
        named = ".".join(str(part) for part in path if isinstance(part, str)) or "file"
        self.found.append((line, FieldError(f"line {line}, {named}", message, remedy)))

    def in_order(self) -> list[FieldError]:
        """All of them, by line."""
        return [error for _line, error in sorted(self.found, key=lambda pair: pair[0])]


def read(
    values: Mapping[str, Any], fields: Sequence[Field], path: Path, problems: Problems
) -> dict[str, Any] | None:
    """The table's values with defaults filled in, or None once problems were reported."""
    before = len(problems.found)
    _refuse_unknown(values, fields, path, problems)
    out = {}
    for field in fields:
        out[field.name] = _read_field(values.get(field.name, _ABSENT), field, path, problems)
    return out if len(problems.found) == before else None


def _refuse_unknown(
    values: Mapping[str, Any], fields: Sequence[Field], path: Path, problems: Problems
) -> None:
    known = [field.name for field in fields]
    for name in values:
        if name not in known:
            problems.add(
                (*path, name),
                Message("The key {name} is not known here.", name=name[:80]),
                Message("Remove it, or use one of: {known}.", known=", ".join(known)),
            )


def _read_field(value: Any, field: Field, path: Path, problems: Problems) -> Any:
    if value is _ABSENT:
        if field.required:
            problems.add(
                path,
                Message("{name} is missing.", name=field.name),
                Message("Add {name} = {kind}.", name=field.name, kind=_NAMES[field.kind]),
            )
        return field.default
    fault = _fault(value, field)
    if fault is not None:
        problems.add((*path, field.name), *fault)
    # Frozen values: lists become tuples.
    return tuple(value) if isinstance(value, list) else value


def _fault(value: Any, field: Field) -> tuple[Message, Message] | None:
    if not _has_kind(value, field.kind):
        return (
            Message("{name} has another type.", name=field.name),
            Message("Write {kind}.", kind=_NAMES[field.kind]),
        )
    if field.kind == "whole":
        return _number_fault(value, field)
    texts = value if field.kind == "list" else [value]
    return next((found for t in texts if (found := _text_fault(t, field)) is not None), None)


def _has_kind(value: Any, kind: str) -> bool:
    # In Python a bool is an int and a datetime is a date; in a file they are not.
    if kind == "whole" and isinstance(value, bool):
        return False
    if kind == "day" and isinstance(value, datetime):
        return False
    if kind == "clock" and isinstance(value, time):
        return value.microsecond == 0
    if kind == "list":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, _KINDS[kind])


def _number_fault(value: int, field: Field) -> tuple[Message, Message] | None:
    if field.least <= value <= field.most:
        return None
    return (
        Message("{name} is {value}.", name=field.name, value=value if abs(value) < 10**12 else "?"),
        Message("Give a number from {least} to {most}.", least=field.least, most=field.most),
    )


def _text_fault(value: Any, field: Field) -> tuple[Message, Message] | None:
    if not isinstance(value, str):
        return None
    if field.choices and value not in field.choices:
        return (
            Message("{name} cannot be “{value}”.", name=field.name, value=value[:80]),
            Message("Use one of: {choices}.", choices=", ".join(field.choices)),
        )
    if not value.strip() or len(value) > LONGEST_TEXT or not is_plain(value):
        return (
            Message("{name} is empty, too long, or holds a control character.", name=field.name),
            Message("Write 1 to {most} characters.", most=LONGEST_TEXT),
        )
    return None
