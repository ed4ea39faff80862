"""The finder against the service itself: what is offered, and each change named, is accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from flask import Flask

from hkbio_gmp.booking import services
from hkbio_gmp.booking.rules.search.shape import Step
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.booking.services import BookingWish, Home, SessionWish, SlotQuery, viewer_of
from hkbio_gmp.booking.services.plan import make_plan, project_facts
from hkbio_gmp.booking.services.slots import Slot
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.kernel.timerange import TimeRange
from tests.integration.booking import world

OWN, PROJECT, BATCH = "requester@a.example", "STARTUP-A-P1", "STARTUP-A-P1-B1"
FIT, UNFIT = "operator@a.example", "requester@a.example"
TEMPLATE = (
    Step(timedelta(), timedelta(hours=4), kinds=("cell_processor",)),
    Step(timedelta(hours=4), timedelta(hours=20), attended=False),
    Step(timedelta(days=2), timedelta(hours=3)),
)


def search(hours: int = 8, **more: object) -> services.SlotAnswer:
    """A search of ten days at LCT for the startup's first project."""
    db.session.rollback()
    project = facilities.find_project(db.session, PROJECT)
    assert project is not None
    query = SlotQuery(
        length=timedelta(hours=hours),
        organisation="STARTUP-A",
        homes=(Home("LCT", project_facts(project), BATCH),),
        **{
            "process_class": "gene_modified_cell",
            "facilities": ("LCT",),
            "window": TimeRange(world.at(14, 0), world.at(24, 0)),
            "limit": 12,
            "operators": (FIT,),
            **more,
        },
    )
    return services.find_slots(db.session, viewer_of(world.who(OWN)), query, world.NOW)


def crowd(seed: int) -> None:
    """A dozen bookings of the other startup, where they fit, by a fixed seed."""
    dice = Random(seed)
    for _ in range(12):
        wanted = world.wish(
            dice.uniform(13, 23) // 0.25 * 0.25,
            dice.choice([4, 8, 30]),
            room=dice.choice(["LCT-CR1", "LCT-CR2", "LCT-CR3", "LCT-VR1"]),
            project=dice.choice(["STARTUP-B-P1", "STARTUP-B-P2"]),
        )
        try:
            world.ask_b(wanted)
        except DomainError:
            db.session.rollback()


def wish_of(plan: PlanFacts) -> BookingWish:
    """The request that a plan stands for."""
    return BookingWish(
        "LCT",
        PROJECT,
        (),
        tuple(
            SessionWish(
                s.slot.starts, s.slot.ends, s.attended, tuple(use.resource for use in s.uses)
            )
            for s in plan.sessions
        ),
        BATCH,
        operators=plan.operators,
    )


def accepted(wanted: BookingWish) -> str:
    """The verdict with which the service takes a request, which is cancelled again."""
    reference = world.ask(wanted)
    verdict = services.readiness(db.session, None, world.stored(reference), world.NOW).verdict
    world.command(OWN, services.cancel_booking, reference, reason="only a trial")
    return str(verdict)


def wish_for(slot: Slot) -> BookingWish:
    """The request for an offered slot."""
    sessions = tuple(
        SessionWish(s.slot.starts, s.slot.ends, s.attended, tuple(u.resource for u in s.uses))
        for s in slot.sessions
    )
    return BookingWish("LCT", PROJECT, (), sessions, BATCH, operators=(FIT,))


@pytest.mark.parametrize("roll", [1, 2])
@pytest.mark.parametrize("steps", [(), TEMPLATE], ids=["plain", "template"])
def test_every_offer_is_accepted_with_its_verdict_when_asked_for(
    lab: Flask, roll: int, steps: tuple[Step, ...]
) -> None:
    crowd(roll)
    offered = search(steps=steps).slots
    assert offered
    for slot in offered:
        assert accepted(wish_for(slot)) == slot.verdict


def test_template_is_offered_whole_when_it_is_looked_for(lab: Flask) -> None:
    crowd(1)
    template = facilities.list_templates(db.session, "LCT")[0]
    window = TimeRange(world.at(14, 0), world.at(60, 0))
    made = template.process_class
    answer = search(process_class=made, templates=(template.code,), window=window)
    assert answer.slots
    for slot in answer.slots[:4]:
        assert len(slot.sessions) == len(template.steps)
        whole = replace(wish_for(slot), process_class=made, template=template.code)
        assert accepted(whole) == slot.verdict
        run = replace(whole, sessions=(), resources=slot.resources, starts=slot.slot.starts)
        assert accepted(run) == slot.verdict


def test_facility_is_refused_when_it_has_no_such_template(lab: Flask) -> None:
    answer = search(templates=("no-such",))
    assert answer.slots == []
    assert [r.reasons[0].rule for r in answer.refusals] == ["facility"]


def test_facility_is_refused_when_the_range_is_shorter_than_the_run(lab: Flask) -> None:
    refused = search(hours=24 * 30).refusals
    assert [r.reasons[0].message.english() for r in refused] == [
        "The range is too short for the run at LCT."
    ]


def test_every_change_is_accepted_when_asked_for(lab: Flask) -> None:
    crowd(3)
    refused = search(hours=30, operators=(FIT,)).refusals
    changes = [c for r in refused for c in r.changes if c.kind in {"later", "room", "operator"}]
    assert changes
    for change in changes:
        assert accepted(wish_of(change.plan)) == change.verdict


def test_who_is_qualified_is_named_when_an_operator_is_not(lab: Flask) -> None:
    refused = search(operators=(UNFIT,), colleagues=(UNFIT, FIT)).refusals
    first = refused[0].changes[0]
    assert (first.kind, first.plan.operators) == ("operator", (FIT,))
    assert accepted(wish_of(first.plan)) == first.verdict


def test_renewal_is_named_when_only_a_certificate_blocks(lab: Flask) -> None:
    refused = search(operators=(UNFIT,)).refusals
    kinds = {change.kind for change in refused[0].changes}
    assert "renewal" in kinds and refused[0].reasons[0].rule.startswith("certificate:gowning")


def test_closed_steps_are_named_when_the_grade_does_not_suit(lab: Flask) -> None:
    closed = next(r for r in search().refusals if r.resource == "LCT-CR4")
    assert [change.kind for change in closed.changes] == ["closed"]
    assert closed.until is None


def test_facility_is_refused_when_no_project_is_there(lab: Flask) -> None:
    answer = search(facilities=("LCT", "CUHK"))
    assert {slot.facility for slot in answer.slots} == {"LCT"}
    assert [r.reasons[0].rule for r in answer.refusals if r.facility == "CUHK"] == [
        "project_accepted"
    ]


def test_alternatives_lie_on_both_sides_when_the_wish_is_taken(lab: Flask) -> None:
    for room in ("LCT-CR1", "LCT-CR2", "LCT-CR3", "LCT-VR1"):
        world.ask_b(world.wish(20, 30, room=room, project="STARTUP-B-P2"))
    wanted = world.wish(20, operators=(FIT,))
    near = services.alternatives(db.session, world.who(OWN), wanted, world.NOW)
    wish = wanted.sessions[0].starts
    assert {slot.slot.starts < wish for slot in near} == {True, False}
    distances = [abs(slot.slot.starts - wish) for slot in near]
    assert distances == sorted(distances)
    assert all(accepted(wish_for(slot)) for slot in near)


def test_alternatives_keep_the_sessions_when_the_wish_has_several(lab: Flask) -> None:
    world.ask_b(world.wish(15, 8, project="STARTUP-B-P2"))
    starts = world.at(15)
    sessions = (
        SessionWish(starts, starts + timedelta(hours=3)),
        SessionWish(starts + timedelta(days=1), starts + timedelta(days=1, hours=2), False),
    )
    wanted = BookingWish("LCT", PROJECT, ("LCT-CR1", "LCT-CP1"), sessions, BATCH)
    near = services.alternatives(db.session, world.who(OWN), wanted, world.NOW)
    assert near
    for slot in near:
        assert [s.slot.length for s in slot.sessions] == [timedelta(hours=3), timedelta(hours=2)]
        assert "LCT-CP1" in slot.resources


def test_ways_out_are_cheapest_first_when_a_wish_is_blocked(lab: Flask) -> None:
    world.ask_b(world.wish(14, 8, project="STARTUP-B-P2"))
    plan = make_plan(db.session, world.wish(14, operators=(FIT,)))
    ways = services.ways_out(db.session, world.who(OWN), plan, world.NOW)
    assert [way.kind for way in ways] == ["room", "later"]
    assert ways[0].cost <= ways[1].cost
    assert all(way.verdict is not Verdict.BLOCKED for way in ways)
    assert "STARTUP-B" not in str(ways)


def test_nothing_is_proposed_when_nothing_blocks(lab: Flask) -> None:
    plan = make_plan(db.session, world.wish(14, operators=(FIT,)))
    assert services.ways_out(db.session, world.who(OWN), plan, world.NOW) == []
