"""Asking for a slot, changing and cancelling the request, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask

from hkbio_gmp.booking import jobs, services
from hkbio_gmp.booking.services import BookingWish, SessionWish
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound, NotValid, SlotTaken, Stale, WrongState
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.notifications.models import OutboxMessage
from tests.integration.booking import world


def refused_fields(wanted: BookingWish) -> list[str]:
    with pytest.raises(NotValid) as refused:
        world.ask(wanted)
    assert all(error.message.english() and error.remedy.english() for error in refused.value.errors)
    return sorted({error.field for error in refused.value.errors})


def refused_rules(wanted: BookingWish) -> set[str]:
    with pytest.raises(NotValid) as refused:
        world.ask(wanted)
    return {f.rule for f in refused.value.findings if f.severity == "block"}


def test_slot_is_held_when_requested(lab: Flask) -> None:
    reference = world.ask(world.wish())
    assert reference == "LCT-2027-000001"
    assert world.stored(reference).status == "requested"
    assert [a.resource for a in world.holding()] == [world.ROOM]


def test_occupancy_has_set_up_and_turnaround_when_held(lab: Flask) -> None:
    world.ask(world.wish())
    (row,) = world.holding()
    assert row.starts - row.occupied_from == timedelta(minutes=360)
    assert row.occupied_until - row.ends == timedelta(minutes=480)


def test_managers_are_told_when_slot_is_requested(lab: Flask) -> None:
    world.ask(world.wish())
    told = {row.email for row in db.session.query(OutboxMessage)}
    assert told == {"manager@lct.example", "deputy@lct.example"}


def test_second_request_is_refused_when_slot_is_held(lab: Flask) -> None:
    world.ask(world.wish())
    with pytest.raises(SlotTaken) as refused:
        world.ask_b(world.wish(project="STARTUP-B-P2"))
    assert [c.reason for c in refused.value.conflicts] == ["occupied"]


def test_refusal_names_no_tenant_when_neighbour_is_foreign(lab: Flask) -> None:
    reference = world.ask(world.wish())
    with pytest.raises(SlotTaken) as refused:
        world.ask_b(world.wish(project="STARTUP-B-P2"))
    said = f"{refused.value.detail} {refused.value.conflicts} {refused.value.findings}"
    assert reference not in said and "STARTUP-A" not in said


def test_changeover_is_refused_when_slots_are_too_near(lab: Flask) -> None:
    world.ask(world.wish(14))
    with pytest.raises(SlotTaken) as refused:
        world.ask(world.wish(15, hour=8, process_class="autologous_cell"))
    assert [c.reason for c in refused.value.conflicts] == ["changeover"]
    assert refused.value.findings[0].clears_at == world.at(15, 17)
    world.ask(world.wish(15, hour=17, process_class="autologous_cell"))


def test_own_series_follows_sooner_when_batch_is_the_same(lab: Flask) -> None:
    world.ask(world.wish(14, 2))
    world.ask(world.wish(15, 2, hour=1))


def test_vector_and_cells_are_kept_apart_when_zone_is_shared(lab: Flask) -> None:
    world.ask(world.wish(14))
    with pytest.raises(SlotTaken) as refused:
        world.ask_b(world.wish(14, room="LCT-CR2", project="STARTUP-B-P1"))
    assert [c.reason for c in refused.value.conflicts] == ["occupied"]


def test_numbers_have_no_gap_when_a_request_is_refused(lab: Flask) -> None:
    world.ask(world.wish())
    with pytest.raises(SlotTaken):
        world.ask(world.wish())
    assert world.ask(world.wish(20)) == "LCT-2027-000002"


def test_draft_holds_nothing_when_it_is_kept(lab: Flask) -> None:
    reference = world.ask(world.wish(draft=True))
    assert world.stored(reference).status == "draft"
    assert world.holding() == []


def test_draft_is_judged_when_submitted(lab: Flask) -> None:
    draft = world.ask(world.wish(draft=True))
    world.ask_b(world.wish(project="STARTUP-B-P2"))
    with pytest.raises(SlotTaken):
        world.command("requester@a.example", services.submit_booking, draft)
    assert world.stored(draft).status == "draft"


def test_draft_holds_its_slot_when_submitted(lab: Flask) -> None:
    draft = world.ask(world.wish(draft=True))
    world.command("requester@a.example", services.submit_booking, draft)
    assert world.stored(draft).status == "requested"
    assert len(world.holding()) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"project": "STARTUP-B-P2"}, "project"),
        ({"project": "NO-SUCH"}, "project"),
        ({"batch": "STARTUP-B-P2-B1"}, "batch"),
        ({"resources": ()}, "resources"),
        ({"resources": ("CUHK-R1",)}, "resources"),
        ({"resources": ("LCT-BSC-01",)}, "resources"),
        ({"process_class": "soup"}, "process_class"),
        ({"facility": "NOWHERE"}, "facility"),
        ({"operators": ("nobody@nowhere.example",)}, "operators"),
        ({"operators": ("requester@b.example",)}, "operators"),
        ({"sessions": ()}, "sessions"),
    ],
)
def test_field_is_named_when_it_is_wrong(lab: Flask, change: dict[str, object], field: str) -> None:
    assert refused_fields(replace(world.wish(), **change)) == [field]


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [((14, 9), (14, 8), "ends_at"), ((14, 9), (14, 9), "ends_at"), ((14, 9), (140, 9), "ends_at")],
)
def test_times_are_named_when_they_are_wrong(
    lab: Flask, starts: tuple[int, int], ends: tuple[int, int], field: str
) -> None:
    one = SessionWish(world.at(*starts), world.at(*ends))
    assert refused_fields(replace(world.wish(), sessions=(one,))) == [field]


def test_seconds_are_refused_when_given(lab: Flask) -> None:
    starts = world.at(14) + timedelta(seconds=1)
    one = SessionWish(starts, starts + timedelta(hours=1))
    assert refused_fields(replace(world.wish(), sessions=(one,))) == ["starts_at"]


def test_foreign_project_answers_as_an_absent_one_when_named(lab: Flask) -> None:
    said = []
    for project in ("STARTUP-B-P2", "NO-SUCH"):
        with pytest.raises(NotValid) as refused:
            world.ask(replace(world.wish(), project=project, batch=None))
        said.append([(e.field, e.message, e.remedy) for e in refused.value.errors])
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        (partial(world.wish, -3), "in_the_past"),
        (partial(world.wish, 800), "too_far_ahead"),
        (partial(world.wish, room="LCT-CR4"), "room_grade"),
        (
            partial(world.wish, operators=("requester@a.example",)),
            "certificate:gowning_qualification",
        ),
    ],
)
def test_rule_blocks_when_it_must(lab: Flask, wanted: partial[BookingWish], rule: str) -> None:
    assert rule in refused_rules(wanted())


def test_every_block_is_told_when_there_are_several(lab: Flask) -> None:
    found = refused_rules(world.wish(-3, room="LCT-CR4", operators=("requester@a.example",)))
    assert {"in_the_past", "room_grade", "certificate:gowning_qualification"} <= found


def test_project_blocks_when_quality_has_not_accepted_it(lab: Flask) -> None:
    def put_back(unit: world.Work) -> None:
        unit.session.query(Project).filter_by(code="STARTUP-A-P1").one().status = "proposed"

    world.act(world.CLI, put_back)
    assert "project_accepted" in refused_rules(world.wish())


@pytest.mark.parametrize(
    ("kind", "subject_type", "subject"),
    [
        ("manufacturer_licence", "facility", "LCT"),
        ("room_qualification_ab", "resource", world.ROOM),
        ("technical_agreement", "organisation", "STARTUP-A"),
        ("gowning_qualification", "person", "operator@a.example"),
        ("gmp_certificate", "facility", "LCT"),
        ("insurance", "organisation", "STARTUP-A"),
        ("operator_aps", "person", "operator@a.example"),
        ("gmp_training", "person", "operator@a.example"),
        ("bsc_certification", "resource", "LCT-BSC-01"),
        ("grade_a_device_qualification", "resource", "LCT-BSC-01"),
        ("incubator_mapping", "resource", "LCT-INC-01"),
    ],
)
def test_gate_blocks_when_its_certificate_is_suspended(
    lab: Flask, kind: str, subject_type: str, subject: str
) -> None:
    def suspend(unit: world.Work) -> None:
        reference = f"LCT-{kind}-{subject}-{date(2027, 12, 31)}"
        unit.session.query(world.Certificate).filter_by(
            reference=reference
        ).one().state = "suspended"

    world.act(world.CLI, suspend)
    wanted = world.wish(operators=("operator@a.example",))
    assert refused_rules(wanted) == {f"certificate:{kind}"}


def test_outage_refuses_when_slot_falls_on_it(lab: Flask) -> None:
    manager = world.who("manager@lct.example")
    when = TimeRange(world.at(14, 8), world.at(14, 12))
    world.act(
        manager.actor,
        lambda unit: services.plan_outage(unit, manager, world.ROOM, when, "planned"),
        "filter",
    )
    with pytest.raises(SlotTaken) as refused:
        world.ask(world.wish(14))
    assert [c.reason for c in refused.value.conflicts] == ["outage"]


def test_booking_is_named_when_an_outage_falls_on_it(lab: Flask) -> None:
    reference = world.ask(world.wish(14))
    manager = world.who("manager@lct.example")
    when = TimeRange(world.at(14, 8), world.at(14, 12))
    made = world.act(
        manager.actor,
        lambda unit: services.plan_outage(unit, manager, world.ROOM, when, "unplanned"),
        "burst pipe",
    )
    assert [b.reference for b in made.affected] == [reference]
    found = services.readiness(db.session, manager, world.stored(reference), world.NOW)
    assert found.verdict == "blocked"


def test_stale_hold_stands_in_nobodys_way_when_someone_else_asks(lab: Flask) -> None:
    first = world.ask(world.wish())
    with clock.frozen(world.at(4)):
        world.ask_b(world.wish(project="STARTUP-B-P2"))
    assert world.stored(first).status == "expired"


def test_job_lets_go_when_the_hold_has_run_out(lab: Flask) -> None:
    reference = world.ask(world.wish())
    assert jobs.expire() == []
    with clock.frozen(world.at(4)):
        assert jobs.expire() == [reference]
        assert jobs.expire() == []
    assert world.holding() == []


def test_request_moves_in_place_when_changed(lab: Flask) -> None:
    reference = world.ask(world.wish(14))
    world.command("requester@a.example", services.change_request, reference, world.wish(15))
    assert world.stored(reference).version == 2
    assert [a.starts for a in world.holding()] == [world.at(15)]


def test_change_is_refused_when_the_new_slot_is_taken(lab: Flask) -> None:
    world.ask_b(world.wish(20, project="STARTUP-B-P2"))
    reference = world.ask(world.wish(14))
    with pytest.raises(SlotTaken):
        world.command("requester@a.example", services.change_request, reference, world.wish(20))
    assert world.stored(reference).sessions[0].starts == world.at(14)


def test_version_is_compared_when_given(lab: Flask) -> None:
    reference = world.ask(world.wish())
    person = world.who("requester@a.example")
    with pytest.raises(Stale):
        world.act(
            person.actor, lambda unit: services.cancel_booking(unit, person, reference, 7), "why"
        )


def test_slot_is_free_when_the_request_is_cancelled(lab: Flask) -> None:
    reference = world.ask(world.wish())
    world.command("requester@a.example", services.cancel_booking, reference, reason="no patient")
    assert world.stored(reference).status == "cancelled"
    world.ask_b(world.wish(project="STARTUP-B-P2"))


def test_cancelling_needs_a_reason_when_asked(lab: Flask) -> None:
    reference = world.ask(world.wish())
    with pytest.raises(NotValid) as refused:
        world.command("requester@a.example", services.cancel_booking, reference)
    assert [error.field for error in refused.value.errors] == ["reason"]


def test_cancelled_booking_stays_so_when_cancelled_again(lab: Flask) -> None:
    reference = world.ask(world.wish())
    world.command("requester@a.example", services.cancel_booking, reference, reason="once")
    with pytest.raises(WrongState):
        world.command("requester@a.example", services.cancel_booking, reference, reason="twice")


@pytest.mark.parametrize("email", ["requester@b.example", "manager@cuhk.example"])
def test_foreign_booking_answers_as_an_absent_one_when_cancelled(lab: Flask, email: str) -> None:
    reference = world.ask(world.wish())
    for named in (reference, "LCT-2027-999999"):
        with pytest.raises(NotFound):
            world.command(email, services.cancel_booking, named, reason="not mine")


def test_sessions_touch_when_they_follow_closely(lab: Flask) -> None:
    world.ask(replace(world.wish(), sessions=_steps()))
    first, second = world.holding()
    assert first.occupied_until == second.occupied_from


def _steps() -> tuple[SessionWish, SessionWish]:
    """Four attended hours, then twenty of incubation."""
    middle = world.at(14, 13)
    return (
        SessionWish(world.at(14), middle),
        SessionWish(middle, middle + timedelta(hours=20), attended=False),
    )
