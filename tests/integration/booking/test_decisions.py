"""Approving and rejecting, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from hkbio_gmp.audit.models import AuditEntry
from hkbio_gmp.booking import queries, services
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import (
    NotAllowed,
    NotFound,
    NotValid,
    SignatureRefused,
    SlotTaken,
    Stale,
    WrongState,
)
from hkbio_gmp.kernel.timerange import TimeRange
from tests.integration.booking import world

MANAGER = "manager@lct.example"
QUIET = {"operators": ("operator@a.example",)}


def test_booking_is_approved_when_the_manager_signs(lab: Flask) -> None:
    reference = world.ask(world.wish(**QUIET))
    world.approve(reference, reason=None)
    assert world.stored(reference).status == "approved"
    assert len(world.holding()) == 1


def test_signature_is_in_the_entries_when_approved(lab: Flask) -> None:
    reference = world.ask(world.wish(**QUIET))
    world.approve(reference)
    leaf = db.session.query(AuditEntry.leaf).filter_by(subject_ref=reference).all()[-1][0]
    assert '"meaning":"approved"' in leaf and '"number":"SIG-000001"' in leaf


def test_password_is_asked_again_when_signing(lab: Flask) -> None:
    reference = world.ask(world.wish(**QUIET))
    with pytest.raises(SignatureRefused):
        world.proof(MANAGER, reference, "wrong-password")
    assert world.stored(reference).status == "requested"


def test_proof_is_refused_when_it_is_used_twice(lab: Flask) -> None:
    one, other = world.ask(world.wish(14, **QUIET)), world.ask(world.wish(21, **QUIET))
    signed, version = world.proof(MANAGER, one)
    manager = world.who(MANAGER)
    for reference in (one, other):
        if reference == other:
            with pytest.raises(SignatureRefused):
                _approve(manager, reference, signed, version)
        else:
            _approve(manager, reference, signed, version)


def _approve(manager: object, reference: str, signed: object, version: int) -> None:
    world.act(
        manager.actor,
        lambda unit: services.approve_booking(unit, manager, reference, signed, version),
        "weighed",
    )


def test_warning_needs_a_reason_when_approved(lab: Flask) -> None:
    reference = world.ask(world.wish())
    with pytest.raises(NotValid) as refused:
        world.approve(reference, reason=None)
    assert [error.field for error in refused.value.errors] == ["reason"]
    world.approve(reference, reason="operators follow")
    assert world.stored(reference).decision_reason == "operators follow"


def test_block_never_passes_when_a_certificate_ends_before_the_decision(lab: Flask) -> None:
    reference = world.ask(world.wish(**QUIET))

    def suspend(unit: world.Work) -> None:
        found = f"LCT-manufacturer_licence-LCT-{date(2027, 12, 31)}"
        unit.session.query(world.Certificate).filter_by(reference=found).one().state = "suspended"

    world.act(world.CLI, suspend)
    with pytest.raises(NotValid) as refused:
        world.approve(reference, reason="urgent")
    assert refused.value.findings[0].rule == "certificate:manufacturer_licence"
    assert world.stored(reference).status == "requested"


def test_block_never_passes_when_an_outage_came_between(lab: Flask) -> None:
    reference = world.ask(world.wish(14, **QUIET))
    manager = world.who(MANAGER)
    when = TimeRange(world.at(14, 8), world.at(14, 12))
    world.act(
        manager.actor,
        lambda unit: services.plan_outage(unit, manager, world.ROOM, when, "planned"),
        "filter",
    )
    with pytest.raises(SlotTaken):
        world.approve(reference)


def test_asker_is_refused_when_deciding(lab: Flask) -> None:
    reference = world.ask(world.wish(**QUIET))
    _alter(reference, requested_by=world.who(MANAGER).code)
    with pytest.raises(NotAllowed):
        world.approve(reference)
    world.approve(reference, "deputy@lct.example")


def _alter(reference: str, **values: object) -> None:
    def command(unit: world.Work) -> None:
        row = unit.session.query(world.Booking).filter_by(reference=reference).one()
        for name, value in values.items():
            setattr(row, name, value)

    world.act(world.CLI, command)


@pytest.mark.parametrize("service", [services.reject_booking])
def test_requester_is_refused_when_deciding(lab: Flask, service: object) -> None:
    reference = world.ask(world.wish())
    with pytest.raises(NotAllowed):
        world.command("requester@a.example", service, reference, reason="mine")


@pytest.mark.parametrize("email", ["requester@b.example", "manager@cuhk.example"])
def test_foreign_booking_is_not_found_when_decided(lab: Flask, email: str) -> None:
    reference = world.ask(world.wish())
    with pytest.raises(NotFound):
        world.command(email, services.reject_booking, reference, reason="no")


def test_slot_is_free_when_rejected(lab: Flask) -> None:
    reference = world.ask(world.wish())
    world.command(MANAGER, services.reject_booking, reference, reason="no staff")
    assert world.stored(reference).status == "rejected"
    assert world.holding() == []


def test_rejection_needs_a_reason_when_given(lab: Flask) -> None:
    reference = world.ask(world.wish())
    with pytest.raises(NotValid):
        world.command(MANAGER, services.reject_booking, reference)


def test_decision_is_refused_when_the_request_changed_since(lab: Flask) -> None:
    reference = world.ask(world.wish(14, **QUIET))
    signed, version = world.proof(MANAGER, reference)
    world.command(
        "requester@a.example", services.change_request, reference, world.wish(15, **QUIET)
    )
    with pytest.raises(Stale):
        _approve(world.who(MANAGER), reference, signed, version)


def test_approval_is_refused_when_it_is_decided_already(lab: Flask) -> None:
    reference = world.ask(world.wish(**QUIET))
    world.approve(reference)
    with pytest.raises(WrongState):
        world.approve(reference)


def test_approval_is_refused_when_the_hold_has_run_out(lab: Flask) -> None:
    reference = world.ask(world.wish(**QUIET))
    with clock.frozen(world.at(4)), pytest.raises(WrongState):
        world.approve(reference)


def test_queue_holds_what_waits_when_the_manager_looks(lab: Flask) -> None:
    reference = world.ask(world.wish())
    mine = queries.list_waiting(db.session, world.who(MANAGER), world.NOW)
    theirs = queries.list_waiting(db.session, world.who("manager@cuhk.example"), world.NOW)
    assert [b.reference for b in mine] == [reference]
    assert theirs == []
