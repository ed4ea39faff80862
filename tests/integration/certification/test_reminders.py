"""The reminder job: each step once per certificate and recipient, whatever happens to the job."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from hkbio_gmp.certification import jobs
from hkbio_gmp.certification.jobs import send_reminders
from hkbio_gmp.certification.services import Renewal
from hkbio_gmp.certification.services.reminders import Reminded
from hkbio_gmp.identity.services import add_person, disable_person
from hkbio_gmp.identity.services.accounts import give_role
from hkbio_gmp.notifications.services import deliver_due
from tests.integration.certification import world
from tests.integration.certification.test_submission import renew
from tests.integration.certification.world import (
    DAY,
    GOWNING,
    LICENCE,
    MANAGER,
    QUALITY,
    REQUESTER_A,
    ROOM,
    SECOND,
    TODAY,
)
from tests.mailserver import MailServer

EVERYBODY = {MANAGER, QUALITY, SECOND}


def sent(reference: str) -> set[tuple[int, str]]:
    return {(step, who) for step, who, state in world.steps(reference) if state == "sent"}


def overtaken(reference: str) -> set[int]:
    return {step for step, _who, state in world.steps(reference) if state == "overtaken"}


def test_only_its_present_step_goes_when_entered_twenty_days_before_lapse(site: Flask) -> None:
    reference = world.certify(ROOM)
    assert send_reminders() == Reminded(sent=3, overtaken=1)
    assert sent(reference) == {(30, who) for who in EVERYBODY}
    assert overtaken(reference) == {60}


def test_only_the_latest_due_step_goes_when_the_job_was_down_for_forty_days(site: Flask) -> None:
    reference = world.certify(replace(ROOM, valid_until=TODAY + 65 * DAY))
    assert send_reminders() == Reminded()
    with world.at(TODAY + 5 * DAY):
        send_reminders()
    assert {step for step, _who in sent(reference)} == {60}
    with world.at(TODAY + 52 * DAY):
        send_reminders()
    assert {step for step, _who in sent(reference)} == {60, 14}
    assert overtaken(reference) == {30}


def test_nothing_goes_twice_when_the_job_runs_again(site: Flask) -> None:
    world.certify(ROOM)
    first, second = send_reminders(), send_reminders()
    assert (first.sent, second) == (3, Reminded())
    assert len(world.mails("reminder")) == 3


def test_nothing_goes_twice_when_two_workers_run_the_job(site: Flask) -> None:
    for code in ("LCT-CR1", "LCT-CR2", "LCT-CR3"):
        world.certify(replace(ROOM, subject_code=code))

    def one() -> Reminded:
        with site.app_context():
            return send_reminders()

    with ThreadPoolExecutor(3) as pool:
        found = [job.result() for job in [pool.submit(copy_context().run, one) for _ in range(3)]]
    assert sum((one.sent for one in found), 0) == len(world.mails("reminder")) == 9
    assert sum(one.failed for one in found) == 0


@pytest.mark.parametrize("verb", ["suspend", "withdraw"])
def test_nobody_is_reminded_when_quality_has_stopped_it(site: Flask, verb: str) -> None:
    reference = world.certify(ROOM)
    world.decide(reference, verb)
    assert send_reminders() == Reminded()


def test_nobody_is_reminded_when_a_verified_renewal_takes_over(site: Flask) -> None:
    old = world.certify(ROOM)
    until = ROOM.valid_until + 180 * DAY
    new = renew(old, Renewal("N", "CONTRACTOR-Q", TODAY, ROOM.valid_until + DAY, until))
    assert send_reminders().sent == 3
    with world.at(ROOM.valid_until - 10 * DAY):
        world.decide(new, "verify")
        assert send_reminders() == Reminded()


@pytest.mark.parametrize("state", ["submitted", "rejected"])
def test_nobody_is_reminded_when_it_never_counted(site: Flask, state: str) -> None:
    reference = world.submit(ROOM)
    if state == "rejected":
        world.decide(reference, "reject")
    assert send_reminders() == Reminded()


def test_newcomer_is_reached_when_a_step_had_gone_before(site: Flask) -> None:
    reference = world.certify(ROOM)
    send_reminders()
    world.act(
        world.CLI,
        lambda unit: give_role(unit, add_person(unit, "new@lct.example", "New"), "quality", "LCT"),
    )
    assert send_reminders() == Reminded(sent=1)
    assert (30, "new@lct.example") in sent(reference)


def test_person_is_left_alone_when_disabled(site: Flask) -> None:
    reference = world.certify(GOWNING)
    world.act(world.CLI, lambda unit: disable_person(unit, REQUESTER_A), "left")
    send_reminders()
    assert sent(reference)
    assert REQUESTER_A not in {who for _step, who in sent(reference)}


def test_others_are_reminded_when_one_certificate_fails(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = world.certify(ROOM), world.certify(replace(ROOM, subject_code="LCT-CR2"))
    remind = jobs.remind

    def fail(unit: Any, reference: str) -> Reminded:
        if reference == broken:
            raise RuntimeError("a defect")
        return remind(unit, reference)

    monkeypatch.setattr(jobs, "remind", fail)
    found = send_reminders()
    assert (found.failed, found.sent) == (1, 3)
    assert sent(whole)
    assert not world.steps(broken)


def test_shared_step_is_counted_in_its_own_zone_when_the_day_turns(site: Flask) -> None:
    reference = world.certify(replace(LICENCE, valid_until=TODAY + 31 * DAY))
    send_reminders()
    with world.at(TODAY + DAY):
        send_reminders()
    assert {step for step, _who in sent(reference)} == {60, 30}


def test_each_reminder_reaches_the_mail_server_once_when_job_and_delivery_run_twice(
    site: Flask,
) -> None:
    world.certify(ROOM)
    with MailServer() as server:
        settings = replace(site.extensions["settings"], smtp_url=server.url)
        for _ in range(2):
            send_reminders()
            deliver_due(settings)
        reminders = [mail for mail in server.taken if "lapses in 20 days" in mail["Subject"]]
        assert sorted(mail["To"] for mail in reminders) == sorted(EVERYBODY)
