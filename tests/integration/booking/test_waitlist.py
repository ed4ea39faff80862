"""The waitlist: the first who fits is offered what became free, until a deadline; then the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from hkbio_gmp.booking import jobs, services
from hkbio_gmp.booking.queries import list_waiting
from hkbio_gmp.booking.queries.waitlist import list_waitlist
from hkbio_gmp.booking.services import Waiting
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotAllowed, NotFound, NotValid, SlotTaken, WrongState
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.work import Work
from tests.integration.booking import world
from tests.integration.booking.test_counter_offers import decide, step, token
from tests.integration.booking.test_stages import settle
from tests.integration.booking.world import ask, ask_b, command, holding, stored, wish

A, B = "requester@a.example", "requester@b.example"
MANAGER = "manager@lct.example"
OURS = {"project": "STARTUP-B-P2"}


def waits(days: float = 14, latest: float = 20, any_room: bool = False, **more: Any) -> Any:
    """A wish for a slot that would wait for a start up to 09:00 of the day ``latest``."""
    return replace(wish(days, **more), waiting=Waiting(world.at(latest), any_room))


def cancel(reference: str, by: str = A) -> None:
    command(by, services.cancel_booking, reference, reason="no longer needed")


def offered(reference: str) -> tuple[str, datetime] | None:
    """What is offered to a booking now, and from when."""
    row = stored(reference)
    return next(((p.resources, p.starts) for p in row.proposals if p.state == "open"), None)


def told(subject: str) -> list[str]:
    db.session.rollback()
    rows = db.session.query(OutboxMessage).order_by(OutboxMessage.id)
    return [row.email for row in rows if subject in row.subject]


def test_first_in_line_is_offered_the_slot_when_it_becomes_free(lab: Flask) -> None:
    taken = ask(wish())
    first = ask_b(waits(latest=14, **OURS))
    second = ask(waits(latest=14, batch="STARTUP-A-P1-B2"))
    assert [stored(one).status for one in (first, second)] == ["waitlisted"] * 2
    assert jobs.serve_waitlist() == []
    cancel(taken)
    assert jobs.serve_waitlist() == [first]
    assert offered(first) == ("LCT-CR1", world.at(14))
    assert told(f"{first}: a slot became free") == [B]


def test_slot_is_held_for_who_was_offered_it_until_the_deadline(lab: Flask) -> None:
    taken = ask(wish())
    waiting = ask_b(waits(latest=14, **OURS))
    cancel(taken)
    jobs.serve_waitlist()
    until = stored(waiting).hold_until
    assert until == world.NOW + timedelta(hours=24)
    with pytest.raises(SlotTaken):
        ask(wish())
    with clock.frozen(until):
        again = ask(wish())
    assert stored(again).status == "requested"
    row = stored(waiting)
    assert (row.status, row.hold_until, [p.state for p in row.proposals]) == (
        "waitlisted",
        None,
        ["lapsed"],
    )
    assert told(f"{waiting}: the offer has passed on") == [B]


def test_booking_becomes_a_request_when_its_offer_is_taken(lab: Flask) -> None:
    taken = ask(wish())
    waiting = ask_b(waits(**OURS))
    cancel(taken)
    jobs.serve_waitlist()
    assert waiting not in _deciding()
    decide(waiting, "accept", by=B)
    row = stored(waiting)
    assert (row.status, row.sessions[0].starts) == ("requested", world.at(14))
    assert [(a.resource, a.proposal_id) for a in holding()] == [("LCT-CR1", None)]
    assert waiting in _deciding()
    assert MANAGER in told(f"{waiting} waits for your decision")
    world.approve(waiting)
    assert stored(waiting).status == "approved"


def _deciding() -> list[str]:
    db.session.rollback()
    return [b.reference for b in list_waiting(db.session, world.who(MANAGER), clock.now())]


def test_who_lets_an_offer_pass_goes_to_the_end_and_is_not_asked_twice(lab: Flask) -> None:
    taken = ask(wish())
    first = ask_b(waits(latest=14, **OURS))
    second = ask(waits(latest=14, batch="STARTUP-A-P1-B2"))
    cancel(taken)
    assert jobs.serve_waitlist() == [first]
    decide(first, "decline", by=B)
    assert jobs.serve_waitlist() == [second]
    decide(second, "decline")
    assert jobs.serve_waitlist() == []
    assert holding() == []
    line = list_waitlist(db.session, world.who(MANAGER), ["LCT"])
    assert [row.booking.reference for row in line] == [first, second]


def test_next_is_offered_the_slot_when_the_deadline_passes(lab: Flask) -> None:
    taken = ask(wish())
    first = ask_b(waits(latest=14, **OURS))
    second = ask(waits(latest=14, batch="STARTUP-A-P1-B2"))
    cancel(taken)
    jobs.serve_waitlist()
    with clock.frozen(world.NOW + timedelta(hours=25)):
        jobs.expire()
        assert jobs.serve_waitlist() == [second]
    assert (offered(first), offered(second)) == (None, ("LCT-CR1", world.at(14)))


def test_urgent_material_comes_first_when_both_wait(lab: Flask) -> None:
    taken = ask(wish())
    ask_b(waits(latest=14, **OURS))
    urgent = ask(waits(latest=14, batch="STARTUP-A-P1-B2", urgent=True, note="conditioned"))
    cancel(taken)
    assert jobs.serve_waitlist() == [urgent]


def test_classes_come_in_the_facilitys_order_when_it_states_one(lab: Flask) -> None:
    settle(priority=["media_fill"])
    taken = ask(wish())
    ask_b(waits(latest=14, **OURS))
    second = ask(waits(latest=14, batch=None, process_class="media_fill"))
    later = ask(wish(28))
    sooner = ask_b(wish(28, room="LCT-CR3", process_class="media_fill", batch=None, **OURS))
    assert _deciding() == [sooner, taken, later]
    cancel(taken)
    assert jobs.serve_waitlist() == [second]


def test_another_room_is_offered_when_any_would_do(lab: Flask) -> None:
    ask(wish(hours=30 * 24))
    only_here = ask_b(waits(latest=15, **OURS))
    anywhere = ask_b(waits(latest=15, any_room=True, batch="STARTUP-B-P2-B2", **OURS))
    assert jobs.serve_waitlist() == [anywhere]
    found = offered(anywhere)
    assert found is not None and found[0] != "LCT-CR1"
    assert offered(only_here) is None


def test_nothing_is_looked_for_again_until_the_log_has_grown(
    lab: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = ask(wish(hours=10 * 24))
    ask_b(waits(latest=15, **OURS))
    assert jobs.serve_waitlist() == []
    looked: list[str] = []
    real = jobs.waitlist.offers_for

    def watched(session: Any, facility: str, now: datetime) -> Any:
        looked.append(facility)
        return real(session, facility, now)

    monkeypatch.setattr(jobs.waitlist, "offers_for", watched)
    assert jobs.serve_waitlist() == [] and looked == []
    with clock.frozen(world.NOW + timedelta(days=1)):
        jobs.serve_waitlist()
    assert looked == ["LCT"]
    cancel(taken)
    assert len(jobs.serve_waitlist()) == 1


def test_wait_ends_when_its_last_start_has_passed(lab: Flask) -> None:
    ask(wish(hours=10 * 24))
    waiting = ask_b(waits(latest=15, **OURS))
    with clock.frozen(world.at(15, 10)):
        jobs.serve_waitlist()
    assert stored(waiting).status == "expired"
    assert told(f"{waiting}: nothing became free in time") == [B]


def test_free_slot_is_requested_at_once_though_one_would_wait(lab: Flask) -> None:
    assert stored(ask(waits())).status == "requested"


def test_nobody_waits_for_what_time_does_not_mend(lab: Flask) -> None:
    ask_b(wish(**OURS))

    def unaccept(unit: Work) -> None:
        unit.session.query(Project).filter_by(code="STARTUP-A-P1").one().status = "proposed"

    world.act(world.CLI, unaccept)
    with pytest.raises(SlotTaken):
        ask(waits())


@pytest.mark.parametrize("latest", [13, 14 + 181])
def test_field_is_named_when_the_last_start_makes_no_sense(lab: Flask, latest: float) -> None:
    ask(wish())
    with pytest.raises(NotValid) as refused:
        ask_b(waits(latest=latest, **OURS))
    assert [e.field for e in refused.value.errors] == ["waitlist"]


def test_one_more_is_refused_when_as_many_wait_as_the_facility_lets(lab: Flask) -> None:
    settle(most_waiting=1)
    ask(wish())
    ask_b(waits(**OURS))
    with pytest.raises(NotValid) as refused:
        ask_b(waits(batch="STARTUP-B-P2-B2", **OURS))
    assert [e.field for e in refused.value.errors] == ["waitlist"]


def test_nobody_else_decides_on_an_offer(lab: Flask) -> None:
    taken = ask(wish())
    waiting = ask_b(waits(**OURS))
    cancel(taken)
    jobs.serve_waitlist()
    with pytest.raises(NotFound):
        decide(waiting, "accept", by=A)
    with pytest.raises(NotAllowed):
        decide(waiting, "accept", by=MANAGER)
    with clock.frozen(world.NOW + timedelta(hours=24)), pytest.raises(WrongState):
        decide(waiting, "accept", by=B)


def test_waiting_booking_is_cancelled_but_not_changed(lab: Flask) -> None:
    ask(wish())
    waiting = ask_b(waits(**OURS))
    with pytest.raises(WrongState):
        command(B, services.change_request, waiting, wish(30, **OURS))
    cancel(waiting, by=B)
    assert stored(waiting).status == "cancelled"
    assert list_waitlist(db.session, world.who(MANAGER), ["LCT"]) == []


def test_place_counts_everyone_but_shows_only_ones_own(lab: Flask) -> None:
    ask(wish(hours=10 * 24))
    first, second = (
        ask_b(waits(latest=15, **OURS)),
        ask(waits(latest=15, batch="STARTUP-A-P1-B2")),
    )

    def seen(email: str) -> list[tuple[int, str]]:
        line = list_waitlist(db.session, world.who(email), ["LCT", "CUHK"])
        return [(row.place, row.booking.reference) for row in line]

    assert seen(A) == [(2, second)]
    assert seen(MANAGER) == [(1, first), (2, second)]


def test_api_puts_in_line_and_takes_the_offer(lab: Flask) -> None:
    taken = ask(wish())
    client = lab.test_client()
    body = {
        "facility": "LCT",
        "project": "STARTUP-B-P2",
        "batch": "STARTUP-B-P2-B1",
        "resources": ["LCT-CR1"],
        "starts_at": world.at(14).isoformat(),
        "ends_at": world.at(14, 17).isoformat(),
        "waitlist": {"until": world.at(20).isoformat(), "any_room": False},
    }
    headers = token(B)
    made = client.post("/api/v1/bookings", json=body, headers=headers)
    assert made.status_code == 201, made.json
    assert made.json["status"] == "waitlisted"
    assert made.json["waitlist"] == {
        "from": "2027-01-18T01:00:00Z",
        "until": "2027-01-24T01:00:00Z",
        "any_room": False,
    }
    reference = made.json["reference"]
    listed = client.get("/api/v1/bookings?status=waitlisted", headers=headers).json["items"]
    assert [(one["reference"], one["waitlist"]) for one in listed] == [
        (reference, made.json["waitlist"])
    ]
    cancel(taken)
    jobs.serve_waitlist()
    row = client.get(f"/api/v1/bookings/{reference}", headers=headers).json
    assert row["proposed_move"]["starts_at"] == "2027-01-18T01:00:00Z"
    answer = step(lab, reference, B, action="accept")
    assert (answer.status_code, answer.json["status"], answer.json["waitlist"]) == (
        200,
        "requested",
        None,
    )
