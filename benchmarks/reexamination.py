"""A facility's licence is suspended under ten thousand bookings: the app answers meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from benchmarks import bulk, feed, world
from benchmarks.measure import Mark, Outcome, Timing
from hkbio_gmp import work
from hkbio_gmp.booking import jobs
from hkbio_gmp.booking.models import BookingFlag
from hkbio_gmp.booking.rules.gates import LICENCE
from hkbio_gmp.booking.services.reexamination import open_task
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.kernel.events import ValidityEnded
from hkbio_gmp.work import Work

AHEAD, MOST_TO_IDLE = 10_000, 2.0
_ACTOR = Actor("cli:benchmarks", "Benchmarks", "cli")
_IDLE, _PAUSE_SECONDS = 300, 0.02
Ask = Callable[[], object]


def run(kind: str, fresh: Callable[[], str], folder: Path) -> Outcome:
    """Time a list of bookings without the job, then while a process of its own works it off."""
    here = world.found(fresh(), folder)
    # half of them lie in the past
    bulk.fill(here.url, here.rooms, feed.week_ahead(), 2 * AHEAD)
    ask = feed._product(here)
    idle = [_timed(ask) for _ in range(_IDLE)]
    with here.app.app_context():
        work.run(_ACTOR, "benchmarks:licence:suspended", "benchmark", _suspend)
        db.session.close()
    begun, busy = time.perf_counter(), []
    command = [sys.executable, "-m", "benchmarks.reexamination", here.url, str(folder)]
    with subprocess.Popen(command) as job:
        while job.poll() is None:
            busy.append(_timed(ask))
    assert job.returncode == 0
    spent = (time.perf_counter() - begun) * 1000
    _check_flagged(here)
    timing = Timing({"idle": idle, "while looking again": busy})
    ratio = timing.high("while looking again") / timing.high("idle")
    mark = Mark(f"{kind}: answers while 10k are looked at again, 95th", ratio, MOST_TO_IDLE)
    return Outcome({**timing.figures(), "all of it": spent}, {}, [mark])


def _timed(ask: Ask) -> float:
    begun = time.perf_counter()
    ask()
    spent = time.perf_counter() - begun
    # people read what they were answered
    time.sleep(_PAUSE_SECONDS)
    return spent * 1000


def _suspend(unit: Work) -> None:
    of_site = select(Certificate).where(
        Certificate.subject_code == world.SITE, Certificate.kind.has(code=LICENCE)
    )
    (licence,) = unit.session.scalars(of_site)
    licence.state = "suspended"
    open_task(unit, ValidityEnded("facility", world.SITE, world.SITE, "suspended"))


def _check_flagged(here: world.World) -> None:
    """A job that left bookings out would be quick."""
    with here.app.app_context():
        flagged = db.session.scalar(select(func.count(BookingFlag.booking_id.distinct())))
        assert flagged is not None and flagged >= AHEAD, flagged
        db.session.close()


def main(url: str, folder: str) -> None:
    """Work off every open task, as the scheduler's process does."""
    with world.application(url, Path(folder)).app_context():
        jobs.reexamine()


if __name__ == "__main__":
    main(*sys.argv[1:])
