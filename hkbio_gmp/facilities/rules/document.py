"""A facility as one declarative file: its parts, its shape, reading and writing it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, time
from typing import Any

from hkbio_gmp.facilities.rules import toml_writer
from hkbio_gmp.facilities.rules.sections import DAYS, FORMAT, QUIET_DEFAULTS, REPEATED, SINGLE
from hkbio_gmp.facilities.rules.shape import Problems, read
from hkbio_gmp.facilities.rules.toml_lines import LineIndex
from hkbio_gmp.kernel.errors import FieldError
from hkbio_gmp.kernel.messages import Message

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FacilityDocument:
    """What a facility file says: one record a table, its keys those of the file's tables."""

    facility: Record
    settings: Record
    facts: list[Record] = field(default_factory=list)
    hours: list[Record] = field(default_factory=list)
    zones: list[Record] = field(default_factory=list)
    rooms: list[Record] = field(default_factory=list)
    suites: list[Record] = field(default_factory=list)
    equipment: list[Record] = field(default_factory=list)
    classes: list[Record] = field(default_factory=list)
    changeover: list[Record] = field(default_factory=list)
    segregation: list[Record] = field(default_factory=list)
    closures: list[Record] = field(default_factory=list)
    templates: list[Record] = field(default_factory=list)
    steps: list[Record] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The facility's code."""
        return str(self.facility["code"])

    @property
    def active_classes(self) -> list[str]:
        """Codes of the process classes that count."""
        return [row["code"] for row in self.classes if row["state"] == "active"]


def write(document: FacilityDocument) -> str:
    """The document in its one canonical form."""
    parts = [f"format = {FORMAT}\n"]
    content = asdict(document)
    for name in SINGLE:
        parts.append(toml_writer.table(name, content[name]))
    for name in REPEATED:
        parts += [toml_writer.table(name, _quiet(row), repeated=True) for row in content[name]]
    return "\n".join(parts)


def _quiet(row: Record) -> Record:
    return {k: v for k, v in row.items() if QUIET_DEFAULTS.get(k, ...) != v}


def parse(text: str) -> tuple[FacilityDocument | None, Problems]:
    """Read a file's shape. The document is None where anything was reported."""
    lines = LineIndex(text)
    problems = Problems(lines)
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return None, _syntax(text, str(error))
    _check_top(content, problems)
    # Every section is read even where one failed: all problems come at once.
    parts: dict[str, Any] = {name: _single(content, name, problems) for name in SINGLE}
    parts |= {name: _repeated(content, name, problems) for name in REPEATED}
    if problems.found:
        return None, problems
    return FacilityDocument(**parts), problems


def _syntax(text: str, said: str) -> Problems:
    problems = Problems(LineIndex(""))
    # The parser tells the line in its sentence only; at the end of the file it tells none.
    where = re.search(r"at line (\d+)", said)
    line = int(where[1]) if where else text.count("\n") + 1
    message = Message("The file is not valid TOML: {said}", said=said[:200])
    remedy = Message("Mend the line; the format is described at toml.io.")
    problems.found.append((line, FieldError(f"line {line}, file", message, remedy)))
    return problems


def _check_top(content: Record, problems: Problems) -> None:
    known = ["format", *SINGLE, *REPEATED]
    for name in content:
        if name not in known:
            problems.add(
                (name,),
                Message("The table {name} is not known.", name=name[:80]),
                Message("Remove it, or use one of: {known}.", known=", ".join(known)),
            )
    if content.get("format") != FORMAT or isinstance(content.get("format"), bool):
        problems.add(
            ("format",),
            Message("The file does not say which format it has."),
            Message("Begin the file with: format = {format}", format=FORMAT),
        )


def _single(content: Record, name: str, problems: Problems) -> Record | None:
    values = content.get(name, {})
    if not isinstance(values, dict):
        _wrong_table(name, f"[{name}]", problems)
        return None
    return read(values, SINGLE[name], (name,), problems)


def _repeated(content: Record, name: str, problems: Problems) -> list[Record | None] | None:
    rows = content.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        _wrong_table(name, f"[[{name}]]", problems)
        return None
    fields = REPEATED[name]
    return [read(row, fields, (name, n), problems) for n, row in enumerate(rows)]


def _wrong_table(name: str, header: str, problems: Problems) -> None:
    problems.add(
        (name,),
        Message("{name} is not a table.", name=name),
        Message("Write it under the header {header}.", header=header),
    )


def resources(document: FacilityDocument) -> list[tuple[str, int, Record]]:
    """(section, position, record) of every resource, in the order of the file."""
    sections: Sequence[tuple[str, list[Record]]] = (
        ("rooms", document.rooms),
        ("suites", document.suites),
        ("equipment", document.equipment),
    )
    return [(name, n, row) for name, rows in sections for n, row in enumerate(rows)]


def hours_key(row: Record) -> tuple[int, time]:
    """Sorts opening hours by weekday and time."""
    return DAYS.index(row["day"]), row["opens"]


def closure_key(row: Record) -> tuple[date, str]:
    """Sorts closures by day and code."""
    return row["first"], row["code"]
