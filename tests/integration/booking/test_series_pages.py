"""Series on their pages and through the API."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from hkbio_gmp.extensions import db
from tests.integration.booking import world
from tests.integration.hostile import house

WISH: dict[str, Any] = {
    "facility": "LCT",
    "project": "STARTUP-A-P1",
    "resources": [world.ROOM],
    "operators": ["operator@a.example"],
    "starts_at": "2027-01-18T09:00:00+08:00",
    "ends_at": "2027-01-18T13:00:00+08:00",
    "recurrence": "FREQ=WEEKLY;COUNT=3",
}
FORM: dict[str, Any] = {
    "project": "STARTUP-A-P1",
    "process_class": "gene_modified_cell",
    "resources": world.ROOM,
    "operators": "operator@a.example",
    "starts_at": "2027-01-18T09:00",
    "ends_at": "2027-01-18T13:00",
    "attendance": "throughout",
    "frequency": "WEEKLY",
    "times": "3",
}


def signed_in(lab: Flask, email: str = "requester@a.example") -> FlaskClient:
    client = lab.test_client()
    client.post("/login", data={"email": email, "password": world.PASSWORD})
    return client


def test_series_is_asked_and_read_when_the_api_is_called(lab: Flask) -> None:
    client, headers = lab.test_client(), house.token("requester@a.example")
    said = client.post("/api/v1/series/preview", json=WISH, headers=headers).get_json()
    assert (said["fits"], len(said["occurrences"])) == (3, 3)
    keyed = {**headers, "Idempotency-Key": "k1"}
    made = client.post("/api/v1/series", json=WISH, headers=keyed)
    again = client.post("/api/v1/series", json=WISH, headers=keyed)
    assert made.status_code == 201 and again.get_json() == made.get_json()
    assert len(world.holding()) == 3
    read = client.get(made.headers["Location"], headers=headers)
    assert read.get_json() == made.get_json() and read.headers["ETag"]
    foreign = house.token("requester@b.example")
    hidden = client.get(made.headers["Location"], headers=foreign)
    absent = client.get("/api/v1/series/LCT-SER-2027-9999", headers=foreign)
    assert (hidden.status_code, hidden.get_json()) == (404, absent.get_json())


def test_conflict_is_answered_when_one_occurrence_is_taken(lab: Flask) -> None:
    world.ask_b(world.wish(21, project="STARTUP-B-P2"))
    client, headers = lab.test_client(), house.token("requester@a.example")
    answer = client.post("/api/v1/series", json=WISH, headers=headers)
    assert answer.status_code == 409
    assert [c["resource"] for c in answer.get_json()["conflicts"]] == [world.ROOM]
    assert "STARTUP-B" not in answer.text
    body = {**WISH, "take": "fitting"}
    made = client.post("/api/v1/series", json=body, headers=headers).get_json()
    assert [o["status"] for o in made["occurrences"]] == ["requested", None, "requested"]


def test_series_changes_when_the_version_is_that_read(lab: Flask) -> None:
    client, headers = lab.test_client(), house.token("requester@a.example")
    made = client.post("/api/v1/series", json=WISH, headers=headers)
    address = made.headers["Location"] + "/changes"
    body = {"action": "cancel", "scope": "following", "number": 2, "reason": "over"}
    stale = client.post(address, json=body, headers={**headers, "If-Match": '"9"'})
    done = client.post(address, json=body, headers={**headers, "If-Match": made.headers["ETag"]})
    assert (stale.status_code, done.status_code) == (412, 200)
    states = [o["status"] for o in done.get_json()["occurrences"]]
    assert states == ["requested", "cancelled", "cancelled"]


def test_each_occurrence_is_shown_then_asked_when_the_form_is_sent(lab: Flask) -> None:
    world.ask_b(world.wish(21, project="STARTUP-B-P2"))
    client = signed_in(lab)
    page = client.post("/series/new", data={**FORM, "step": "look"})
    assert page.status_code == 200 and page.text.count('name="leave_out"') == 3
    assert 'name="adjust"' in page.text and "STARTUP-B" not in page.text
    refused = client.post("/series/new", data={**FORM, "step": "all"})
    assert refused.status_code == 409
    sent = client.post("/series/new", data={**FORM, "step": "all", "leave_out": "2"})
    assert sent.status_code == 302
    shown = client.get(sent.headers["Location"])
    assert shown.status_code == 200 and shown.text.count("/bookings/LCT-2027-") == 2
    assert "1 of 3" in client.get("/bookings").text


def test_verdict_comes_first_when_a_series_is_changed(lab: Flask) -> None:
    client = signed_in(lab)
    address = client.post("/series/new", data={**FORM, "step": "all"}).headers["Location"]
    wanted = {
        "act": "shift",
        "scope": "all",
        "number": "1",
        "direction": "later",
        "days": "1",
        "reason": "late",
    }
    looked = client.post(f"{address}/change", data={**wanted, "version": "1", "step": "look"})
    assert looked.status_code == 200 and 'value="save"' in looked.text
    before = sorted(row.starts for row in world.holding())
    saved = client.post(f"{address}/change", data={**wanted, "version": "1", "step": "save"})
    assert saved.status_code == 302
    after = sorted(row.starts for row in world.holding())
    assert all(b > a for a, b in zip(before, after, strict=True))
    db.session.rollback()


def test_foreign_series_answers_as_absent_when_its_pages_are_asked(lab: Flask) -> None:
    address = signed_in(lab).post("/series/new", data={**FORM, "step": "all"}).headers["Location"]
    other = signed_in(lab, "requester@b.example")
    for path in (address, f"{address}/change"):
        assert other.get(path).status_code == 404


def test_field_is_named_when_the_series_has_two_ends_or_none(lab: Flask) -> None:
    client = signed_in(lab)
    for ends in ({"times": ""}, {"times": "3", "until": "2027-02-01"}):
        page = client.post("/series/new", data={**FORM, **ends, "step": "all"})
        assert page.status_code == 422 and "one of the two" in page.text
    odd = {"leave_out": ["٣", "99"], "adjust": ["x", "1||", "1|2027-01-18T01:00|LCT-CR1"]}
    assert client.post("/series/new", data={**FORM, **odd, "step": "all"}).status_code == 422
