"""A counter-offer: another slot for a request, held beside its own until the startup decides."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hkbio_gmp.booking import services
from hkbio_gmp.booking.queries import list_waiting
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.services import create_token
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotAllowed, NotFound, NotValid, SlotTaken, WrongState
from hkbio_gmp.notifications.models import OutboxMessage
from tests.integration.booking import world
from tests.integration.booking.world import approve, ask, command, holding, stored, wish

MANAGER, DEPUTY = "manager@lct.example", "deputy@lct.example"
REQUESTER, OTHER = "requester@a.example", "requester@b.example"


def offer(
    reference: str, *, by: str = MANAGER, reason: str | None = "the room is quieter", **where: Any
) -> None:
    """Offer another slot: a week later unless told."""
    wanted = wish(**{"days": 21, **where})
    command(by, services.counter_offer, reference, wanted, reason=reason)


def decide(reference: str, verb: str, by: str = REQUESTER) -> None:
    command(by, services.decide_move, reference, verb)


def slots() -> list[tuple[str, Any]]:
    return sorted((a.resource, a.starts) for a in holding())


def test_both_slots_are_held_while_the_startup_thinks(lab: Flask) -> None:
    reference = ask(wish())
    offer(reference, room="LCT-CR2")
    assert slots() == [("LCT-CR1", world.at(14)), ("LCT-CR2", world.at(21))]
    with pytest.raises(SlotTaken):
        world.ask_b(wish(days=21, room="LCT-CR2", project="STARTUP-B-P2"))


def test_request_moves_to_the_offered_slot_when_it_is_accepted(lab: Flask) -> None:
    reference = ask(wish())
    offer(reference)
    decide(reference, "accept")
    row = stored(reference)
    assert (row.status, slots()) == ("requested", [("LCT-CR1", world.at(21))])
    approve(reference)
    assert stored(reference).status == "approved"


def test_request_keeps_its_slot_when_the_offer_is_declined(lab: Flask) -> None:
    reference = ask(wish())
    offer(reference)
    decide(reference, "decline")
    assert slots() == [("LCT-CR1", world.at(14))]
    offer(reference, days=28)
    assert [p.state for p in stored(reference).proposals] == ["declined", "open"]


def test_hold_runs_anew_when_an_offer_is_made_and_accepted(lab: Flask) -> None:
    reference = ask(wish())
    first = stored(reference).hold_until
    assert first is not None
    with clock.frozen(world.at(1, 10)):
        offer(reference)
        later = stored(reference).hold_until
        assert later is not None and later > first


def test_offer_ends_with_the_request_when_the_hold_runs_out(lab: Flask) -> None:
    reference = ask(wish())
    offer(reference)
    with clock.frozen(world.at(12)):
        world.ask_b(wish(days=21, project="STARTUP-B-P2"))
    row = stored(reference)
    assert (row.status, row.proposals[0].state) == ("expired", "withdrawn")


@pytest.mark.parametrize("service", ["cancel_booking", "reject_booking"])
def test_offer_ends_with_the_request_when_it_is_ended(lab: Flask, service: str) -> None:
    reference = ask(wish())
    offer(reference)
    command(MANAGER, getattr(services, service), reference, reason="over")
    assert stored(reference).proposals[0].state == "withdrawn"
    assert slots() == []


@pytest.mark.parametrize(
    ("by", "refused"),
    [
        (REQUESTER, NotAllowed),
        (OTHER, NotFound),
        ("operator@lct.example", NotAllowed),
        ("manager@cuhk.example", NotFound),
    ],
)
def test_offer_is_refused_when_it_is_not_theirs_to_make(
    lab: Flask, by: str, refused: type[Exception]
) -> None:
    reference = ask(wish())
    with pytest.raises(refused):
        offer(reference, by=by)


@pytest.mark.parametrize("by", [MANAGER, DEPUTY])
def test_facility_does_not_decide_on_its_own_offer(lab: Flask, by: str) -> None:
    reference = ask(wish())
    offer(reference)
    with pytest.raises(NotAllowed):
        decide(reference, "accept", by=by)


def test_second_offer_waits_for_the_first_to_be_decided(lab: Flask) -> None:
    reference = ask(wish())
    offer(reference)
    with pytest.raises(WrongState):
        offer(reference, days=28)


def test_nothing_else_is_decided_while_an_offer_waits(lab: Flask) -> None:
    reference = ask(wish())
    offer(reference)
    with pytest.raises(WrongState):
        approve(reference)
    with pytest.raises(WrongState):
        command(REQUESTER, services.change_request, reference, wish(days=30))


@pytest.mark.parametrize(
    ("where", "field"),
    [({"days": 14}, "starts_at"), ({"process_class": "training"}, "process_class")],
)
def test_offer_is_another_slot_for_the_same_work_or_none(
    lab: Flask, where: dict[str, Any], field: str
) -> None:
    reference = ask(wish())
    with pytest.raises(NotValid) as refused:
        offer(reference, **where)
    assert [error.field for error in refused.value.errors] == [field]


def test_offer_needs_a_reason(lab: Flask) -> None:
    reference = ask(wish())
    with pytest.raises(NotValid) as refused:
        offer(reference, reason=None)
    assert [error.field for error in refused.value.errors] == ["reason"]


def test_offer_of_a_taken_slot_is_refused(lab: Flask) -> None:
    world.ask_b(wish(days=21, project="STARTUP-B-P2"))
    reference = ask(wish())
    with pytest.raises(SlotTaken):
        offer(reference)


def test_startup_is_told_in_words_when_an_offer_is_made(lab: Flask) -> None:
    reference = ask(wish())
    offer(reference)
    decide(reference, "accept")
    told = [m.subject for m in db.session.query(OutboxMessage).order_by(OutboxMessage.id)]
    assert f"{reference}: counter-offer made" in told
    assert f"{reference}: counter-offer accepted" in told


def test_queue_still_shows_the_request_while_the_startup_thinks(lab: Flask) -> None:
    reference = ask(wish())
    offer(reference)
    rows = list_waiting(db.session, world.who(MANAGER), clock.now())
    assert [row.reference for row in rows] == [reference]


def token(email: str) -> dict[str, str]:
    """A bearer token."""
    secret = world.act(world.CLI, lambda u: create_token(u, email, "test", days=9, read_only=False))
    return {"Authorization": f"Bearer {secret}"}


def step(lab: Flask, reference: str, email: str, **body: Any) -> TestResponse:
    """A transition by the API."""
    path = f"/api/v1/bookings/{reference}/transitions"
    return lab.test_client().post(path, json=body, headers=token(email))


def test_offer_is_made_and_taken_when_both_sides_use_the_api(lab: Flask) -> None:
    reference = ask(wish())
    starts = world.at(21).isoformat()
    made = step(lab, reference, MANAGER, action="counter_offer", starts_at=starts, reason="quieter")
    assert made.status_code == 200, made.text
    assert made.json is not None
    assert (made.json["status"], made.json["proposed_move"]["side"]) == ("requested", "facility")
    taken = step(lab, reference, REQUESTER, action="accept")
    assert taken.json is not None
    assert taken.json["starts_at"] == world.at(21).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "counter_offer", "reason": "quieter"}, "starts_at"),
        ({"action": "accept", "starts_at": "2027-01-25T09:00:00+08:00"}, "starts_at"),
        ({"action": "counter_offer", "resources": ["LCT-CR2"]}, "reason"),
    ],
)
def test_field_is_named_when_an_offer_is_not_complete(
    lab: Flask, body: dict[str, Any], field: str
) -> None:
    refused = step(lab, ask(wish()), MANAGER, **body)
    assert refused.status_code == 422
    assert refused.json is not None
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_alternatives_come_along_when_the_offered_slot_is_taken(lab: Flask) -> None:
    world.ask_b(wish(days=21, project="STARTUP-B-P2"))
    reference = ask(wish())
    starts = world.at(21).isoformat()
    refused = step(
        lab, reference, MANAGER, action="counter_offer", starts_at=starts, reason="quieter"
    )
    assert refused.status_code == 409
    assert refused.json is not None and refused.json["alternatives"]


def test_one_click_takes_the_offer_when_it_is_seen_on_the_page(lab: Flask) -> None:
    reference = ask(wish())
    offer(reference)
    client = lab.test_client()
    client.post("/login", data={"email": REQUESTER, "password": world.PASSWORD})
    page = client.get(f"/bookings/{reference}").text
    assert "Accept this slot" in page
    done = client.post(f"/bookings/{reference}/accept", data={"version": stored(reference).version})
    assert done.status_code == 302
    assert slots() == [("LCT-CR1", world.at(21))]
