"""Pages: what each role sees, and that forms keep what was typed."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import panels, queries
from tests.integration.facilities.accounts import (
    PASSWORD,
    add_account,
    add_organisations,
    import_shipped,
    import_small,
    propose,
    sign_in,
)

CODE = "STARTUP-A-P1"
CLOSURE = {
    "first": "2030-05-06",
    "last": "2030-05-07",
    "name": "Power works",
    "name_zh": "電力工程",
    "source": "notice",
    "reason": "landlord's notice",
}


ABSENT = (
    "/facilities/NONE",
    "/resources/NONE",
    "/projects/NONE",
    "/facilities/LCT/rules?version=9",
    "/facilities/LCT/rules?version=99999999999999999999",
    "/facilities/%00",
    "/resources/LCT%00",
    "/projects/%00",
    f"/projects/{'A' * 3000}",
)
PAGES = (
    "/facilities",
    "/facilities/LCT",
    "/facilities/CUHK",
    "/facilities/LCT/rules",
    "/resources/LCT-CR1",
    "/resources/LCT-CP1",
    "/resources/LCT-BSC-01",
    "/projects",
    f"/projects/{CODE}",
)


def add_people() -> None:
    add_organisations("STARTUP-A", "STARTUP-B")
    admin = add_account("admin@a.example", "organisation_admin", "STARTUP-A")
    add_account("admin@b.example", "organisation_admin", "STARTUP-B")
    add_account("quality@lct.example", "quality", "LCT")
    add_account("manager@lct.example", "facility_manager", "LCT")
    propose(admin)


@pytest.fixture
def site(app: Flask) -> None:
    import_small("LCT", "CUHK")
    add_people()


@pytest.fixture
def shipped_site(app: Flask) -> None:
    import_shipped("LCT", "CUHK")
    add_people()


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def test_every_page_answers_in_both_languages_when_a_startup_reads(
    client: FlaskClient, shipped_site: None
) -> None:
    sign_in(client, "admin@a.example")
    for address in PAGES:
        for language in ("en", "zh_Hant_HK"):
            assert "<h1>" in page(client, f"{address}?lang={language}")


def test_invented_data_are_marked_and_holidays_named_twice_when_facilities_are_shown(
    client: FlaskClient, shipped_site: None
) -> None:
    sign_in(client, "admin@a.example")
    for address in ("/facilities/LCT", "/facilities/LCT/rules", "/resources/LCT-CR1"):
        assert "Demonstration data." in page(client, address)
    text = page(client, "/facilities/LCT")
    for words in ("Source: public announcements", "Good Friday", "耶穌受難節"):
        assert words in text


def test_page_is_not_found_when_there_is_no_such_thing(client: FlaskClient, site: None) -> None:
    sign_in(client, "admin@a.example")
    for address in ABSENT:
        page(client, address, 404)


def test_foreign_project_answers_as_an_absent_one_when_asked_for(
    client: FlaskClient, site: None
) -> None:
    sign_in(client, "admin@b.example")
    foreign, absent = (page(client, f"/projects/{code}", 404) for code in (CODE, "STARTUP-A-P9"))
    assert foreign.replace(CODE, "X") == absent.replace("STARTUP-A-P9", "X")
    assert f'href="/projects/{CODE}"' not in page(client, "/projects")


def test_closure_is_added_and_withdrawn_when_the_manager_says_so(
    client: FlaskClient, site: None
) -> None:
    sign_in(client, "manager@lct.example")
    assert client.post("/facilities/LCT/closures/new", data=CLOSURE).status_code == 302
    assert "Power works" in page(client, "/facilities/LCT")
    address = "/facilities/LCT/closures/LCT-CL1/withdraw"
    assert "Power works" in page(client, address)
    assert client.post(address, data={"version": "1"}).status_code == 422
    assert client.post(address, data={"version": "9", "reason": "r"}).status_code == 412
    assert client.post(address, data={"version": "1", "reason": "r"}).status_code == 302
    db.session.rollback()
    assert queries.list_closures(db.session, "LCT") == []


def test_what_was_typed_is_kept_when_a_closure_is_wrong(client: FlaskClient, site: None) -> None:
    sign_in(client, "manager@lct.example")
    answer = client.post("/facilities/LCT/closures/new", data={**CLOSURE, "last": "2030-05-01"})
    assert answer.status_code == 422
    assert "Power works" in answer.text
    assert "Give the last closed day." in answer.text


def test_closures_are_out_of_reach_when_the_person_is_no_manager_there(
    client: FlaskClient, site: None
) -> None:
    sign_in(client, "manager@lct.example")
    page(client, "/facilities/CUHK/closures/new", 404)
    client.post("/logout")
    sign_in(client, "admin@a.example")
    page(client, "/facilities/LCT/closures/new", 403)


def test_project_is_accepted_when_quality_signs(client: FlaskClient, site: None) -> None:
    sign_in(client, "quality@lct.example")
    assert "Accept and sign" in page(client, f"/projects/{CODE}")
    address = f"/projects/{CODE}/accept"
    assert "Accept and sign" in page(client, address)
    wrong = client.post(address, data={"version": "1", "password": "wrong"})
    assert wrong.status_code == 401
    assert "The password is wrong." in wrong.text
    stale = client.post(address, data={"version": "7", "password": PASSWORD})
    assert stale.status_code == 412
    assert client.post(address, data={"version": "1", "password": PASSWORD}).status_code == 302
    text = page(client, f"/projects/{CODE}")
    assert "SIG-000001" in text
    assert "Your decision" not in text


def test_project_is_closed_when_quality_gives_a_reason(client: FlaskClient, site: None) -> None:
    sign_in(client, "quality@lct.example")
    address = f"/projects/{CODE}/close"
    assert "Refuse the proposal" in page(client, address)
    assert client.post(address, data={"version": "1", "reason": ""}).status_code == 422
    assert client.post(address, data={"version": "1", "reason": "why"}).status_code == 302
    assert "why" in page(client, f"/projects/{CODE}")


def test_project_is_proposed_when_the_form_is_whole(client: FlaskClient, site: None) -> None:
    sign_in(client, "admin@a.example")
    page(client, "/projects/new")
    data = {
        "organisation": "STARTUP-A",
        "facility": "CUHK",
        "code": "P2",
        "title": "Title 陳 🧬",
        "product": "Product",
        "process_class": "gene_modified_cell",
        "open_processing": "closed",
    }
    wrong = client.post("/projects/new", data={**data, "code": "p 2", "product": ""})
    assert wrong.status_code == 422
    assert "Title 陳 🧬" in wrong.text
    assert client.post("/projects/new", data=data).location.endswith("/projects/STARTUP-A-P2")


def test_batch_is_registered_by_pseudonym_alone_when_the_form_is_sent(
    client: FlaskClient, site: None
) -> None:
    sign_in(client, "admin@a.example")
    address = f"/projects/{CODE}/batches"
    refused = client.post(address, data={"code": "WONG-1", "donor_code": "A123456-7"})
    assert refused.status_code == 422
    assert "identity card" in refused.text
    assert "person&#39;s name" in refused.text
    assert client.post(address, data={"code": "B1", "autologous": "y"}).status_code == 302
    assert f"{CODE}-B1" in page(client, f"/projects/{CODE}")


def test_panel_and_badge_are_shown_when_a_higher_feature_registers_them(
    client: FlaskClient, site: None
) -> None:
    panels.register_panel("resource", "tests", lambda _s, _p, row: f"<p>panel of {row.code}</p>")
    panels.register_states("tests", lambda _s, _p, code: {f"{code}-CR1": [("in_use", "busy now")]})
    sign_in(client, "admin@a.example")
    assert "panel of LCT-CR1" in page(client, "/resources/LCT-CR1")
    assert "busy now" in page(client, "/facilities/LCT")


def test_list_is_empty_when_the_filter_fits_nothing(client: FlaskClient, site: None) -> None:
    sign_in(client, "admin@a.example")
    assert f'href="/projects/{CODE}"' not in page(client, "/projects?facility=NONE&status=odd")
    for query in ("facility=%00", "status=%00"):
        assert client.get(f"/projects?{query}").status_code == 422


BAD = ["", " ", "\x00", "x" * 5000, "🧬", "陳大文", "a\nb", "'; DROP TABLE batch; --"]


def test_bad_text_is_answered_at_its_field_when_a_form_is_sent(
    client: FlaskClient, site: None
) -> None:
    sign_in(client, "admin@a.example")
    names = ("organisation", "facility", "code", "title", "product", "process_class", "vector")
    for text in BAD:
        answer = client.post("/projects/new", data=dict.fromkeys(names, text))
        assert answer.status_code == 422
        assert "field-error" in answer.text
        batch = client.post(f"/projects/{CODE}/batches", data={"code": text, "donor_code": text})
        assert batch.status_code == 422


def test_bad_day_is_answered_at_its_field_when_a_closure_is_sent(
    client: FlaskClient, site: None
) -> None:
    sign_in(client, "manager@lct.example")
    for text in (*BAD, "2030-02-30", "9999-12-31"):
        data = {**CLOSURE, "first": text}
        assert client.post("/facilities/LCT/closures/new", data=data).status_code == 422
    db.session.rollback()
    assert queries.list_closures(db.session, "LCT") == []
