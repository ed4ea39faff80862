"""When something that bookings rely on ends, one task is committed with it; a job works it off.

Whether a booking may run is always computed. A task only finds whom to tell, and flags them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.models import Booking, BookingFlag, Reexamination
from hkbio_gmp.booking.notices import Near
from hkbio_gmp.booking.queries.relying import (
    Batch,
    is_flagged,
    last_lapse_day,
    next_batch,
    subjects_of,
)
from hkbio_gmp.booking.rules.flags import Cause, turned
from hkbio_gmp.booking.services.examining import examine, plan_or_reason
from hkbio_gmp.booking.services.flags import clear_gone, open_flags, raise_flags
from hkbio_gmp.booking.services.people import people_of
from hkbio_gmp.booking.services.reading import slots_near
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.kernel.events import ValidityEnded, ValidityRestored
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.ids import new_id
from hkbio_gmp.kernel.timerange import local_date
from hkbio_gmp.work import Work

BATCH = 20
"""Bookings in one unit of work: its locks are held for a fraction of a second."""
_SUGGESTED = 3
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Prepared:
    """A batch read beforehand, outside of any lock: alternatives of those that may be flagged."""

    task: int
    batch: Batch
    reason: str
    near: dict[int, list[Near]] = field(default_factory=dict)


def on_validity_ended(work: Work, event: ValidityEnded) -> list[Finding]:
    """Commit one task with what ended; nobody waits for the bookings to be looked at."""
    open_task(work, event)
    return []


def on_validity_restored(work: Work, event: ValidityRestored) -> list[Finding]:
    """Commit a task only where a booking is flagged: its flag may go."""
    if is_flagged(work.session, event.subject_code):
        open_task(work, event)
    return []


def open_task(work: Work, event: ValidityEnded, *, since: date | None = None) -> Reexamination:
    """Commit a task to look again at every future booking that relies on the subject.

    ``since`` is the first day of a lapse's days, whose last one is the subject.
    """
    facility = None
    if event.facility is not None:
        facility = work.session.scalar(select(Facility).where(Facility.code == event.facility))
    task = Reexamination(
        reference=f"REX-{new_id()[:13].upper()}",
        facility=facility,
        cause=event.cause,
        subject_type=event.subject_type,
        subject=event.subject_code,
        rule=event.rule,
        since=since,
        reason=event.reason,
        state="open",
        cursor="",
        examined=0,
        flagged=0,
        opened_at=work.at,
    )
    work.session.add(task)
    work.session.flush()
    return task


def open_lapses(work: Work, facility: str) -> Reexamination | None:
    """Commit the day's task of a facility: bookings whose day to renew a certificate (D) passed
    since the last one. Run again on the same day (in the facility's zone) it does nothing."""
    work.lock([("facility", facility)])
    home = work.session.scalars(select(Facility).where(Facility.code == facility)).one()
    today = local_date(work.at, home.zone)
    last = last_lapse_day(work.session, home.id)
    if last is not None and last >= today:
        return None
    since = last + _DAY if last else today - timedelta(days=31)
    event = ValidityEnded(
        "day", today.isoformat(), facility, f"{since.isoformat()} / {today.isoformat()}", "lapse"
    )
    return open_task(work, event, since=since)


def prepare(session: Session, task_id: int, now: datetime, size: int = BATCH) -> Prepared | None:
    """Read the next batch of a task and look for alternatives; None where it is worked off."""
    task = session.get(Reexamination, task_id)
    if task is None or task.state != "open":
        return None
    batch = next_batch(session, task, now, size)
    near: dict[int, list[Near]] = {}
    if task.subject_type in ("resource", "outage"):
        near = _alternatives(session, task, batch, now)
    return Prepared(task.id, batch, task.reason, near)


def _alternatives(
    session: Session, task: Reexamination, batch: Batch, now: datetime
) -> dict[int, list[Near]]:
    """Slots near those bookings that a place's failing turns; another place may serve them."""
    cause = _cause(session, task)
    bookings = _load(session, batch.ids)
    found = examine(session, bookings, now)
    near = {}
    for booking in bookings:
        planned = plan_or_reason(session, booking)
        if turned(cause, found[booking.id]) and not isinstance(planned, Finding):
            slots = slots_near(session, None, planned, now)[:_SUGGESTED]
            near[booking.id] = [Near(", ".join(s.resources), s.slot) for s in slots]
    return near


def work_off(work: Work, prepared: Prepared) -> bool:
    """Look at one batch under the facility's lock: flag, tell, clear. Returns whether it was done.

    Idempotent: where another process was faster, the cursor is past the batch and nothing is done;
    flags and notices are unique besides.
    """
    ids = prepared.batch.ids
    homes = select(Facility.code).join(Booking).where(Booking.id.in_(ids)).distinct()
    work.lock([("facility", code) for code in work.session.scalars(homes)])
    task = work.session.scalars(
        select(Reexamination)
        .where(Reexamination.id == prepared.task)
        .with_for_update(of=Reexamination)
    ).one()
    if task.state != "open" or task.cursor != prepared.batch.before:
        return False
    if not ids:
        task.state = "done"
        return True
    cause = _cause(work.session, task)
    bookings = _load(work.session, ids)
    found = examine(work.session, bookings, work.at)
    standing = open_flags(work, ids)
    for booking in bookings:
        here = standing.get(booking.id, [])
        near = prepared.near.get(booking.id, [])
        task.flagged += _settle(work, task, booking, cause, found[booking.id], here, near)
    task.cursor = prepared.batch.after
    task.examined += len(bookings)
    return True


def _settle(
    work: Work,
    task: Reexamination,
    booking: Booking,
    cause: Cause,
    findings: Sequence[Finding],
    standing: Sequence[BookingFlag],
    near: Sequence[Near],
) -> bool:
    """Bring a booking's flags up to date; whether it was flagged and its people told."""
    clear_gone(work, standing, findings)
    if not any(s.holds for one in booking.sessions for s in one.allocations):
        return False
    new = raise_flags(work, task, booking, turned(cause, findings), standing)
    if new:
        said = notices.flag_body(booking, new, near)
        people = people_of(work, booking)
        notices.tell_flagged(work, people, booking, said, task.reference)
    return bool(new)


def _cause(session: Session, task: Reexamination) -> Cause:
    return Cause(task.cause, subjects_of(session, task), task.rule)


def _load(session: Session, ids: Sequence[int]) -> list[Booking]:
    query = select(Booking).where(Booking.id.in_(ids)).order_by(Booking.id)
    return list(session.scalars(query).unique())
