"""The finder over two facilities and a year, and readiness, with ever more stored bookings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, Engine, event, select

from benchmarks import history, world
from benchmarks.measure import Mark, Outcome, Timing, side_by_side
from benchmarks.statements import statements_of
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.services import SlotAnswer, SlotQuery, find_slots, readiness, viewer_of
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import TimeRange

SIZES = {"1k": 1_000, "100k": 100_000, "1M": 1_000_000}
MOST_TO_FLOOR, MOST_GROWTH = 3.0, 1.5
_YEAR, _LENGTH = timedelta(days=365), timedelta(hours=8)
Call = Callable[[], object]


def run(kind: str, fresh: Callable[[], str], folder: Path) -> Outcome:
    """Measure every size beside the very rows that it reads, fetched as tuples."""
    calls: dict[str, Call] = {}
    counted: dict[str, int] = {}
    for size, count in SIZES.items():
        here = world.found_two(fresh(), folder)
        history.fill(here.url, here.rooms, history.next_monday(), count)
        for name, call in {"finder": _finder(here), "readiness": _readiness(here)}.items():
            with here.app.app_context():
                counted[f"{name} {size}"] = statements_of(db.engine, call)
                calls[f"{name} {size}"] = _within(here.app, call)
                calls[f"rows of {name} {size}"] = _within(here.app, _as_tuples(db.engine, call))
    timing = side_by_side(calls, rounds=40, repeats=1)
    return Outcome(timing.figures(), counted, _marks(kind, timing))


def _finder(here: world.World) -> Callable[[], SlotAnswer]:
    """A day's work of one class anywhere within the year, for a startup's own people."""
    starts = history.next_monday()
    query = SlotQuery(
        process_class=world.CLASS,
        length=_LENGTH,
        window=TimeRange(starts, starts + _YEAR),
        facilities=world.SITES,
        organisation=world.OWNER,
        operators=world.OPERATORS,
    )

    def find() -> SlotAnswer:
        person = identity.get_person(db.session, world.REQUESTER)
        viewer = viewer_of(identity.principal_of(db.session, person, clock.now()))
        answer = find_slots(db.session, viewer, query, clock.now())
        assert len(answer.slots) == query.limit
        return answer

    return find


def _readiness(here: world.World) -> Call:
    """One booking in the middle of the year."""
    with here.app.app_context():
        middle = history.IN_THE_YEAR // 2
        reference = db.session.scalars(select(Booking.reference).where(Booking.id == middle)).one()
        db.session.close()

    def read() -> object:
        row = db.session.scalars(select(Booking).where(Booking.reference == reference)).one()
        return readiness(db.session, None, row, clock.now())

    return read


def _within(app: Flask, call: Call) -> Call:
    """The call as a request makes it: with a session of its own."""

    def make() -> None:
        with app.app_context():
            call()
            db.session.close()

    return make


def _as_tuples(engine: Engine, call: Call) -> Call:
    """The same statements with the same values, their rows fetched as tuples and left alone."""
    sent: list[tuple[object, object]] = []

    def note(
        _c: Connection, statement: object, _multi: object, values: object, _ctx: object
    ) -> None:
        sent.append((statement, values))

    event.listen(engine, "before_execute", note)
    call()
    db.session.close()
    event.remove(engine, "before_execute", note)

    def fetch() -> None:
        with engine.connect() as connection:
            for statement, values in sent:
                connection.execute(statement, values).all()  # type: ignore[call-overload]

    return fetch


def _marks(kind: str, timing: Timing) -> list[Mark]:
    marks = [
        Mark(
            f"{kind}: {name} at {size} to its rows, 95th",
            timing.high(f"{name} {size}") / timing.high(f"rows of {name} {size}"),
            MOST_TO_FLOOR,
        )
        for name in ("finder", "readiness")
        for size in SIZES
    ]
    growth = timing.high("finder 1M") / timing.high("finder 1k")
    return [*marks, Mark(f"{kind}: finder at 1M to 1k, 95th", growth, MOST_GROWTH)]
