"""Scheduled work of booking."""

from __future__ import annotations

import time
from functools import partial

import structlog

from hkbio_gmp.booking.queries.occupied import rule_book
from hkbio_gmp.booking.queries.planned import planned_uses
from hkbio_gmp.booking.queries.relying import open_tasks
from hkbio_gmp.booking.queries.waitlist import waiting_facilities
from hkbio_gmp.booking.rules.occupancy import breaks, is_older
from hkbio_gmp.booking.services import holds, reexamination, waitlist
from hkbio_gmp.booking.services.countersigning import remind_overdue
from hkbio_gmp.booking.services.holding import expire_stale
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.work import Work, run, write_unaudited

ACTOR = Actor("job:holds", "Holds", "job")
WAITLIST = Actor("job:waitlist", "Waitlist", "job")
EXAMINER = Actor("job:reexamination", "Re-examination", "job")
_LONGEST_PAUSE_SECONDS = 0.5


def expire() -> list[str]:
    """Let go of every request whose hold has run out, a unit of work per facility."""
    expired: list[str] = []
    for code in [facility.code for facility in facilities.list_facilities(db.session)]:

        def command(work: Work, at: str = code) -> list[str]:
            work.lock([("facility", at)])
            return expire_stale(work, at)

        expired += run(ACTOR, "booking:slot:expired", "the hold ran out", command)
    return expired


def serve_waitlist() -> list[str]:
    """Offer what became free to who waits, one unit of work an offer."""
    offered: list[str] = []
    for code in waiting_facilities(db.session):
        run(
            WAITLIST,
            "booking:slot:expired",
            "nothing became free in time",
            partial(waitlist.end_waiting, facility=code),
        )
        offered += _serve(code)
    return offered


def _serve(facility: str) -> list[str]:
    changed = waitlist.has_changed(db.session, facility, clock.now())
    if changed is None:
        return []
    offered = []
    for reference, wish in waitlist.offers_for(db.session, facility, clock.now()):
        try:
            found = run(
                WAITLIST,
                "booking:slot:offered",
                "capacity became free",
                partial(waitlist.offer_slot, reference=reference, wish=wish),
            )
        except DomainError as error:
            # someone was faster; the log has grown, so the next look comes soon
            structlog.get_logger().info("offer not made", booking=reference, why=error.slug)
        else:
            offered += [found] if found else []
    write_unaudited(partial(waitlist.note_look, facility=facility, looked=changed))
    return offered


def remind_holds() -> list[str]:
    """Remind of every hold that ends soon, a unit of work per facility."""
    ending: list[str] = []
    for facility in facilities.list_facilities(db.session):
        ending += run(
            ACTOR,
            "booking:slot:hold_reminded",
            "the hold ends soon",
            partial(holds.remind_holds, facility=facility.code),
        )
    return ending


def remind_countersignatures() -> list[str]:
    """Tell of every countersignature that is late, once, a unit of work per facility."""
    late: list[str] = []
    for facility in facilities.list_facilities(db.session):
        late += run(
            ACTOR,
            "booking:slot:countersign_late",
            "the time for it has passed",
            partial(remind_overdue, facility=facility.code),
        )
    return late


def look_for_lapses() -> list[str]:
    """Commit the day's task of every facility, then look again at what it asks."""
    for facility in facilities.list_facilities(db.session):
        run(
            EXAMINER,
            "booking:slot:reexamination_opened",
            "a day to renew passed",
            partial(reexamination.open_lapses, facility=facility.code),
        )
    return reexamine()


def reexamine() -> list[str]:
    """Work off every open task, a short unit of work per batch; as long as each took, others have
    the database to themselves. Stopped anywhere it goes on where it was."""
    done: list[str] = []
    for number in open_tasks(db.session):
        while _next(number):
            pass
        done.append(str(number))
    return done


def _next(number: int) -> bool:
    began = time.monotonic()
    prepared = reexamination.prepare(db.session, number, clock.now())
    if prepared is None:
        return False
    run(
        EXAMINER,
        "booking:slot:reexamined",
        prepared.reason,
        partial(reexamination.work_off, prepared=prepared),
    )
    if prepared.batch.ids:
        time.sleep(min(time.monotonic() - began, _LONGEST_PAUSE_SECONDS))
    return True


def check_laws() -> list[str]:
    """Name every pair of planned uses that overlaps or breaks its changeover; none may exist.

    A pair decided before the present rules bound is no broken law: the facility's page of rules
    lists it for its manager.
    """
    problems = []
    older = 0
    for facility in facilities.list_facilities(db.session):
        book = rule_book(db.session, facility.code)
        for one, other, reason in breaks(planned_uses(db.session, facility.code), book):
            if reason == "changeover" and is_older(book, one, other):
                older += 1
            else:
                problems.append(f"{one.resource}: {one.booking} and {other.booking}: {reason}")
    if older:
        structlog.get_logger().info("pairs decided under older rules", count=older)
    if problems:
        structlog.get_logger().error("laws broken", first=problems[0], count=len(problems))
    return problems
