"""``make bench``: runs every benchmark, prints a table, keeps the results, names missed marks."""

from __future__ import annotations

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from benchmarks import booking, feed, finder, reexamination
from benchmarks.databases import KINDS
from benchmarks.measure import Mark, Outcome
from hkbio_gmp.web import log

RESULTS = Path(__file__).with_name("results.json")
BENCHMARKS = {
    "feed": feed.run,
    "booking": booking.run,
    "finder": finder.run,
    "reexamination": reexamination.run,
}


def main(wanted: list[str]) -> int:
    """Run the benchmarks named (all without a name); 1 where a mark is missed."""
    _quiet()
    found: dict[str, Outcome] = {}
    for kind, databases in KINDS.items():
        with databases() as (fresh, folder):
            for name, run in BENCHMARKS.items():
                if not wanted or name in wanted or kind in wanted:
                    found[f"{name} on {kind}"] = run(kind, fresh, folder)
    marks = [mark for outcome in found.values() for mark in outcome.marks]
    _print(found, marks)
    if not wanted:
        RESULTS.write_text(json.dumps(_document(found, marks), indent=2) + "\n", encoding="utf-8")
    missed = [mark for mark in marks if not mark.holds]
    for mark in missed:
        print(f"missed: {mark.name}: {mark.ratio:.2f}, at most {mark.most}", file=sys.stderr)
    return 1 if missed else 0


def _quiet() -> None:
    """Render the product's log lines as in production, and send them nowhere."""
    log.configure("json")
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open for the whole run
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(nowhere))


def _print(found: dict[str, Outcome], marks: list[Mark]) -> None:
    for title, outcome in found.items():
        print(f"\n{title}")
        for name, spent in outcome.milliseconds.items():
            sent = outcome.statements.get(name)
            print(f"  {name:<24}{spent:>10.2f} ms" + (f"{sent:>6} statements" if sent else ""))
    print(f"\n{'mark':<48}{'ratio':>8}{'at most':>9}")
    for mark in marks:
        print(f"{mark.name:<48}{mark.ratio:>8.2f}{mark.most:>9}  {_said(mark)}")


def _said(mark: Mark) -> str:
    return "held" if mark.holds else "MISSED"


def _document(found: dict[str, Outcome], marks: list[Mark]) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "marks": [
            {"name": m.name, "ratio": round(m.ratio, 2), "at_most": m.most, "held": m.holds}
            for m in marks
        ],
        "benchmarks": {
            title: {"milliseconds": outcome.milliseconds, "statements": outcome.statements}
            for title, outcome in found.items()
        },
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
