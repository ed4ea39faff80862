"""The product's own files, parsed once, for the conventions to measure."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]


@lru_cache
def sources(folder: str) -> tuple[Source, ...]:
    """Every Python file below a folder of the project."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, text, ast.parse(text)))
    return tuple(found)


def length(function: Function) -> int:
    """Lines of a function from ``def`` to its end, its docstring left out."""
    first = function.body[0]
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


def comment_lines(source: Source) -> int:
    """Lines that carry a comment for readers; directives to tools are not comments."""
    tool = re.compile(r"#\s*(type:|noqa|fmt:|!)")
    tokens = tokenize.generate_tokens(io.StringIO(source.text).readline)
    return sum(t.type == tokenize.COMMENT and not tool.match(t.string) for t in tokens)


def code_lines(source: Source) -> int:
    """Lines with anything on them."""
    return sum(1 for line in source.text.splitlines() if line.strip())


@lru_cache
def templates() -> tuple[tuple[str, str], ...]:
    """Name and text of every template."""
    folder = ROOT / "templates"
    return tuple(
        (str(path.relative_to(folder)), path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
    )


@lru_cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project that git keeps, the vendored ones left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    paths = (ROOT / name for name in listed.split("\0") if name and "/vendor/" not in name)
    return tuple(path for path in paths if path.is_file())


def tracked_text() -> Iterator[tuple[str, str]]:
    """Name and text of every tracked file that is text."""
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" not in raw:
            yield str(path.relative_to(ROOT)), raw.decode("utf-8")
