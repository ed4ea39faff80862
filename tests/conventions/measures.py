"""What the house measures of itself, and the marks it must hold.

``python -m tests.conventions.measures`` prints the table and fails when one regresses.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil

import grimp

from tests.conventions import sources
from tests.conventions.sources import ROOT, Function, Source

PRODUCT = "hkbio_gmp"
DOCUMENTED = re.compile(r"/(services|rules|lifecycle)(/|\.py$)")
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
INLINE = re.compile(r"""\sstyle\s*=|<style\b|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)""")

TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
WORDS = re.compile(r"[A-Z][a-z]+ [a-z]{2,}")
SPOKEN = re.compile(r"""\b(?:aria-label|title|placeholder|alt)\s*=\s*"[^"]*[A-Z][a-z]+ [a-z]""")


@dataclass(frozen=True)
class Mark:
    """A measure and the range that it must stay in; offenders come with it."""

    measure: Callable[[], tuple[float, list[str]]]
    most: float
    least: float = 0

    def holds(self, value: float) -> bool:
        return self.least <= value <= self.most


def percentile(values: Sequence[int], share: float) -> int:
    """The value that ``share`` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0


def _functions(folder: str) -> list[tuple[Source, Function]]:
    return [(source, f) for source in sources.sources(folder) for f in source.functions()]


def _lengths(share: float) -> tuple[float, list[str]]:
    return percentile([sources.length(f) for _, f in _functions(PRODUCT)], share), []


def longest_function() -> tuple[float, list[str]]:
    sized = {f"{s.name}:{f.lineno} {f.name}": sources.length(f) for s, f in _functions(PRODUCT)}
    return max(sized.values()), [f"{name} ({n})" for name, n in sized.items() if n > 60]


def complex_functions() -> tuple[float, list[str]]:
    command = ["-m", "ruff", "check", "--select", "C901", "--output-format", "concise", PRODUCT]
    run = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    found = [line for line in run.stdout.splitlines() if "C901" in line]
    return len(found), found


def module_lengths() -> tuple[float, list[str]]:
    return percentile([s.lines for s in sources.sources(PRODUCT)], 0.9), []


def longest_module() -> tuple[float, list[str]]:
    sized = {s.name: s.lines for s in sources.sources(PRODUCT)}
    return max(sized.values()), [f"{name} ({n})" for name, n in sized.items() if n > 400]


def _is_view(function: Function) -> bool:
    verbs = {"route", "get", "post", "put", "patch", "delete"}
    targets = (d.func for d in function.decorator_list if isinstance(d, ast.Call))
    return any(isinstance(t, ast.Attribute) and t.attr in verbs for t in targets)


def view_lengths() -> tuple[float, list[str]]:
    views = [f for s, f in _functions(PRODUCT) if _is_view(f) and "/api/" not in s.name]
    return percentile([sources.length(f) for f in views], 0.5), []


def import_cycles() -> tuple[float, list[str]]:
    graph = grimp.build_graph(PRODUCT, cache_dir=None)
    left = {m: set(graph.find_modules_directly_imported_by(m)) for m in graph.modules}
    while free := {m for m, imported in left.items() if not imported & left.keys()}:
        left = {m: imported for m, imported in left.items() if m not in free}
    while unused := left.keys() - set(chain.from_iterable(left.values())):
        left = {m: imported for m, imported in left.items() if m not in unused}
    return len(left), sorted(left)


def hidden_imports() -> tuple[float, list[str]]:
    found = [
        f"{source.name}:{node.lineno}"
        for source, function in _functions(PRODUCT)
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    return len(found), found


def _public(body: Sequence[ast.stmt]) -> list[Function | ast.ClassDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    named = [node for node in body if isinstance(node, kinds) and not node.name.startswith("_")]
    inner = [_public(node.body) for node in named if isinstance(node, ast.ClassDef)]
    return [*named, *chain.from_iterable(inner)]


def undocumented() -> tuple[float, list[str]]:
    rooms = [s for s in sources.sources(PRODUCT) if DOCUMENTED.search(s.name)]
    found = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in rooms
        for node in _public(source.tree.body)
        if not ast.get_docstring(node)
    ]
    return len(found), found


def comment_share() -> tuple[float, list[str]]:
    every = sources.sources(PRODUCT)
    share = sum(map(sources.comment_lines, every)) / sum(map(sources.code_lines, every))
    return round(100 * share, 2), []


def commit_sites() -> tuple[float, list[str]]:
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources.sources(PRODUCT)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    strangers = [site for site in found if site.split("/")[1] != "work"]
    return len(strangers), strangers


def vague_names() -> tuple[float, list[str]]:
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
    every = chain(sources.sources(PRODUCT), sources.sources("tests"))
    found = [s.name for s in every if vague & set(re.split(r"[/_.]", s.name))]
    return len(found), found


def test_lengths() -> tuple[float, list[str]]:
    tests = [f for _, f in _functions("tests") if f.name.startswith("test_")]
    return percentile([sources.length(f) for f in tests], 0.5), []


def longest_test_module() -> tuple[float, list[str]]:
    sized = {s.name: s.lines for s in sources.sources("tests")}
    return max(sized.values()), [f"{name} ({n})" for name, n in sized.items() if n > 500]


def template_lengths() -> tuple[float, list[str]]:
    sized = {name: text.count("\n") for name, text in sources.templates()}
    return percentile(list(sized.values()), 0.9), [n for n, size in sized.items() if size > 100]


def _without_jinja(text: str) -> str:
    return JINJA.sub(lambda found: "\n" * found[0].count("\n"), text)


def inline_code() -> tuple[float, list[str]]:
    found = [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in sources.templates()
        for number, line in enumerate(_without_jinja(text).splitlines(), 1)
        if INLINE.search(line)
    ]
    return len(found), found


def _blank_tags(text: str) -> str:
    return TAG.sub(lambda found: "\n" * found[0].count("\n"), text)


def untranslatable() -> tuple[float, list[str]]:
    found = [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in sources.templates()
        for seen, pattern in ((str, SPOKEN), (_blank_tags, WORDS))
        for number, line in enumerate(seen(_without_jinja(text)).splitlines(), 1)
        if pattern.search(line)
    ]
    return len(found), found


MARKS = {
    "function length, median": Mark(lambda: _lengths(0.5), 7),
    "function length, 90th percentile": Mark(lambda: _lengths(0.9), 22),
    "function length, longest": Mark(longest_function, 60),
    "functions with a complexity over 10": Mark(complex_functions, 0),
    "module length, 90th percentile": Mark(module_lengths, 200),
    "module length, longest": Mark(longest_module, 400),
    "view length, median": Mark(view_lengths, 10),
    "modules in import cycles": Mark(import_cycles, 0),
    "imports inside functions": Mark(hidden_imports, 0),
    "public names of services, rules, lifecycle without docstring": Mark(undocumented, 0),
    "comment lines, per cent": Mark(comment_share, 6),
    "commits outside of the unit of work": Mark(commit_sites, 0),
    "modules with a name that says nothing": Mark(vague_names, 0),
    "test function length, median": Mark(test_lengths, 10),
    "test module length, longest": Mark(longest_test_module, 500),
    "template length, 90th percentile": Mark(template_lengths, 100),
    "inline styles, scripts and handlers in templates": Mark(inline_code, 0),
    "texts in templates that cannot be translated": Mark(untranslatable, 0),
}


def main() -> int:
    """Print the table; 1 when a mark does not hold."""
    broken = 0
    for name, mark in MARKS.items():
        value, offenders = mark.measure()
        broken += not mark.holds(value)
        least = f"{mark.least:g} to " if mark.least else "at most "
        sign = " " if mark.holds(value) else "!"
        print(f"{sign} {value:>7g}  {name} ({least}{mark.most:g})")
        if not mark.holds(value):
            print(*(f"           {line}" for line in offenders), sep="\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
