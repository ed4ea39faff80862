"""A run laid out from a template, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from flask import Flask

from hkbio_gmp.booking import services
from hkbio_gmp.booking.services import BookingWish
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import services as identity
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotValid, SlotTaken
from tests.integration.booking import world

QUIET = {"operators": ("operator@a.example",)}


def run(
    days: float = 14, template: str = "LCT-CART", *resources: str, hour: int = 9, **more: object
) -> BookingWish:
    given = {"batch": "STARTUP-A-P1-B1", **QUIET, **more}
    return BookingWish(
        "LCT",
        "STARTUP-A-P1",
        resources or (world.ROOM,),
        (),
        template=template,
        starts=world.at(days, hour),
        **given,  # type: ignore[arg-type]
    )


def test_every_step_is_a_session_when_asked_by_template(lab: Flask) -> None:
    found = world.stored(world.ask(run()))
    assert found.template == "LCT-CART"
    assert len(found.sessions) == 11
    assert found.sessions[0].starts == world.at(14)
    assert found.sessions[-1].ends == world.at(25, 17)
    assert all(a.ends <= b.starts for a, b in pairwise(found.sessions))


def test_processor_is_free_for_others_from_the_third_day_when_a_run_holds_its_room(
    lab: Flask,
) -> None:
    world.ask(run())
    held = [a for a in world.holding() if a.resource == "LCT-CP1"]
    assert max(a.ends for a in held) == world.at(15, 17)
    other = run(17, "LCT-CART", "LCT-CR2", "LCT-CP1", batch="STARTUP-A-P1-B2")
    assert world.stored(world.ask(other)).status == "requested"


def test_another_item_is_chosen_when_the_first_is_taken(lab: Flask) -> None:
    world.ask(run())
    second = world.stored(world.ask(run(14, "LCT-CART", "LCT-CR2", batch="STARTUP-A-P1-B2")))
    taken = {a.resource for s in second.sessions for a in s.allocations}
    assert taken == {"LCT-CR2", "LCT-CP2"}


def test_refusal_names_the_item_when_none_is_free(lab: Flask) -> None:
    world.ask(run())
    world.ask(run(14, "LCT-CART", "LCT-CR2", batch="STARTUP-A-P1-B2"))
    with pytest.raises(SlotTaken) as refused:
        world.ask(run(14, "LCT-CART", "LCT-CR3", batch=None))
    assert {c.resource for c in refused.value.conflicts} == {"LCT-CP1"}


def test_incubation_takes_no_room_when_the_step_is_equipment_only(lab: Flask) -> None:
    found = world.stored(world.ask(run(14, "LCT-MSC", "LCT-CR1")))
    alone = [s for s in found.sessions if not s.attended]
    assert alone and all([a.resource for a in s.allocations] == ["LCT-INC-11"] for s in alone)
    days = {a.starts.date() for a in world.holding() if a.resource == "LCT-CR1"}
    assert world.at(15).date() not in days


def test_suite_becomes_its_rooms_when_a_template_runs_in_it(lab: Flask) -> None:
    found = world.stored(world.ask(run(14, "LCT-ENG", "LCT-S1")))
    assert {a.resource for a in found.sessions[0].allocations} == {"LCT-CR2", "LCT-CR3"}


def test_warning_names_the_session_when_a_run_starts_late_in_the_week(lab: Flask) -> None:
    person = world.who("requester@a.example")
    _plan, found = services.preview(db.session, person, run(17), clock.now())
    warned = {f.subject for f in found.findings if f.rule == "opening_hours"}
    # from a Thursday on, day 2 is a Friday; day 9 a Saturday; incubation runs through weekends
    assert warned == {"9"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"template": "LCT-NONE"}, "template"),
        ({"template": "CUHK-CART"}, "template"),
        ({"process_class": "training"}, "process_class"),
        ({"starts": None}, "starts_at"),
        ({"resources": ("LCT-CP1",)}, "resources"),
        ({"resources": ("LCT-CR1", "LCT-INC-11")}, "resources"),
        ({"resources": ("LCT-CR1", "LCT-NOWHERE")}, "resources"),
        ({"facility": "NOWHERE"}, "facility"),
    ],
)
def test_field_is_named_when_a_run_cannot_be_laid_out(
    lab: Flask, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(NotValid) as refused:
        world.ask(replace(run(), **changes))  # type: ignore[arg-type]
    assert field in {error.field for error in refused.value.errors}


def test_booking_by_template_is_answered_with_its_items_when_posted(lab: Flask) -> None:
    client, headers = lab.test_client(), token(lab)
    body = {
        "facility": "LCT",
        "project": "STARTUP-A-P1",
        "template": "LCT-CART",
        "starts_at": world.at(14).isoformat(),
        "resources": ["LCT-CR1"],
        "operators": ["operator@a.example"],
    }
    answer = client.post("/api/v1/bookings", json=body, headers=headers)
    assert answer.status_code == 201, answer.json
    said = answer.json
    assert said["template"] == "LCT-CART"
    assert said["resources"] == ["LCT-CR1", "LCT-CP1"]
    assert len(said["sessions"]) == 11
    assert said["sessions"][3]["resources"] == ["LCT-CR1"]
    wrong = client.post("/api/v1/bookings", json={**body, "template": "X"}, headers=headers)
    assert wrong.status_code == 422
    assert wrong.json["errors"][0]["field"] == "template"


def test_templates_are_listed_with_steps_when_asked(lab: Flask) -> None:
    answer = lab.test_client().get(
        "/api/v1/process-templates?facility=LCT&limit=2", headers=token(lab)
    )
    codes = [row["code"] for row in answer.json["items"]]
    assert codes == ["LCT-AUTO", "LCT-CART"]
    assert answer.json["next_cursor"]
    assert answer.json["items"][1]["steps"][0]["equipment"] == ["cell_processor"]


def test_shift_is_in_place_when_patched_on_a_request(lab: Flask) -> None:
    reference = world.ask(run())
    client, headers = lab.test_client(), token(lab)
    answer = client.patch(
        f"/api/v1/bookings/{reference}", json={"shift_minutes": 1440}, headers=headers
    )
    assert answer.status_code == 200, answer.json
    assert world.stored(reference).sessions[-1].ends == world.at(25, 17) + timedelta(days=1)
    assert answer.json["template"] == "LCT-CART"
    for wrong in ({"shift_minutes": 0}, {"shift_minutes": 60, "note": "x"}):
        refused = client.patch(f"/api/v1/bookings/{reference}", json=wrong, headers=headers)
        assert refused.status_code == 422


def token(_lab: Flask, email: str = "requester@a.example") -> dict[str, str]:
    made = partial(identity.create_token, email=email, name="t", days=9, read_only=False)
    return {"Authorization": f"Bearer {world.act(world.CLI, made)}"}


def page_of(lab: Flask, **changes: str | list[str]) -> str:
    """The request page after a press of one of its buttons."""
    client = lab.test_client()
    client.post("/login", data={"email": "requester@a.example", "password": world.PASSWORD})
    form = {
        "project": "STARTUP-A-P1",
        "template": "LCT-CART",
        "resources": "LCT-CR1",
        "starts_at": "2027-01-18T09:00",
        "operators": "operator@a.example",
        **changes,
    }
    answer = client.post("/bookings/new", data=form)
    assert answer.status_code in (200, 302), answer.text
    return answer.text if answer.status_code == 200 else answer.location


def rows(*sessions: tuple[str, str]) -> dict[str, str]:
    made = {}
    for n, (starts, ends) in enumerate(sessions):
        made |= {f"sessions-{n}-starts_at": starts, f"sessions-{n}-ends_at": ends}
        made |= {f"sessions-{n}-attended": "y", f"sessions-{n}-resources": "lct-cr1"}
    return made


def test_every_session_is_laid_out_when_the_page_is_asked_to(lab: Flask) -> None:
    shown = page_of(lab, rows="lay_out")
    assert shown.count('value="copy-') == 11
    assert "Transduction" in shown and "LCT-CR1, LCT-CP1" in shown


def test_sessions_are_added_copied_and_taken_out_when_pressed(lab: Flask) -> None:
    two = rows(("2027-01-18T09:00", "2027-01-18T12:00"), ("2027-01-20T09:00", "2027-01-20T12:00"))
    plain = {"template": "", **two}
    assert page_of(lab, rows="add", **plain).count('value="copy-') == 3
    copied = page_of(lab, rows="copy-0", **plain)
    assert "2027-01-19T09:00" in copied
    assert page_of(lab, rows="remove-0", **plain).count('value="copy-') == 1
    assert page_of(lab, rows="remove-77", **plain).count('value="copy-') == 2
    assert page_of(lab, rows="clear", **plain).count('value="copy-') == 0


def test_each_row_is_a_session_when_requested_on_the_page(lab: Flask) -> None:
    two = rows(("2027-01-18T09:00", "2027-01-18T12:00"), ("2027-01-20T09:00", "2027-01-20T12:00"))
    reference = page_of(lab, template="", **two).rsplit("/", 1)[-1]
    found = world.stored(reference)
    assert [s.starts for s in found.sessions] == [world.at(14), world.at(16)]


def test_run_is_requested_at_once_when_only_template_start_and_room_are_given(lab: Flask) -> None:
    reference = page_of(lab).rsplit("/", 1)[-1]
    assert len(world.stored(reference).sessions) == 11


def test_session_alone_is_warned_about_when_the_page_lays_it_out_on_a_weekend(lab: Flask) -> None:
    shown = page_of(lab, rows="lay_out", starts_at="2027-01-21T09:00")
    assert "Session 9 lies outside opening hours" in shown
