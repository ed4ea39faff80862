"""The finder over HTTP: the contract's shape, what is beside it; a POST takes its answers."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from hkbio_gmp.booking import services
from hkbio_gmp.identity.services import create_token
from hkbio_gmp.kernel.timerange import TimeRange
from tests.integration.booking import world

FIT, UNFIT = "operator@a.example", "requester@a.example"


def token() -> dict[str, str]:
    """The requester's right to ask."""
    made = partial(create_token, email=UNFIT, name="t", days=9, read_only=False)
    return {"Authorization": f"Bearer {world.act(world.CLI, made)}"}


def asked(lab: Flask, **more: Any) -> Any:
    """GET /slots of ten days at LCT for gene-modified cells."""
    given = {
        "process_class": "gene_modified_cell",
        "from": world.at(14, 0).isoformat(),
        "to": world.at(40, 0).isoformat(),
        "facility": "LCT",
        "operators": FIT,
        **more,
    }
    return lab.test_client().get(f"/api/v1/slots?{urlencode(given)}", headers=token())


def body_of(slot: dict[str, Any]) -> dict[str, Any]:
    """A request for an answered slot."""
    return {
        "facility": slot["facility"],
        "project": "STARTUP-A-P1",
        "batch": "STARTUP-A-P1-B1",
        "operators": [FIT],
        "sessions": slot["sessions"],
    }


def test_slot_is_taken_when_its_sessions_are_posted(lab: Flask) -> None:
    for more in ({"hours": 8}, {"template": "LCT-CART"}, {"hours": 4, "resources": "LCT-S1"}):
        answer = asked(lab, project="STARTUP-A-P1", batch="STARTUP-A-P1-B1", limit=3, **more)
        assert answer.status_code == 200, answer.json
        slot = answer.json["slots"][0]
        made = lab.test_client().post("/api/v1/bookings", json=body_of(slot), headers=token())
        assert (made.status_code, made.json.get("verdict")) == (201, slot["verdict"]), made.json


def test_changes_are_named_when_an_operator_is_not_qualified(lab: Flask) -> None:
    refusals = asked(lab, hours=8, operators=UNFIT).json["refusals"]
    kinds = {change["kind"] for refusal in refusals for change in refusal["changes"]}
    assert "renewal" in kinds
    assert all(reason["message"] for refusal in refusals for reason in refusal["reasons"])


def test_field_is_named_when_neither_length_nor_template_is_given(lab: Flask) -> None:
    answer = asked(lab)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "hours"


def test_conflict_offers_both_sides_when_the_slot_is_taken(lab: Flask) -> None:
    world.ask_b(world.wish(20, project="STARTUP-B-P2"))
    body = {
        "facility": "LCT",
        "resources": [world.ROOM],
        "project": "STARTUP-A-P1",
        "starts_at": world.at(20).isoformat(),
        "ends_at": world.at(20, 17).isoformat(),
        "operators": [FIT],
    }
    refused = lab.test_client().post("/api/v1/bookings", json=body, headers=token())
    assert refused.status_code == 409
    near = refused.json["alternatives"]
    assert near and "STARTUP-B" not in refused.text
    taken = lab.test_client().post("/api/v1/bookings", json=body_of(near[0]), headers=token())
    assert taken.status_code == 201, taken.json


def test_readiness_says_what_would_help_when_an_outage_falls_on_a_booking(lab: Flask) -> None:
    reference = world.ask(world.wish(20, operators=(FIT,)))
    outage = partial(_outage, code=world.ROOM)
    world.act(world.who("manager@lct.example").actor, outage, "a leak")
    said = lab.test_client().get(f"/api/v1/bookings/{reference}/readiness", headers=token()).json
    assert said["verdict"] == "blocked"
    assert [change["kind"] for change in said["changes"]] == ["room", "later"]


def _outage(unit: Any, code: str) -> None:
    when = TimeRange(world.at(20, 12), world.at(21, 12))
    services.plan_outage(unit, world.who("manager@lct.example"), code, when, "planned")
