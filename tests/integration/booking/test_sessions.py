"""A session on the day, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from hkbio_gmp.booking import queries, services
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import (
    NotAllowed,
    NotFound,
    NotValid,
    SignatureRefused,
    WrongState,
)
from tests.integration.booking import world

OPERATOR, NAMED, MANAGER = "operator@lct.example", "operator@a.example", "manager@lct.example"


@pytest.fixture
def reference(lab: Flask) -> str:
    """An approved booking two days ahead."""
    made = world.ask(world.wish(2, operators=(NAMED,)))
    world.approve(made)
    return made


def run(
    reference: str, verb: str, email: str = OPERATOR, hour: int = 9, *, signed: bool = False
) -> None:
    with clock.frozen(world.at(2, hour)):
        proof = world.proof(email, reference)[0] if signed else None
        person = world.who(email)
        world.act(
            person.actor,
            lambda unit: services.run_session(unit, person, reference, 1, verb, proof),
            "on the day",
        )


def states(reference: str) -> tuple[str, str]:
    row = world.stored(reference)
    return queries.status_of(row), row.sessions[0].state


@pytest.mark.parametrize("email", [OPERATOR, NAMED])
def test_session_is_in_use_when_an_operator_checks_in(reference: str, email: str) -> None:
    run(reference, "check_in", email)
    assert states(reference) == ("in_use", "in_use")
    assert world.stored(reference).sessions[0].checked_in_at == world.at(2)


def test_check_in_is_blocked_when_a_certificate_has_ended(reference: str) -> None:
    def suspend(unit: world.Work) -> None:
        found = f"LCT-gowning_qualification-{NAMED}-{date(2027, 12, 31)}"
        unit.session.query(world.Certificate).filter_by(reference=found).one().state = "suspended"

    world.act(world.CLI, suspend)
    with pytest.raises(NotValid) as refused:
        run(reference, "check_in")
    assert refused.value.findings[0].rule == "certificate:gowning_qualification"


@pytest.mark.parametrize(
    ("email", "refusal"),
    [("requester@a.example", NotAllowed), ("requester@b.example", NotFound)],
)
def test_others_are_refused_when_they_check_in(
    reference: str, email: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        run(reference, "check_in", email)


def test_late_end_is_a_fact_when_checked_out(reference: str) -> None:
    run(reference, "check_in")
    run(reference, "check_out", hour=19)
    assert world.stored(reference).sessions[0].checked_out_at == world.at(2, 19)
    assert world.holding()[0].ends == world.at(2, 17)


def test_session_is_cleared_when_a_second_person_signs(reference: str) -> None:
    for verb in ("check_in", "check_out", "perform_clearance"):
        run(reference, verb, NAMED)
    run(reference, "verify_clearance", signed=True)
    assert states(reference) == ("completed", "cleared")


def test_performer_is_refused_when_verifying(reference: str) -> None:
    for verb in ("check_in", "check_out", "perform_clearance"):
        run(reference, verb)
    with pytest.raises(NotAllowed):
        run(reference, "verify_clearance", signed=True)


def test_signature_is_needed_when_verifying(reference: str) -> None:
    for verb in ("check_in", "check_out", "perform_clearance"):
        run(reference, verb, NAMED)
    with pytest.raises(SignatureRefused):
        run(reference, "verify_clearance")


def test_clearance_comes_first_when_verifying(reference: str) -> None:
    for verb in ("check_in", "check_out"):
        run(reference, verb, NAMED)
    with pytest.raises(WrongState):
        run(reference, "verify_clearance", signed=True)


def test_session_is_not_begun_when_only_requested(lab: Flask) -> None:
    with pytest.raises(WrongState):
        run(world.ask(world.wish(2)), "check_in")


def test_booking_in_use_is_not_cancelled_when_asked(reference: str) -> None:
    run(reference, "check_in")
    with pytest.raises(NotAllowed):
        world.command(MANAGER, services.cancel_booking, reference, reason="too late")
    assert len(world.holding()) == 1
    db.session.rollback()
