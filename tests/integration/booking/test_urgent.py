"""Urgent patient material: approved by the manager alone, countersigned by quality."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hkbio_gmp.booking import jobs, services
from hkbio_gmp.booking.queries import list_to_countersign, list_waiting
from hkbio_gmp.booking.services import BookingWish
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotAllowed, NotValid, Stale, WrongState
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.work import Work
from tests.integration.booking import world
from tests.integration.booking.test_counter_offers import step, token
from tests.integration.booking.test_stages import (
    BOTH,
    DEPUTY,
    MANAGER,
    QUALITY,
    settle,
    with_quality,
)
from tests.integration.booking.world import approve, ask, command, stored, wish
from tests.seeds import Build


@pytest.fixture
def seed() -> Build:
    return with_quality


def urgent(days: float = 14, **more: Any) -> BookingWish:
    given = {"urgent": True, "note": "The patient is conditioned already", **more}
    return wish(days, **given)


def countersign(reference: str, email: str = QUALITY, version: int | None = None) -> None:
    signed, read = world.proof(email, reference)
    person = world.who(email)

    def run(unit: Work) -> None:
        services.countersign_booking(unit, person, reference, signed, version or read)

    world.act(person.actor, run, "seen")


def told(subject: str) -> list[str]:
    db.session.rollback()
    rows = db.session.query(OutboxMessage).order_by(OutboxMessage.id)
    return [row.email for row in rows if subject in row.subject]


def allogeneic() -> None:
    def change(unit: Work) -> None:
        batch = facilities.find_batch(unit.session, "STARTUP-A-P1-B2")
        assert batch is not None
        batch.autologous = False

    world.act(world.CLI, change)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"batch": None}, "urgent"),
        ({"batch": "STARTUP-A-P1-B2"}, "urgent"),
        ({"note": "  "}, "note"),
    ],
)
def test_field_is_named_when_urgency_has_no_patient_or_no_reason(
    lab: Flask, more: dict[str, Any], field: str
) -> None:
    allogeneic()
    with pytest.raises(NotValid) as refused:
        ask(urgent(**more))
    assert [error.field for error in refused.value.errors] == [field]


def test_manager_approves_alone_when_it_is_urgent_although_quality_decides_else(
    lab: Flask,
) -> None:
    settle(quality_approves=True)
    reference = ask(urgent())
    approve(reference, reason="The cells are thawed")
    row = stored(reference)
    assert (row.status, row.waiting_for) == ("approved", None)
    # Monday's approval: until the end of Tuesday in Hong Kong
    assert row.countersign_by == world.at(2, 0)
    assert set(told(f"{reference} waits for your countersignature")) == {QUALITY, BOTH}


def test_days_are_the_facilitys_when_a_setting_says_more(lab: Flask) -> None:
    settle(countersign_working_days=5)
    reference = ask(urgent())
    approve(reference)
    # five working days after a Monday: the next Monday's end
    assert stored(reference).countersign_by == world.at(8, 0)


def test_reason_is_asked_for_when_the_manager_approves_alone(lab: Flask) -> None:
    reference = ask(urgent(operators=("operator@a.example",)))
    with pytest.raises(NotValid) as refused:
        approve(reference, reason=None)
    assert [error.field for error in refused.value.errors] == ["reason"]


def test_block_never_yields_when_it_is_urgent(lab: Flask) -> None:
    reference = ask(urgent())
    world.act(world.CLI, _suspend_licence)
    with pytest.raises(NotValid):
        approve(reference)
    assert stored(reference).status == "requested"


def _suspend_licence(unit: Work) -> None:
    licences = select(Certificate).where(Certificate.reference.like("LCT-manufacturer_licence-%"))
    licence = unit.session.scalars(licences).one()
    licence.state = "suspended"


def test_countersignature_is_kept_when_quality_signs(lab: Flask) -> None:
    reference = ask(urgent())
    approve(reference)
    assert [b.reference for b in list_to_countersign(db.session, world.who(QUALITY))] == [reference]
    countersign(reference)
    row = stored(reference)
    assert row.countersign_by is None
    assert [(one.stage, one.approved_by_name) for one in row.approvals] == [
        ("manager", MANAGER),
        ("countersign", QUALITY),
    ]
    assert list_to_countersign(db.session, world.who(QUALITY)) == []
    with pytest.raises(WrongState):
        countersign(reference)


@pytest.mark.parametrize("email", [MANAGER, DEPUTY])
def test_manager_is_refused_when_a_countersignature_is_wanted(lab: Flask, email: str) -> None:
    reference = ask(urgent())
    approve(reference)
    with pytest.raises(NotAllowed):
        countersign(reference, email)


def test_one_person_is_refused_when_they_approved_it_themselves(lab: Flask) -> None:
    reference = ask(urgent())
    approve(reference, BOTH)
    with pytest.raises(NotAllowed):
        countersign(reference, BOTH)


def test_countersignature_is_refused_when_another_version_was_read(lab: Flask) -> None:
    reference = ask(urgent())
    approve(reference)
    with pytest.raises(Stale):
        countersign(reference, version=1)


def test_late_one_is_told_once_when_the_time_has_passed(lab: Flask) -> None:
    reference = ask(urgent())
    approve(reference)
    assert jobs.remind_countersignatures() == []
    with clock.frozen(world.NOW + timedelta(days=3)):
        assert jobs.remind_countersignatures() == [reference]
        assert jobs.remind_countersignatures() == [reference]
    late = told(f"{reference} is not countersigned in time")
    assert sorted(late) == sorted({QUALITY, BOTH, MANAGER, DEPUTY})
    countersign(reference)


def test_nothing_waits_when_the_booking_is_cancelled(lab: Flask) -> None:
    reference = ask(urgent())
    approve(reference)
    command(MANAGER, services.cancel_booking, reference, reason="the patient is not fit")
    assert stored(reference).countersign_by is None


def test_urgent_one_comes_first_when_requests_wait(lab: Flask) -> None:
    first = ask(wish(21))
    second = ask(urgent(14))
    rows = list_waiting(db.session, world.who(MANAGER), clock.now())
    assert [row.reference for row in rows] == [second, first]


def test_both_sign_when_it_is_done_by_the_api(lab: Flask) -> None:
    reference = ask(wish(21))
    body = {"urgent": True, "note": "conditioned"}
    changed = lab.test_client().patch(
        f"/api/v1/bookings/{reference}", json=body, headers=token("requester@a.example")
    )
    assert changed.json is not None and changed.json["urgent"] is True, changed.text
    signed = {"signature": {"password": world.PASSWORD}, "reason": "thawed"}
    assert step(lab, reference, MANAGER, action="approve", **signed).status_code == 200
    unsigned = step(lab, reference, QUALITY, action="countersign")
    assert unsigned.status_code == 422
    done = step(lab, reference, QUALITY, action="countersign", **signed)
    assert done.status_code == 200, done.text
    assert stored(reference).countersign_by is None


def test_urgency_is_refused_when_the_booking_is_approved_already(lab: Flask) -> None:
    reference = ask(wish(21))
    approve(reference)
    body = {"urgent": True, "note": "conditioned"}
    refused = lab.test_client().patch(
        f"/api/v1/bookings/{reference}", json=body, headers=token("requester@a.example")
    )
    assert refused.status_code == 422 and refused.json is not None
    assert [error["field"] for error in refused.json["errors"]] == ["urgent"]


Visit = Callable[[str, str], str]


@pytest.fixture
def visit(lab: Flask) -> Visit:
    def get(email: str, path: str) -> str:
        client = lab.test_client()
        client.post("/login", data={"email": email, "password": world.PASSWORD})
        return client.get(path).text

    return get


def test_pages_say_who_is_waited_for_when_it_was_approved_alone(lab: Flask, visit: Visit) -> None:
    reference = ask(urgent())
    approve(reference, reason="The cells are thawed")
    assert "Quality countersigns by" in visit("requester@a.example", f"/bookings/{reference}")
    assert "To countersign" in visit(QUALITY, "/approvals")
    assert "Countersign…" in visit(QUALITY, f"/bookings/{reference}")
    project = visit("requester@a.example", "/projects/STARTUP-A-P1")
    assert reference in project and "The cells are thawed" in project
    client = lab.test_client()
    client.post("/login", data={"email": QUALITY, "password": world.PASSWORD})
    body = {"version": stored(reference).version, "password": world.PASSWORD, "reason": "seen"}
    done = client.post(f"/bookings/{reference}/countersign", data=body)
    assert done.status_code == 302, done.text
    assert QUALITY in visit("requester@a.example", "/projects/STARTUP-A-P1")
