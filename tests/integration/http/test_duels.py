"""Deeds of different people at the same instant: whoever is second knows of the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from hkbio_gmp.audit.models import AuditEntry
from hkbio_gmp.booking import jobs
from hkbio_gmp.booking.models import Booking, BookingFlag
from hkbio_gmp.extensions import db
from tests.load import laws, places, server, world
from tests.load.crowd import Answer, crowd
from tests.load.duels import Duels
from tests.seeds import application

ROUNDS = 4


@pytest.fixture
def duels(database_url: str, tmp_path: Path, tokens: dict[str, str]) -> Iterator[Duels]:
    with (
        server.product(database_url, tmp_path, "--no-scheduler") as running,
        crowd(4, running.port, tokens) as people,
    ):
        yield Duels(people)


def test_series_is_whole_or_absent_when_others_want_a_part_of_it(
    database_url: str, tmp_path: Path, duels: Duels
) -> None:
    rooms = [places.home_room(n) for n in range(places.HOMES)][:ROUNDS]
    fought = [duels.series_against_outage(room) for room in rooms]
    with application(database_url, tmp_path).app_context():
        planned = entries("booking:outage:planned")
        asked = entries("booking:series:requested")
        for answers in fought:
            whole = [a for a in answers if a.act.kind == "series" and a.acknowledged]
            rival = [a for a in answers if a.act.kind == "ask" and a.acknowledged]
            assert len(whole) + len(rival) <= 1, answers
            assert set(told(answers, "series")) <= {"201", "409 slot-taken", "422 not-valid"}
            (out,) = [a for a in answers if a.act.kind == "outage"]
            assert out.status == 201
            affected = out.document["affected"]
            for one in whole:
                made = [o["booking"] for o in one.document["occurrences"]]
                assert len(made) == 4 and all(made)
                assert asked[one.document["reference"]] < planned[out.document["reference"]]
                assert affected == [made[2]]
            if not whole:
                assert affected == []
        left = db.session.query(Booking).filter(Booking.status == "requested").count()
        won = [a for answers in fought for a in answers if a.act.kind in ("series", "ask")]
        assert left == sum((4 if a.act.kind == "series" else 1) for a in won if a.acknowledged)
        db.session.close()
        db.engine.dispose()
    assert laws.unverified(database_url, tmp_path) == []


def entries(action: str) -> dict[str, int]:
    """Subject → the place in the log of its first entry of an action."""
    rows = db.session.query(AuditEntry).filter_by(log=world.SITE, action=action)
    found: dict[str, int] = {}
    for row in rows.order_by(AuditEntry.seq):
        found.setdefault(row.subject_ref, row.seq)
    return found


def told(answers: list[Answer], kind: str) -> list[str]:
    return sorted(f"{a.status} {a.slug}".strip() for a in answers if a.act.kind == kind)


def test_no_approval_follows_the_suspension_when_both_come_at_once(
    database_url: str, tmp_path: Path, duels: Duels
) -> None:
    rooms = [places.home_room(n) for n in range(places.HOMES)][:ROUNDS]
    fought = {room: duels.approve_against_suspend(room) for room in rooms}
    with application(database_url, tmp_path).app_context():
        approved = entries("booking:slot:approved")
        suspended = entries("certification:certificate:suspended")
        jobs.reexamine()
        db.session.rollback()
        for room, (reference, answers) in fought.items():
            assert told(answers, "suspend") == ["200"], answers
            given = [a for a in answers if a.act.kind == "approve" and a.acknowledged]
            assert len(given) <= 1, answers
            refused = {"409 wrong-state", "412 stale", "422 not-valid", "401 signature-refused"}
            assert set(told(answers, "approve")) - {"200"} <= refused
            if given:
                assert approved[reference] < suspended[world.qualification(room)]
            row = db.session.query(Booking).filter_by(reference=reference).one()
            assert row.status == ("approved" if given else "requested")
            flags = db.session.query(BookingFlag).filter_by(booking_id=row.id).all()
            assert [flag.subject for flag in flags] == [room]
        db.session.close()
        db.engine.dispose()
    assert laws.unverified(database_url, tmp_path) == []


def test_no_request_follows_the_outage_when_both_come_at_once(
    database_url: str, tmp_path: Path, duels: Duels
) -> None:
    rooms = [places.home_room(n) for n in range(places.HOMES)][:ROUNDS]
    fought = [duels.outage_against_requests(room) for room in rooms]
    with application(database_url, tmp_path).app_context():
        asked, planned = entries("booking:slot:requested"), entries("booking:outage:planned")
        for answers in fought:
            assert told(answers, "outage") == ["201", "201"], answers
            assert set(told(answers, "ask")) <= {"201", "409 slot-taken", "422 not-valid"}, answers
            first = min(planned[a.document["reference"]] for a in answers if a.act.kind == "outage")
            won = [a for a in answers if a.act.kind == "ask" and a.acknowledged]
            assert len(won) <= 1, answers
            for one in won:
                reference = one.document["reference"]
                assert asked[reference] < first
                outages = [a.document["affected"] for a in answers if a.act.kind == "outage"]
                assert all(reference in affected for affected in outages)
        db.session.close()
        db.engine.dispose()
    assert laws.unverified(database_url, tmp_path) == []


def test_offer_or_request_wins_the_freed_slot_when_both_come_at_once(
    database_url: str, tmp_path: Path, duels: Duels
) -> None:
    rooms = [places.home_room(n) for n in range(places.HOMES)][:ROUNDS]
    waiting = [duels.one_waits_for(room) for room in rooms]
    answers: list[Answer] = []
    asks = Thread(target=lambda: answers.extend(duels.ask_at_once([slot for _, slot in waiting])))
    with application(database_url, tmp_path).app_context():
        asks.start()
        offered = jobs.serve_waitlist()
        asks.join()
        db.session.rollback()
        assert set(told(answers, "ask")) <= {"201", "409 slot-taken"}, answers
        for (reference, _slot), answer in zip(waiting, answers, strict=True):
            row = db.session.query(Booking).filter_by(reference=reference).one()
            held = [p.state for p in row.proposals if p.state == "open"]
            assert row.status == "waitlisted"
            assert (reference in offered) == bool(held)
            assert bool(held) != answer.acknowledged, (reference, held, answer)
        db.session.close()
        db.engine.dispose()
    assert laws.unverified(database_url, tmp_path) == []
