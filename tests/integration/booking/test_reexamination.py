"""What ends flags the bookings that rely on it, once, by the job; on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask

from hkbio_gmp.booking import jobs, services
from hkbio_gmp.booking.models import BookingFlag, Reexamination
from hkbio_gmp.booking.queries import flags_of
from hkbio_gmp.booking.services import reexamination
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.services.accounts import disable_person
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.events import ValidityEnded, ValidityRestored
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.work import Work
from tests.integration.booking import world

QUIET: dict[str, Any] = {"operators": ("operator@a.example",)}
KIND = "room_qualification_ab"
NAME = f"LCT-{KIND}-{world.ROOM}-2027-12-31"


def asked(days: float = 14, **more: Any) -> str:
    return world.ask(world.wish(days, **{**QUIET, **more}))


def judge(state: str, event: type[ValidityEnded] = ValidityEnded) -> None:
    """Give the room's qualification another state, as quality's decision does."""

    def command(unit: Work) -> None:
        row = unit.session.query(Certificate).filter_by(reference=NAME).one()
        row.state = state
        said = ("resource", world.ROOM, "LCT", f"{NAME} {state}")
        unit.announce(event(*said, "certificate", f"certificate:{KIND}"))

    world.act(world.CLI, command)


def standing() -> dict[str, list[str]]:
    """Booking's reference → subjects of the flags that stand on it."""
    db.session.rollback()
    rows = db.session.query(BookingFlag).filter_by(cleared_at=None).order_by(BookingFlag.id)
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.booking.reference, []).append(row.subject)
    return found


def told(reference: str) -> list[OutboxMessage]:
    """The notices of a flag on a booking."""
    db.session.rollback()
    key = f"booking:{reference}:flagged:%"
    query = db.session.query(OutboxMessage).filter(OutboxMessage.dedupe_key.like(key))
    return query.order_by(OutboxMessage.id).all()


def plan_outage(days: float = 14, reason: str | None = "filter") -> str:
    person = world.who("manager@lct.example")
    when = TimeRange(world.at(days, 8), world.at(days, 12))
    return world.act(
        person.actor,
        lambda u: services.plan_outage(u, person, world.ROOM, when, "planned").outage.reference,
        reason,
    )


def test_only_a_task_is_committed_when_a_certificate_is_suspended(lab: Flask) -> None:
    reference = asked()
    judge("suspended")
    assert db.session.query(Reexamination).filter_by(state="open").count() == 1
    assert standing() == {} and told(reference) == []


def test_bookings_that_rely_are_flagged_and_told_once_when_the_job_runs_again(lab: Flask) -> None:
    hit, spared = asked(), asked(15, room="LCT-CR2")
    judge("suspended")
    jobs.reexamine()
    jobs.reexamine()
    assert standing() == {hit: [world.ROOM]}
    heard = [m.person_code for m in told(hit)]
    assert sorted(heard) == sorted(set(heard))
    assert told(hit) and told(spared) == []


def test_notice_names_what_is_wrong_and_slots_near_it_when_another_room_is_free(
    lab: Flask,
) -> None:
    reference = asked()
    judge("suspended")
    jobs.reexamine()
    body = told(reference)[0].body
    assert "is suspended" in body and "Free near it:" in body and "LCT-CR2" in body


def test_flag_is_gone_when_the_certificate_is_reinstated(lab: Flask) -> None:
    reference = asked()
    judge("suspended")
    jobs.reexamine()
    judge("valid", ValidityRestored)
    jobs.reexamine()
    assert standing() == {}
    assert len({m.dedupe_key.split(":")[3] for m in told(reference)}) == 1


def test_no_task_is_committed_when_what_is_restored_had_flagged_nothing(lab: Flask) -> None:
    judge("valid", ValidityRestored)
    assert db.session.query(Reexamination).count() == 0


def test_flag_is_gone_when_the_booking_is_cancelled(lab: Flask) -> None:
    reference = asked()
    judge("suspended")
    jobs.reexamine()
    world.command("requester@a.example", services.cancel_booking, reference, reason="no patient")
    assert standing() == {}


def test_flag_is_gone_when_the_request_is_moved_away(lab: Flask) -> None:
    reference = asked()
    plan_outage()
    jobs.reexamine()
    assert standing() == {reference: [world.ROOM]}
    wanted = world.wish(20, **QUIET)
    world.command("requester@a.example", services.change_request, reference, wanted)
    assert standing() == {}


def test_booking_is_flagged_when_its_operator_leaves(lab: Flask) -> None:
    reference = asked()
    leave = partial(disable_person, email="operator@a.example")
    world.act(world.CLI, leave, "left")
    jobs.reexamine()
    db.session.rollback()
    row = world.stored(reference)
    (line,) = flags_of(db.session, [row.id])[row.id]
    assert line.cause == "leaver" and "operator@a.example" in line.finding.message.english()


def test_nothing_is_told_twice_or_forgotten_when_the_job_stops_in_the_middle(
    lab: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    references = [asked(10 + day) for day in range(5)]
    judge("suspended")
    monkeypatch.setattr(reexamination.prepare, "__defaults__", (2,))
    (number,) = [row.id for row in db.session.query(Reexamination)]
    assert jobs._next(number)
    assert len(standing()) == 2
    jobs.reexamine()
    assert sorted(standing()) == sorted(references)
    people = [len(told(reference)) for reference in references]
    assert people == [people[0]] * 5
    task = db.session.get_one(Reexamination, number)
    assert (task.state, task.examined, task.flagged) == ("done", 5, 5)


def test_batch_is_not_done_again_when_another_process_was_faster(lab: Flask) -> None:
    asked()
    judge("suspended")
    (number,) = [row.id for row in db.session.query(Reexamination)]
    prepared = reexamination.prepare(db.session, number, clock.now())
    assert prepared is not None
    again = partial(reexamination.work_off, prepared=prepared)
    assert world.act(jobs.EXAMINER, again, "suspended")
    assert not world.act(jobs.EXAMINER, again, "suspended")


def test_booking_is_flagged_by_the_daily_job_when_its_renewal_day_passes(lab: Flask) -> None:
    def short(unit: Work) -> None:
        row = unit.session.query(Certificate).filter_by(reference=NAME).one()
        row.valid_until = date(2027, 1, 10)

    world.act(world.CLI, short)
    reference = asked(14)
    jobs.look_for_lapses()
    assert standing() == {}
    with clock.frozen(world.NOW + timedelta(days=9)):
        assert jobs.look_for_lapses()
        assert standing() == {reference: [world.ROOM]}
        before = len(told(reference))
        assert jobs.look_for_lapses() == []
        assert len(told(reference)) == before > 0


def test_no_booking_is_left_out_when_the_daily_job_missed_days(lab: Flask) -> None:
    def short(unit: Work) -> None:
        row = unit.session.query(Certificate).filter_by(reference=NAME).one()
        row.valid_until = date(2027, 1, 10)

    world.act(world.CLI, short)
    references = [world.ask(world.wish(days, **QUIET)) for days in (14, 16, 18)]
    jobs.look_for_lapses()
    with clock.frozen(world.NOW + timedelta(days=13)):
        jobs.look_for_lapses()
        assert sorted(standing()) == references
