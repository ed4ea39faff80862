"""Scheduled work: what runs when, and the one process that runs it."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask
from sqlalchemy import text

from hkbio_gmp import paths
from hkbio_gmp.audit import jobs as audit
from hkbio_gmp.booking import jobs as booking
from hkbio_gmp.certification import jobs as certification
from hkbio_gmp.extensions import db, scheduler
from hkbio_gmp.kernel.actors import Channel
from hkbio_gmp.kernel.ids import new_id
from hkbio_gmp.notifications import jobs as notifications
from hkbio_gmp.work import use_channel

LEADER_LOCK = 0x6863_6269
_STANDBY_SECONDS = 5
_GRACE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Job:
    """One scheduled job: idempotent, "do all that is due and not done"."""

    name: str
    description: str
    trigger: Any
    command: Callable[[], Any]


JOBS = (
    Job(
        "reminders",
        "remind of certificates that lapse",
        CronTrigger(hour="*", minute=7, timezone="UTC"),
        certification.send_reminders,
    ),
    Job("outbox", "deliver queued mail", IntervalTrigger(seconds=30), notifications.deliver_outbox),
    Job("holds", "let go requests whose hold ran out", IntervalTrigger(minutes=10), booking.expire),
    Job(
        "hold_reminders",
        "remind of requests whose hold ends soon",
        CronTrigger(minute="*/15", timezone="UTC"),
        booking.remind_holds,
    ),
    Job(
        "waitlist",
        "offer freed capacity to who waits",
        IntervalTrigger(minutes=1),
        booking.serve_waitlist,
    ),
    Job(
        "reexamination",
        "look again at bookings that rely on something that ended",
        IntervalTrigger(seconds=30),
        booking.reexamine,
    ),
    Job(
        "lapses",
        "look again at bookings whose certificates' renewal day has passed",
        CronTrigger(hour="*", minute=3, timezone="UTC"),
        booking.look_for_lapses,
    ),
    Job(
        "countersignatures",
        "remind of countersignatures that are late",
        CronTrigger(hour="*", minute=13, timezone="UTC"),
        booking.remind_countersignatures,
    ),
    Job(
        "laws",
        "check that no planned occupancy overlaps",
        CronTrigger(hour=18, minute=20, timezone="UTC"),
        booking.check_laws,
    ),
    Job(
        "verification",
        "verify the audit logs",
        CronTrigger(hour=18, minute=40, timezone="UTC"),
        audit.verify_all,
    ),
)


def find_job(name: str) -> Job | None:
    """The job of that name, or None."""
    return next((job for job in JOBS if job.name == name), None)


def run_job(app: Flask, job: Job) -> Any:
    """Run one job now, in a context of its own. Raises what the job raises."""
    with app.app_context(), use_channel(Channel(new_id(), "job")):
        result = job.command()
    structlog.get_logger().info("job", name=job.name, result=str(result)[:200])
    return result


def _guarded(app: Flask, job: Job) -> Callable[[], None]:
    def once() -> None:
        try:
            run_job(app, job)
        except Exception as error:
            structlog.get_logger().error("job failed", name=job.name, exc_info=error)

    return once


def start(app: Flask) -> None:
    """Schedule every job and run each once now: what fell due while we were down is done."""
    for job in JOBS:
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": _GRACE_SECONDS}
        command = _guarded(app, job)
        scheduler.add_job(command, job.trigger, id=job.name, **options)
        scheduler.add_job(command, id=f"{job.name}:start", **options)
    scheduler.start()


def lead(app: Flask, poll_seconds: float = _STANDBY_SECONDS) -> None:
    """Wait until no other process leads, then schedule. Never returns; ends with the process."""
    with app.app_context(), leadership(poll_seconds):
        start(app)
        while True:
            time.sleep(3600)


@contextmanager
def leadership(poll_seconds: float = _STANDBY_SECONDS) -> Iterator[None]:
    """Hold the one leadership of this database, waiting as standby for as long as it takes."""
    holder = _postgresql_leader if db.engine.dialect.name == "postgresql" else _file_leader
    with holder(poll_seconds):
        yield


@contextmanager
def _postgresql_leader(poll_seconds: float) -> Iterator[None]:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        query = text("SELECT pg_try_advisory_lock(:key)")
        while not connection.scalar(query, {"key": LEADER_LOCK}):
            time.sleep(poll_seconds)
        yield


@contextmanager
def _file_leader(poll_seconds: float) -> Iterator[None]:
    file = db.engine.url.database or str(paths.instance() / "scheduler")
    with open(f"{file}.leader", "w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
