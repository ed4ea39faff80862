"""Bad input in every field of every form: refused by name, and nothing of it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hkbio_gmp.audit.models import AuditEntry, AuditLog
from hkbio_gmp.audit.services.verification import verify_log
from hkbio_gmp.extensions import db
from tests.integration.hostile import house
from tests.integration.hostile.forms import Field, FoundForm

FILLED = {
    "email": "new@example.org",
    "password": house.PASSWORD,
    "reason": "tried",
    "name": "Invented",
    "name_zh": "虛構",
    "source": "notice",
    "subject": "LCT-CR1",
    "number": "7",
    "issuer": "Invented",
    "title": "Invented",
    "product": "Invented",
    "first": "2027-08-01",
    "last": "2027-08-02",
    "issued_on": "2027-01-04",
    "valid_from": "2027-01-04",
    "valid_until": "2027-07-01",
}
CONTROL = ["a\x00b", "a\x1bb", "a\u202eb"]
FAR = ["0001-01-01", "9999-12-31"]
BAD = {
    "text": [*CONTROL, "x" * 5001],
    "search": [],
    "textarea": [*CONTROL, "x" * 5001],
    "password": ["", "a\x00b", "x" * 1025],
    "date": [*FAR, "never", "2027-02-30", "NaN", "2027-01-04\x00", "二〇二七"],
    "datetime-local": [*[f"{day}T00:00" for day in FAR], "never", "2027-02-30T09:00", "\x00"],
    "number": ["9" * 400, "-1", "1e9", "NaN", "½", "\x00"],
    "select": ["no-such", "a\x00b", "x" * 5001],
    "radio": ["no-such", "a\x00b"],
    "checkbox": ["a\x00b"],
    "hidden": ["a\x00b"],
}
STUMBLING = {"a\x00b", "2027-01-04\x00", "\x00", "9999-12-31", "9999-12-31T00:00", "9" * 400}
# a filter of what there is none of finds nothing; it is no mistake
NOTHING_FOUND = {"select": {"no-such", "x" * 5001}}
FORM = "application/x-www-form-urlencoded"
SQLITE_ALONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EMPTY = [
    (b"", FORM),
    (b"--x\r\nContent-Disposition: form-data; name", "multipart/form-data; boundary=x"),
]
LEGAL = "培養😀\u200f é <b>'\"=1+1%s{0}"
WITHOUT_FIELDS = {
    "account.end_session",
    "account.revoke_token",
    "admin.invite",
    "audit.verify",
    "identity.logout",
    "notifications.read_all",
}
# ticks, not typed: what cannot be signed is left out, and the queue says that nothing was ticked
TICKED = ("approvals.sign", "ref")
SHOWN_ELSEWHERE = {"feeds.revoke", "invitations.accept", "requests.check_booking"}


def test_every_form_is_found_when_the_route_table_is_walked(
    app: Flask, found_forms: list[FoundForm]
) -> None:
    routes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }
    shown = {form.endpoint for form in found_forms}
    assert routes - shown - WITHOUT_FIELDS == SHOWN_ELSEWHERE
    assert {field.kind for form in found_forms for field in form.fields} <= set(BAD)


def test_field_is_refused_by_name_when_its_value_is_bad(
    lab: Flask, found_forms: list[FoundForm], on_sqlite: bool
) -> None:
    before, tried = house.rows(), 0
    clients = {role: client_of(lab, role) for role in {form.role for form in found_forms}}
    for form in found_forms:
        for field, bad in attacks(form):
            if not on_sqlite and bad not in STUMBLING:
                continue
            answer = send(clients[form.role], form, {field.name: bad})
            check_refused(form, field, bad, answer)
            assert house.rows() == before, (form.action, field.name, bad[:20])
            tried += 1
    assert tried > (300 if on_sqlite else 60)


@SQLITE_ALONE
def test_form_answers_when_nothing_everything_and_all_twice_is_sent(
    lab: Flask, found_forms: list[FoundForm]
) -> None:
    clients = {role: client_of(lab, role) for role in {form.role for form in found_forms}}
    for form in found_forms:
        if form.method == "get" or not form.fields or form.endpoint == TICKED[0]:
            continue
        client, before = clients[form.role], house.rows()
        for body, content_type in spoilt(form):
            answer = client.post(form.action, data=body, content_type=content_type)
            assert 400 <= answer.status_code < 500, (form.action, body[:40], answer.status_code)
        assert house.rows() == before, form.action
        for body, content_type in EMPTY:
            answer = client.post(form.action, data=body, content_type=content_type)
            assert answer.status_code < 500, (form.action, body)


def spoilt(form: FoundForm) -> Iterator[tuple[bytes, str]]:
    """Bodies that are no such form: too large, of another type, everything twice, broken."""
    names = [field.name for field in form.fields]
    twice = [(field.name, bad) for field, bad in attacks(form) for _again in range(2)]
    yield urlencode({names[-1]: "x" * 1_000_000}).encode(), FORM
    yield urlencode(twice).encode(), FORM
    yield json.dumps({name: [{}] for name in names}).encode(), "application/json"
    yield b"[" * 100_000, "application/json"
    if form.fields[-1].kind != "password":
        return
    yield "&".join(f"{name}=%FF%ED%A0%80%00" for name in names).encode(), FORM


def test_text_is_kept_as_typed_when_it_is_only_unusual(
    lab: Flask, found_forms: list[FoundForm]
) -> None:
    kept = 0
    clients = {role: client_of(lab, role) for role in {form.role for form in found_forms}}
    for form in found_forms:
        words = [f.name for f in form.fields if f.kind in {"text", "textarea"}]
        answer = send(clients[form.role], form, dict.fromkeys(words, LEGAL))
        assert answer.status_code < 500, form.action
        kept += form.method == "post" and bool(words) and answer.status_code == 302
    assert kept >= 8
    leaves = [entry.leaf for entry in db.session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert sum(json.dumps(LEGAL, ensure_ascii=False) in leaf for leaf in leaves) >= kept
    assert verify_every_log() == set()


def verify_every_log() -> set[str]:
    """The logs that do not hold."""
    logs = db.session.query(AuditLog).all()
    return {log.code for log in logs if not verify_log(db.session, log).holds}


def client_of(app: Flask, role: str) -> FlaskClient:
    return house.signed_in(app, house.of_role(role)) if role else app.test_client()


def attacks(form: FoundForm) -> Iterator[tuple[Field, str]]:
    """Each field with each value that no field of its kind may take."""
    # rows are alike: the first of each list is enough
    fields = (field for field in form.fields if not re.search(r"-[1-9][0-9]*-", field.name))
    named = {field.name: field for field in fields if field.name != "q"}
    for field in named.values():
        if (form.endpoint, field.name) == TICKED:
            continue
        for bad in BAD[field.kind]:
            if form.method == "get" and bad in NOTHING_FOUND.get(field.kind, ()):
                continue
            yield field, bad


def send(client: FlaskClient, form: FoundForm, changed: dict[str, str]) -> TestResponse:
    """Send the form as it stands, filled in, with some values changed."""
    values = {
        field.name: field.value or FILLED.get(field.name, "")
        for field in form.fields
        if field.kind != "checkbox"
    }
    values |= changed
    if form.method == "get":
        return client.get(form.action, query_string=values)
    return client.post(form.action, data=values)


def check_refused(form: FoundForm, field: Field, bad: str, answer: TestResponse) -> None:
    """A page that says which field, links to it and marks it for those who do not see."""
    page, what = answer.get_data(as_text=True), (form.action, field.name, bad[:20])
    assert 400 <= answer.status_code < 500, (*what, answer.status_code)
    if answer.status_code != 422 or field.kind == "hidden":
        return
    links = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>', page.split("error-summary")[-1])
    named = [target for target, text in links if target.endswith(field.name) and text]
    assert named, (*what, links)
    assert f'id="{named[0]}"' in page, what
    assert f'id="{named[0]}-error' in page, what
