"""Writes TOML in one canonical form, so that two exports of one state are the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_FIRST_PRINTABLE, _DELETE = 0x20, 0x7F


def table(name: str, values: Mapping[str, Any], *, repeated: bool = False) -> str:
    """A table with its header; keys in the order given, None left out."""
    header = f"[[{name}]]" if repeated else f"[{name}]"
    lines = [f"{key} = {_value(item)}" for key, item in values.items() if item is not None]
    return "\n".join([header, *lines, ""])


def _value(item: Any) -> str:
    match item:
        case bool():
            return "true" if item else "false"
        case int():
            return str(item)
        case str():
            return _string(item)
        case date() | time():
            return item.isoformat()
        case Sequence():
            return f"[{', '.join(_value(part) for part in item)}]"
    raise TypeError(f"a facility file cannot hold {type(item).__name__}")


def _string(text: str) -> str:
    return f'"{"".join(_character(c) for c in text)}"'


def _character(c: str) -> str:
    if c in _ESCAPES:
        return _ESCAPES[c]
    plain = ord(c) >= _FIRST_PRINTABLE and ord(c) != _DELETE
    return c if plain else f"\\u{ord(c):04x}"
