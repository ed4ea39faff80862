"""The feed of one week, with ever more bookings in other years, against its floor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from werkzeug.test import TestResponse

from benchmarks import bulk, floors, world
from benchmarks.measure import Mark, Outcome, Timing, side_by_side
from benchmarks.statements import statements_of
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
MOST_TO_FLOOR, MOST_GROWTH = 3.0, 1.3
_WEEK, _REACH = timedelta(days=7), timedelta(days=120)
Ask = Callable[[], TestResponse]


def week_ahead() -> datetime:
    """Midnight (UTC) of a Monday three weeks from now."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=21 - today.weekday())


def run(kind: str, fresh: Callable[[], str], folder: Path) -> Outcome:
    """Measure every size beside its floor."""
    calls: dict[str, Callable[[], object]] = {}
    counted: dict[str, int] = {}
    for size, count in SIZES.items():
        here = world.found(fresh(), folder)
        bulk.fill(here.url, here.rooms, week_ahead(), count)
        product, floor = _product(here), _floor(here)
        _check_same(product(), floor())
        with here.app.app_context():
            counted[f"feed {size}"] = statements_of(db.engine, product)
        calls[f"feed {size}"], calls[f"floor {size}"] = product, floor
    timing = side_by_side(calls, rounds=15, repeats=5)
    return Outcome(timing.figures(), counted, _marks(kind, timing))


def _marks(kind: str, timing: Timing) -> list[Mark]:
    marks = [
        Mark(
            f"{kind}: week feed at {size} to its floor",
            timing.ratio(f"feed {size}", f"floor {size}"),
            MOST_TO_FLOOR,
        )
        for size in SIZES
    ]
    growth = timing.ratio("feed 100k", "feed 1k")
    return [*marks, Mark(f"{kind}: week feed at 100k to 1k", growth, MOST_GROWTH)]


def _product(here: world.World) -> Ask:
    starts = week_ahead()
    asked = {
        "facility": world.SITE,
        "from": starts.isoformat(),
        "to": (starts + _WEEK).isoformat(),
        "limit": 500,
    }
    headers = {"Authorization": f"Bearer {here.manager}"}
    return _asking(here.app, f"/api/v1/bookings?{urlencode(asked)}", headers)


def _floor(here: world.World) -> Ask:
    starts = week_ahead()
    asked = {
        "facility": world.SITE,
        "starts": starts.isoformat(),
        "ends": (starts + _WEEK).isoformat(),
        "earliest": (starts - _REACH).isoformat(),
    }
    return _asking(floors.feed_floor(here.url), f"/week?{urlencode(asked)}", {})


def _asking(app: Flask, path: str, headers: dict[str, str]) -> Ask:
    client = app.test_client()

    def ask() -> TestResponse:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    return ask


def _check_same(product: TestResponse, floor: TestResponse) -> None:
    """A feed that leaves rows out would be quick."""
    items, rows = product.get_json()["items"], floor.get_json()
    assert [item["reference"] for item in items] == [row["reference"] for row in rows]
    assert len(items) == bulk.IN_THE_WEEK
