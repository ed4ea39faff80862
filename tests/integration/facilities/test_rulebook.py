"""The rules page: a new version by the manager's hand, looked at first, compared afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.routes.rulebook import _data
from hkbio_gmp.kernel import clock
from tests.integration.booking import world
from tests.seeds import Build

MANAGER, PATH = "manager@lct.example", "/facilities/LCT/rules/change"
Form = dict[str, Any]


@pytest.fixture
def seed() -> Build:
    return world.build


@pytest.fixture
def lab(app: Flask) -> Flask:
    return app


@pytest.fixture(autouse=True)
def now(app: Flask) -> Any:
    with app.app_context(), clock.frozen(world.NOW):
        yield


def signed_in(app: Flask, email: str = MANAGER) -> FlaskClient:
    client = app.test_client()
    client.post("/login", data={"email": email, "password": world.PASSWORD})
    return client


def typed(**changed: str) -> Form:
    """The form as it stands, some controls typed over."""
    data = _data(queries.list_rule_sets(db.session, "LCT")[0])
    form: Form = {"version": data["version"], "reason": "Validated cleaning is shorter"}
    for section in ("changeover", "segregation"):
        for number, row in enumerate(data[section]):
            for name, value in row.items():
                if name == "same_series" and not value:
                    continue
                form[f"{section}-{number}-{name}"] = value
    return {**form, **changed}


def versions() -> list[int]:
    db.session.rollback()
    return [row.version for row in queries.list_rule_sets(db.session, "LCT")]


def test_nothing_is_written_when_it_is_only_looked_at(lab: Flask) -> None:
    page = signed_in(lab).post(PATH, data=typed(**{"changeover-0-length": "3h", "step": "look"}))
    assert page.status_code == 200, page.text
    assert "Put in force" in page.text and "What would change" in page.text
    assert versions() == [1]


def test_new_version_binds_new_decisions_when_it_is_put_in_force(lab: Flask) -> None:
    first = world.ask(world.wish(14))
    client = signed_in(lab)
    done = client.post(PATH, data=typed(**{"changeover-0-length": "3h", "step": "save"}))
    assert done.status_code == 302, done.text
    assert versions() == [2, 1]
    second = world.ask(world.wish(30))
    decided = [world.stored(ref).sessions[0].allocations[0] for ref in (first, second)]
    assert [row.rules_version for row in decided] == [1, 2]
    compared = client.get("/facilities/LCT/rules?version=2&against=1").text
    assert "Version 2 against version 1" in compared
    present = queries.list_rule_sets(db.session, "LCT")[0]
    assert present.changeover[0]["minutes"] == 180


def test_planned_pairs_are_named_when_the_draft_would_keep_them_apart(lab: Flask) -> None:
    first = world.ask(world.wish(14))
    second = world.ask(world.wish(16, batch="STARTUP-A-P1-B2"))
    rows = typed(step="look")
    longer = {name: "20d" for name in rows if name.endswith("-length")}
    page = signed_in(lab).post(PATH, data={**rows, **longer}).text
    assert "too close under these rules" in page
    assert first in page and second in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"changeover-0-before": "unheard_of"}, "changeover-0-before"),
        ({"changeover-0-length": "soon"}, "changeover-0-length"),
        ({"changeover-0-length": "29d"}, "changeover-0-length"),
        ({"changeover-0-source": ""}, "changeover-0-source"),
        ({"reason": ""}, "reason"),
    ],
)
def test_control_is_named_when_it_is_wrong(lab: Flask, changed: Form, field: str) -> None:
    page = signed_in(lab).post(PATH, data=typed(**changed, step="save"))
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert versions() == [1]


def test_uncovered_pairs_are_named_when_rows_are_taken_out(lab: Flask) -> None:
    form = {n: v for n, v in typed(step="save").items() if not n.startswith("changeover-")}
    page = signed_in(lab).post(PATH, data=form)
    assert page.status_code == 422 and "No changeover for" in page.text


def test_second_editor_is_told_when_the_first_was_faster(lab: Flask) -> None:
    old = typed(**{"changeover-0-length": "5h", "step": "save"})
    client = signed_in(lab)
    client.post(PATH, data=typed(**{"changeover-0-length": "3h", "step": "save"}))
    late = client.post(PATH, data=old)
    assert late.status_code == 422 and "Somebody has changed the rules" in late.text
    assert versions() == [2, 1]


def test_same_rules_make_no_version_when_they_are_saved_again(lab: Flask) -> None:
    page = signed_in(lab).post(PATH, data=typed(step="save"))
    assert page.status_code == 422 and "as they were" in page.text
    assert versions() == [1]


def test_row_is_added_and_taken_out_when_its_button_is_pressed(lab: Flask) -> None:
    client, rows = signed_in(lab), typed()
    count = sum(name.endswith("-length") for name in rows)
    more = client.post(PATH, data={**rows, "rows": "changeover-add"}).text
    assert f'name="changeover-{count}-length"' in more
    fewer = client.post(PATH, data={**rows, "rows": "changeover-remove-0"}).text
    assert f'name="changeover-{count - 1}-length"' not in fewer


@pytest.mark.parametrize("email", ["requester@a.example", "manager@cuhk.example"])
def test_page_is_not_there_when_the_facility_is_not_ones_own(lab: Flask, email: str) -> None:
    assert signed_in(lab, email).get(PATH).status_code in (403, 404)
