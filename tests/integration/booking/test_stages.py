"""Approval by stages: the manager, then quality where the facility's settings ask for it."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask

from hkbio_gmp.booking import services
from hkbio_gmp.booking.queries import list_waiting
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.identity.models import Signature
from hkbio_gmp.identity.services import add_person
from hkbio_gmp.identity.services.accounts import give_role
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotAllowed, NotValid
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.work import Work
from tests.integration.booking import world
from tests.integration.booking.world import approve, ask, command, stored, wish
from tests.seeds import Build

MANAGER, DEPUTY = "manager@lct.example", "deputy@lct.example"
QUALITY, BOTH = "quality@lct.example", "both@lct.example"


def with_quality() -> None:
    """The world of booking, and those who sign for quality."""
    world.build()
    world.act(world.CLI, _people)


@pytest.fixture
def seed() -> Build:
    return with_quality


def _people(unit: Work) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(world.PASSWORD)
    for email, roles in ((QUALITY, ["quality"]), (BOTH, ["facility_manager", "quality"])):
        person = add_person(unit, email, email, password_hash=cheap)
        for role in roles:
            give_role(unit, person, role, "LCT")


def settle(**settings: Any) -> None:
    """Change LCT's settings."""

    def change(unit: Work) -> None:
        row = facilities.get_facility(unit.session, "LCT")
        row.settings = {**row.settings, **settings}
        row.version += 1

    world.act(world.CLI, change)


def waiting(email: str) -> list[str]:
    return [r.reference for r in list_waiting(db.session, world.who(email), clock.now())]


def test_one_signature_is_enough_when_no_setting_asks_for_more(lab: Flask) -> None:
    reference = ask(wish())
    approve(reference)
    assert stored(reference).status == "approved"


def test_quality_decides_after_the_manager_when_the_facility_wants_it(lab: Flask) -> None:
    settle(quality_approves=True)
    reference = ask(wish())
    assert (waiting(MANAGER), waiting(QUALITY)) == ([reference], [])
    approve(reference, MANAGER)
    row = stored(reference)
    assert (row.status, row.waiting_for) == ("requested", "quality")
    assert (waiting(MANAGER), waiting(QUALITY)) == ([], [reference])
    approve(reference, QUALITY)
    row = stored(reference)
    assert (row.status, row.waiting_for) == ("approved", None)
    assert [(a.stage, a.signature != "") for a in row.approvals] == [
        ("manager", True),
        ("quality", True),
    ]
    assert db.session.query(Signature).filter_by(record_ref=reference).count() == 2


def test_slot_stays_held_and_quality_is_told_when_the_manager_has_signed(lab: Flask) -> None:
    settle(quality_approves=True)
    reference = ask(wish())
    with clock.frozen(world.at(1, 15)):
        approve(reference)
        row = stored(reference)
        assert row.hold_until is not None and row.hold_until > world.at(3)
    told = {m.email for m in db.session.query(OutboxMessage) if "waits for your" in m.subject}
    assert QUALITY in told


@pytest.mark.parametrize("by", [QUALITY, "operator@lct.example"])
def test_manager_signs_first_when_somebody_else_tries(lab: Flask, by: str) -> None:
    settle(quality_approves=True)
    reference = ask(wish())
    with pytest.raises(NotAllowed):
        approve(reference, by)


@pytest.mark.parametrize("by", [MANAGER, DEPUTY])
def test_manager_does_not_stand_in_for_quality(lab: Flask, by: str) -> None:
    settle(quality_approves=True)
    reference = ask(wish())
    approve(reference, MANAGER)
    with pytest.raises(NotAllowed):
        approve(reference, by)


def test_one_person_does_not_sign_twice_when_they_hold_both_roles(lab: Flask) -> None:
    settle(quality_approves=True)
    reference = ask(wish())
    approve(reference, BOTH)
    with pytest.raises(NotAllowed):
        approve(reference, BOTH)
    approve(reference, QUALITY)
    assert stored(reference).status == "approved"


def test_approval_is_void_when_the_request_changes(lab: Flask) -> None:
    settle(quality_approves=True)
    reference = ask(wish())
    approve(reference, MANAGER)
    command("requester@a.example", services.change_request, reference, wish(days=21))
    row = stored(reference)
    assert (row.waiting_for, [a.state for a in row.approvals]) == (None, ["void"])
    assert waiting(QUALITY) == []
    approve(reference, MANAGER)
    approve(reference, QUALITY)
    assert stored(reference).status == "approved"


def test_either_rejects_when_quality_has_it(lab: Flask) -> None:
    settle(quality_approves=True)
    for by in (MANAGER, QUALITY):
        reference = ask(wish())
        approve(reference, MANAGER)
        command(by, services.reject_booking, reference, reason="not now")
        assert stored(reference).status == "rejected"


def test_quality_does_not_reject_before_the_manager_has_decided(lab: Flask) -> None:
    reference = ask(wish())
    with pytest.raises(NotAllowed):
        command(QUALITY, services.reject_booking, reference, reason="not now")


def test_only_the_first_of_a_project_goes_to_quality_when_so_set(lab: Flask) -> None:
    settle(quality_approves_first=True)
    first, second = ask(wish()), ask(wish(days=28))
    approve(first, MANAGER)
    approve(first, QUALITY)
    approve(second, MANAGER)
    assert [stored(r).status for r in (first, second)] == ["approved", "approved"]


def test_passed_warnings_are_kept_as_they_read_when_it_was_approved(lab: Flask) -> None:
    reference = ask(wish())
    approve(reference, reason="two shifts agreed")
    (approval,) = stored(reference).approvals
    assert approval.reason == "two shifts agreed"
    assert {
        "rule": "operators_named",
        "subject": "operators",
        "said": "No operator is named yet.",
    } in (approval.passed)


@pytest.mark.parametrize("named", [(), ("operator@a.example",)])
def test_work_at_night_is_not_approved_when_fewer_than_two_are_named(
    lab: Flask, named: tuple[str, ...]
) -> None:
    reference = ask(wish(hour=20, operators=named))
    with pytest.raises(NotValid) as refused:
        approve(reference)
    assert [error.field for error in refused.value.errors] == ["operators"]


def test_page_tells_who_signed_and_what_was_passed(lab: Flask) -> None:
    settle(quality_approves=True)
    reference = ask(wish())
    approve(reference, reason="two shifts agreed")
    client = lab.test_client()
    client.post("/login", data={"email": QUALITY, "password": world.PASSWORD})
    page = client.get(f"/bookings/{reference}").text
    assert "two shifts agreed" in page
    assert "No operator is named yet." in page
    assert reference in client.get("/approvals").text
