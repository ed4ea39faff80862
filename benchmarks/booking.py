"""Booking by HTTP with a token and an Idempotency-Key, against its floor."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from benchmarks import bulk, floors, world
from benchmarks.feed import week_ahead
from benchmarks.measure import Mark, Outcome, side_by_side
from benchmarks.statements import statements_of
from hkbio_gmp.extensions import db

MOST_TO_FLOOR = 4.0
Ask = Callable[[], TestResponse]


def run(kind: str, fresh: Callable[[], str], folder: Path) -> Outcome:
    """Measure bookings of free slots among a thousand others, each call a slot of its own."""
    here = world.found(fresh(), folder)
    bulk.fill(here.url, here.rooms, week_ahead(), 1_000)
    product = _posting(here.app, "/api/v1/bookings", _wishes(here), here.requester)
    floor = _posting(floors.booking_floor(here.url), "/bookings", _wishes(here), floors.FLOOR_TOKEN)
    with here.app.app_context():
        product()
        counted = {"booking": statements_of(db.engine, product)}
    timing = side_by_side({"booking": product, "floor": floor}, rounds=15, repeats=5)
    ratio = timing.ratio("booking", "floor")
    mark = Mark(f"{kind}: booking by HTTP to its floor", ratio, MOST_TO_FLOOR)
    return Outcome(timing.figures(), counted, [mark])


def _wishes(here: world.World) -> Iterator[dict[str, Any]]:
    """Free slots, one a room and working day, from the week after the full one on."""
    monday = week_ahead() + timedelta(days=14)
    for number in range(1_000_000):
        place, room = divmod(number, len(here.rooms))
        weeks, day = divmod(place, 5)
        starts = monday + timedelta(weeks=weeks, days=day, hours=1)
        yield {
            "facility": world.SITE,
            "resources": [here.rooms[room]],
            "project": world.PROJECT,
            "batch": world.BATCH,
            "process_class": world.CLASS,
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=8)).isoformat(),
            "operators": list(world.OPERATORS),
            "note": "Benchmark",
        }


def _posting(app: Flask, path: str, wishes: Iterator[dict[str, Any]], token: str) -> Ask:
    client = app.test_client()

    def post() -> TestResponse:
        headers = {"Idempotency-Key": uuid.uuid4().hex, "Authorization": f"Bearer {token}"}
        answer = client.post(path, json=next(wishes), headers=headers)
        assert answer.status_code == 201, answer.text
        return answer

    return post
