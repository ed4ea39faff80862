"""Pages of administration, of organisations, and the access log."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries
from hkbio_gmp.identity.models import Person
from hkbio_gmp.identity.services.access import NOWHERE, note_access
from tests.integration.identity.accounts import (
    NOW,
    Browser,
    add_account,
    browser,
    count,
    events,
    grants,
    messages,
    person,
    propose,
    settings,
)

ADMIN = "admin@system.example"
NEWCOMER = "newcomer@startup-a.example"
FORM = {"email": NEWCOMER, "name": "新人", "organisation": "STARTUP-A"}


@pytest.fixture
def admin(site: Flask) -> Browser:
    add_account(ADMIN, "admin")
    found = browser(site)
    found.sign_in(ADMIN)
    return found


def newcomer(admin: Browser) -> str:
    """Add the newcomer on the page; the address of their page."""
    answer = admin.post("/admin/people/new", data=FORM)
    assert answer.status_code == 302
    return str(answer.location)


def test_person_is_added_and_invited_when_the_form_is_sent(admin: Browser) -> None:
    address = newcomer(admin)
    assert messages(NEWCOMER) == ["Choose your password"]
    found = admin.get(address).text
    assert "STARTUP-A" not in found or "新人" in found
    link = re.search(r"http://[^\s<]+/invitation\?key=[\w-]+", found)
    assert link is not None
    assert link[0] not in admin.get(address).text


def test_link_is_not_shown_when_mail_carries_it(site: Flask, admin: Browser) -> None:
    site.extensions["settings"] = settings(site, smtp_url="smtp://mail.example:25")
    assert "/invitation?key=" not in admin.get(newcomer(admin)).text


def test_form_comes_back_with_what_was_typed_when_a_field_is_wrong(
    admin: Browser, subtests: pytest.Subtests
) -> None:
    for field, value in [
        ("email", ""),
        ("email", "no address"),
        ("email", "a\x00@b.example"),
        ("email", ADMIN),
        ("name", ""),
        ("name", "x" * 101),
        ("name", "a\x00b"),
        ("organisation", "NOWHERE"),
        ("organisation", "\x00"),
    ]:
        with subtests.test(field=field, value=value):
            answer = admin.post("/admin/people/new", data={**FORM, field: value})
            assert answer.status_code == 422
            assert "field-error" in answer.text
            assert FORM["name"] in answer.text or field == "name"
            assert count(Person) == 1


def test_role_is_proposed_and_ended_when_the_forms_are_sent(admin: Browser) -> None:
    address = newcomer(admin)
    data = {"role": "operator", "scope": "facility:LCT", "ends": "2027-12-31"}
    assert admin.post(f"{address}/grants", data=data).status_code == 302
    grant = grants(NEWCOMER)[0]
    assert (grant.state, grant.ends) == (
        "proposed",
        NOW.replace(month=12, day=31, hour=16, minute=0),
    )
    assert admin.post(f"/admin/grants/{grant.id}/end").status_code == 422
    answer = admin.post(f"/admin/grants/{grant.id}/end", data={"reason": "mistake"})
    assert answer.location == address
    assert grants(NEWCOMER)[0].state == "ended"


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "root"},
        {"scope": "facility:NOWHERE"},
        {"scope": "organisation:STARTUP-A"},
        {"ends": "2020-01-01"},
        {"ends": "tomorrow"},
        {"role": "auditor", "ends": ""},
    ],
)
def test_role_form_comes_back_when_it_does_not_fit(admin: Browser, changes: dict[str, str]) -> None:
    address = newcomer(admin)
    data = {"role": "operator", "scope": "facility:LCT", "ends": "", **changes}
    answer = admin.post(f"{address}/grants", data=data)
    assert (answer.status_code, "field-error" in answer.text) == (422, True)
    assert grants(NEWCOMER) == []


def test_account_is_disabled_with_a_reason_when_the_form_is_sent(admin: Browser) -> None:
    address = newcomer(admin)
    assert admin.post(f"{address}/disable").status_code == 422
    assert admin.post(f"{address}/disable", data={"reason": "left"}).status_code == 302
    assert person(NEWCOMER).state == "disabled"
    assert "/grants" not in admin.get(address).text
    assert admin.post(f"{address}/invitation").status_code == 409


def test_person_is_not_found_when_the_code_is_odd(
    admin: Browser, subtests: pytest.Subtests
) -> None:
    for code in ["U999999", "U²", "U٣", "x", "U", "1", "U" + "9" * 40, "U-1", "%00"]:
        with subtests.test(code=code):
            assert admin.get(f"/admin/people/{code}").status_code == 404
            assert (
                admin.post(f"/admin/people/{code}/disable", data={"reason": "x"}).status_code == 404
            )


@pytest.mark.parametrize("language", ["en", "zh_Hant_HK"])
@pytest.mark.parametrize("page", ["", "/people/new", "/people/U000001", "/access"])
def test_page_answers_when_the_administrator_reads_it(
    admin: Browser, page: str, language: str
) -> None:
    answer = admin.get(f"/admin{page}?lang={language}")
    assert answer.status_code == 200
    assert "<h1>" in answer.text


@pytest.mark.parametrize("role", ["operator", "facility_manager", "quality"])
def test_administration_is_closed_when_the_role_is_another(site: Flask, role: str) -> None:
    add_account("p@lct.example", role, "LCT")
    other = browser(site)
    other.sign_in("p@lct.example")
    for page in ("", "/people/new", "/people/U000001", "/access"):
        assert other.get(f"/admin{page}").status_code == 403
    assert other.post("/admin/people/U000001/disable", data={"reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "scope", "own", "other", "people"),
    [
        ("requester", "STARTUP-A", 200, 404, False),
        ("organisation_admin", "STARTUP-A", 200, 404, True),
        ("facility_manager", "LCT", 200, 200, False),
        ("admin", "system", 200, 200, True),
        ("operator", "LCT", 403, 403, False),
        ("programme", "system", 403, 403, False),
    ],
)
def test_organisation_shows_to_whom_it_concerns_when_opened(
    site: Flask, role: str, scope: str, own: int, other: int, people: bool
) -> None:
    add_account("p@x.example", role, scope)
    add_account(NEWCOMER, "requester", "STARTUP-A")
    reader = browser(site)
    reader.sign_in("p@x.example")
    answer = reader.get("/organisations/STARTUP-A")
    assert (answer.status_code, NEWCOMER in answer.text) == (own, people)
    assert reader.get("/organisations/STARTUP-B").status_code == other


def test_foreign_and_absent_organisation_answer_alike_when_opened(
    site: Flask, subtests: pytest.Subtests
) -> None:
    add_account("p@x.example", "requester", "STARTUP-A")
    reader = browser(site)
    reader.sign_in("p@x.example")
    for code in ["ABSENT", "STARTUP-Z", "startup-a", "%00", "🙂"]:
        with subtests.test(code=code):
            foreign, absent = (reader.get(f"/organisations/{name}") for name in ("STARTUP-B", code))
            assert foreign.status_code == absent.status_code == 404
            if code.isascii() and code.isprintable() and "%" not in code:
                assert foreign.text.replace("STARTUP-B", "") == absent.text.replace(code, "")


def test_auditors_reads_leave_a_trace_when_pages_are_opened(site: Flask, admin: Browser) -> None:
    add_account("auditor@lct.example")
    propose(queries_principal(ADMIN), "auditor@lct.example", "auditor", "LCT", NOW + timedelta(9))
    reader = browser(site)
    reader.sign_in("auditor@lct.example")
    reader.get("/account?x=1")
    reader.get("/admin")
    admin.get("/account")
    assert [detail for event, detail in events() if event == "read"] == ["/account?x=1"]
    shown = admin.get("/admin/access").text
    assert "/account?x=1" in shown


def queries_principal(email: str) -> queries.PersonPrincipal:
    return queries.principal_of(db.session, person(email), NOW)


def test_access_log_is_paged_and_filtered_when_long(admin: Browser) -> None:
    for number in range(101):
        note_access(None, "sign-in refused", f"nobody{number}@lct.example", NOWHERE)
    first = admin.get("/admin/access").text
    following = re.search(r"/admin/access\?before=\d+", first)
    assert following is not None
    assert "nobody100@" in first
    assert "nobody0@" in admin.get(following[0]).text
    assert "nobody" not in admin.get("/admin/access?person=U000001").text


def test_access_log_answers_when_its_address_is_odd(
    admin: Browser, subtests: pytest.Subtests
) -> None:
    odd = {"before=x": 200, "before=-1": 200, "before=" + "9" * 40: 200, "person=%00": 422}
    for query, status in odd.items():
        with subtests.test(query=query):
            assert admin.get(f"/admin/access?{query}").status_code == status


@pytest.mark.parametrize(
    "verb", ["UPDATE access_event SET event = 'x'", "DELETE FROM access_event"]
)
def test_access_log_only_grows_when_written_directly(admin: Browser, verb: str) -> None:
    with pytest.raises(DBAPIError):
        work.write_unaudited(lambda session: session.execute(db.text(verb)))
    assert events()
