"""Lengths of time as a person writes them: ``1d 8h``, ``90m``."""

from __future__ import annotations

import re

_UNITS = {"d": 24 * 60, "h": 60, "m": 1}
_PART = re.compile(r"(\d{1,5})\s*([dhm])")
_WHOLE = re.compile(r"(?:\d{1,5}\s*[dhm]\s*)+")


def minutes_of(text: str) -> int | None:
    """Minutes of a length such as ``1d 8h 30m`` or ``0``; None where it is none."""
    said = text.strip().lower()
    if said == "0":
        return 0
    if not _WHOLE.fullmatch(said):
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(said))


def written(minutes: int) -> str:
    """The length of so many minutes as it is read back: ``1d 8h``."""
    parts = []
    for unit, size in _UNITS.items():
        count, minutes = divmod(minutes, size)
        parts += [f"{count}{unit}"] if count else []
    return " ".join(parts) or "0"
