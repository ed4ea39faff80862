"""Holds: reminded of before they end, told of when they have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from hkbio_gmp.booking import jobs, services
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.notifications.models import OutboxMessage
from tests.integration.booking import world
from tests.integration.booking.test_stages import (
    BOTH,
    DEPUTY,
    MANAGER,
    QUALITY,
    settle,
    with_quality,
)
from tests.integration.booking.world import approve, ask, ask_b, command, stored, wish
from tests.seeds import Build

REQUESTER = "requester@a.example"


@pytest.fixture
def seed() -> Build:
    return with_quality


def told(subject: str) -> list[str]:
    db.session.rollback()
    rows = db.session.query(OutboxMessage).order_by(OutboxMessage.id)
    return sorted(row.email for row in rows if subject in row.subject)


def test_managers_are_reminded_once_when_the_hold_ends_within_a_day(lab: Flask) -> None:
    reference = ask(wish())
    until = stored(reference).hold_until
    assert until is not None
    with clock.frozen(until - timedelta(hours=25)):
        assert jobs.remind_holds() == []
    with clock.frozen(until - timedelta(hours=24)):
        assert jobs.remind_holds() == [reference]
    with clock.frozen(until - timedelta(hours=2)):
        assert jobs.remind_holds() == [reference]
    assert told(f"{reference} is let go soon") == sorted([MANAGER, DEPUTY, BOTH])
    with clock.frozen(until):
        assert jobs.remind_holds() == []


def test_hours_are_the_facilitys_when_a_setting_says_so(lab: Flask) -> None:
    settle(hold_reminder_hours=2)
    reference = ask(wish())
    until = stored(reference).hold_until
    assert until is not None
    with clock.frozen(until - timedelta(hours=3)):
        assert jobs.remind_holds() == []
    with clock.frozen(until - timedelta(hours=2)):
        assert jobs.remind_holds() == [reference]


def test_quality_is_reminded_when_it_is_quality_that_decides(lab: Flask) -> None:
    settle(quality_approves=True)
    reference = ask(wish())
    approve(reference)
    until = stored(reference).hold_until
    assert until is not None
    with clock.frozen(until - timedelta(hours=1)):
        jobs.remind_holds()
    assert told(f"{reference} is let go soon") == sorted([QUALITY, BOTH])


def test_startup_is_reminded_when_a_counter_offer_waits_for_it(lab: Flask) -> None:
    reference = ask(wish())
    command(MANAGER, services.counter_offer, reference, wish(21), reason="quieter")
    until = stored(reference).hold_until
    assert until is not None
    with clock.frozen(until - timedelta(hours=1)):
        jobs.remind_holds()
    assert told(f"{reference} is let go soon") == [REQUESTER]


def test_nobody_is_reminded_when_it_is_decided(lab: Flask) -> None:
    reference = ask(wish())
    until = stored(reference).hold_until
    assert until is not None
    approve(reference)
    with clock.frozen(until - timedelta(hours=1)):
        assert jobs.remind_holds() == []


def test_asker_is_told_without_anybodys_reason_when_someone_else_takes_the_slot(
    lab: Flask,
) -> None:
    reference = ask(wish())
    with clock.frozen(world.at(4)):
        ask_b(wish(project="STARTUP-B-P2"))
    assert told(f"{reference} was let go") == [REQUESTER]
    rows = db.session.query(OutboxMessage).filter(OutboxMessage.subject.contains("was let go"))
    assert "STARTUP-B" not in "".join(row.body for row in rows)
    assert stored(reference).status == "expired"


def test_hold_outlasts_a_shutdown_when_nobody_could_decide_during_it(lab: Flask) -> None:
    settle(hold_working_days=2)
    # LCT is shut from Monday 16 to Sunday 22 August 2027
    with clock.frozen(datetime(2027, 8, 13, 2, tzinfo=UTC)):
        until = stored(ask(wish(250))).hold_until
    assert until == datetime(2027, 8, 24, 16, tzinfo=UTC)
