"""On which line of a TOML file a value stands: the parser of the standard library does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*')\s*=")
_QUOTES = ('"""', "'''")


class LineIndex:
    """Path → line number, counted from 1."""

    def __init__(self, text: str):
        self._lines: dict[Path, int] = {(): 1}
        self._counts: dict[str, int] = {}
        self._table: Path = ()
        for number, line in _outside_long_strings(text):
            self._read(number, line)

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest table around it."""
        # A missing key has no line of its own; its table has.
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def _read(self, number: int, line: str) -> None:
        if header := _HEADER.match(line):
            self._table = self._opened(header[2].strip("\"' "), repeated=header[1] == "[[")
            self._lines[self._table] = number
            self._lines.setdefault(self._table[:1], number)
        elif key := _KEY.match(line):
            self._lines[(*self._table, key[1].strip("\"'"))] = number

    def _opened(self, name: str, *, repeated: bool) -> Path:
        if not repeated:
            return tuple(part.strip() for part in name.split("."))
        position = self._counts.get(name, -1) + 1
        self._counts[name] = position
        return name, position


def _outside_long_strings(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) for lines that do not begin inside a multi-line string."""
    open_quote: str | None = None
    # Not splitlines: TOML ends a line at LF alone, and so do editors.
    for number, line in enumerate(text.split("\n"), 1):
        if open_quote is None:
            yield number, line
            open_quote = next((q for q in _QUOTES if line.count(q) % 2), None)
        elif line.count(open_quote) % 2:
            open_quote = None
