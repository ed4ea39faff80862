"""Templates on the facility's page: who may change them, and what becomes of them."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries, services
from tests.integration.facilities.accounts import (
    add_account,
    import_shipped,
    sign_in,
)

FORM = {
    "code": "SHORT",
    "process_class": "training",
    "name": "Short course",
    "name_zh": "短期課程",
    "source": "test",
    "reason": "new course",
    "steps-0-name": "Theory",
    "steps-0-name_zh": "理論",
    "steps-0-offset": "0",
    "steps-0-length": "90m",
    "steps-0-attended": "y",
    "steps-0-room": "y",
    "steps-1-name": "Practice",
    "steps-1-name_zh": "實習",
    "steps-1-offset": "1d",
    "steps-1-length": "1h 30m",
    "steps-1-attended": "y",
    "steps-1-room": "y",
    "steps-1-equipment": "cell_processor",
}


def manager(app: Flask, site: str = "LCT") -> FlaskClient:
    import_shipped("LCT", "CUHK")
    add_account("manager@lct.example", "facility_manager", site)
    client = app.test_client()
    sign_in(client, "manager@lct.example")
    return client


def codes() -> list[str]:
    db.session.rollback()
    return [row.code for row in queries.list_templates(db.session, "LCT")]


def test_template_is_offered_when_the_manager_adds_it(app: Flask) -> None:
    client = manager(app)
    assert client.post("/facilities/LCT/templates/new", data=FORM).status_code == 302
    db.session.rollback()
    found = queries.find_template(db.session, "LCT", "LCT-SHORT")
    assert found is not None and len(found.steps) == 2
    assert found.kinds == ("cell_processor",)
    assert "Short course" in client.get("/facilities/LCT").text
    again = client.post("/facilities/LCT/templates/new", data=FORM)
    assert again.status_code == 422


def test_steps_are_retired_when_taken_out_and_come_back_when_put_in(app: Flask) -> None:
    client = manager(app)
    client.post("/facilities/LCT/templates/new", data=FORM)
    one = {k: v for k, v in FORM.items() if not k.startswith("steps-1")} | {"version": "1"}
    client.post("/facilities/LCT/templates/LCT-SHORT", data=one)
    db.session.rollback()
    row = queries.get_template_row(db.session, "LCT", "LCT-SHORT")
    assert [(s.number, s.state) for s in row.steps] == [(1, "active"), (2, "retired")]
    stale = client.post("/facilities/LCT/templates/LCT-SHORT", data=one)
    assert stale.status_code == 422
    assert "Read it again" in stale.text
    client.post("/facilities/LCT/templates/LCT-SHORT", data={**FORM, "version": "2"})
    db.session.rollback()
    assert len(queries.list_templates(db.session, "LCT")[-1].steps) == 2


def test_template_is_gone_from_the_choice_when_retired(app: Flask) -> None:
    client = manager(app)
    gone = {"version": "1", "reason": "superseded"}
    assert client.post("/facilities/LCT/templates/LCT-CART/retire", data=gone).status_code == 302
    assert "LCT-CART" not in codes()
    assert "retired" in client.get("/facilities/LCT").text
    text = services.export_facility(db.session, "LCT")
    assert 'code = "LCT-CART"' in text


def test_fault_is_told_when_a_step_is_wrong(app: Flask) -> None:
    client = manager(app)
    for change, said in (
        ({"steps-1-offset": "30m"}, "begins before the one above it ends"),
        ({"steps-1-length": "soon"}, "Write a length such as"),
        ({"steps-1-equipment": "oven"}, "Use one of"),
        ({"steps-1-equipment": "centrifuge"}, "can be booked here"),
        ({"reason": ""}, "required"),
        ({"code": ""}, "has no code"),
    ):
        answer = client.post("/facilities/LCT/templates/new", data={**FORM, **change})
        assert answer.status_code == 422
        assert said in answer.text
    assert "LCT-SHORT" not in codes()


def test_nothing_is_there_when_another_facilitys_manager_asks(app: Flask) -> None:
    client = manager(app, "CUHK")
    for path in ("new", "LCT-CART", "LCT-CART/retire"):
        assert client.get(f"/facilities/LCT/templates/{path}").status_code == 404
    assert client.get("/facilities/CUHK/templates/LCT-CART").status_code == 404
