"""Bad addresses: every argument of every route, and every name that a page reads from its query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from hkbio_gmp import paths
from hkbio_gmp.identity.rules.permissions import ROLES, permits
from hkbio_gmp.web.guards import declared_permission
from tests.integration.hostile import forms, house

BAD_PARTS = [
    "a%00b",
    "%FF",
    "%ED%A0%80",
    "%E5%9F%B9%F0%9F%A7%AB",
    "%E2%80%AE",
    "..%2F..%2Fetc",
    "9" * 5000,
    "-1",
    "'%20OR%201=1--",
]
BAD_VALUES = [
    "a%00b",
    "%FF%ED%A0%80",
    "9" * 5000,
    "9999-12-31T23:59:59%2B14:00",
    "0001-01-01",
    "%2B%2D.%25s{0}%E2%80%AE%F0%9F%A7%AB",
]
READ = re.compile(r'(?:args|values)\.get(?:list)?\(\s*"([^"]+)"|page_key\("([^"]+)"')
API = "/api/v1/"


def home(rule: Rule) -> str:
    """The first word of a route's address: whose records it names."""
    return rule.rule.removeprefix(API).strip("/").split("/")[0]


def clients(app: Flask) -> dict[str, FlaskClient]:
    """Somebody signed in for each role that some route is tried as."""
    roles = {permitted(app, rule) for rule in app.url_map.iter_rules()}
    return {role: house.signed_in(app, house.of_role(role)) for role in roles}


def permitted(app: Flask, rule: Rule) -> str:
    """A role whose people get past the door of a route."""
    permission = str(declared_permission(app, rule.endpoint))
    found = [role for role in sorted(ROLES) if permits(role, permission)]
    return found[0] if found else "facility_manager"


def known(rule: Rule) -> dict[str, str]:
    return {name: forms.values_of(rule, home(rule), name)[0] for name in rule.arguments}


def spoilt(app: Flask, parts: list[str]) -> Iterator[tuple[Rule, str]]:
    """Every route with one argument that names nothing."""
    for rule in app.url_map.iter_rules():
        if home(rule) in {"static", "components"}:
            continue
        for name in sorted(rule.arguments):
            for bad in parts:
                yield rule, forms.filled(rule, {**known(rule), name: bad})


def test_nothing_is_found_when_an_address_names_nothing(lab: Flask, on_sqlite: bool) -> None:
    people, tried = clients(lab), 0
    tokens: dict[str, dict[str, str]] = {}
    before = house.rows()
    for rule, address in spoilt(lab, BAD_PARTS if on_sqlite else BAD_PARTS[:4]):
        role, headers = permitted(lab, rule), {}
        if address.startswith(API):
            headers = tokens.setdefault(role, house.token(house.of_role(role)))
            before = house.rows()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PATCH"}):
            answer = people[role].open(address, method=method, headers=headers)
            assert 400 <= answer.status_code < 500, (method, address[:90], answer.status_code)
            kind = "application/problem+json" if address.startswith(API) else "text/html"
            assert answer.mimetype == kind, address[:90]
            tried += 1
    assert house.rows() == before
    assert tried > (250 if on_sqlite else 120)


def names_read() -> set[str]:
    """Every name that the code reads from a page's address."""
    files = [*Path(paths.__file__).parent.rglob("*.py"), *paths.templates().rglob("*.html")]
    found = [READ.findall(file.read_text(encoding="utf-8")) for file in files]
    return {one or other for pairs in found for one, other in pairs}


def test_page_answers_when_its_query_is_nonsense(lab: Flask, on_sqlite: bool) -> None:
    people, names = clients(lab), names_read()
    assert {"after", "before", "booking", "from", "open", "renews", "starts_at"} <= names
    before, tried = house.rows(), 0
    for rule, address in {rule.rule: (rule, to) for rule, to in forms.addresses(lab)}.values():
        for bad in BAD_VALUES if on_sqlite else BAD_VALUES[:1]:
            query = "&".join(f"{name}={bad[:900]}" for name in sorted(names))
            answer = people[permitted(lab, rule)].get(f"{address}?{query}")
            assert answer.status_code < 500, (address, bad[:30])
            tried += 1
    assert house.rows() == before
    assert tried > (200 if on_sqlite else 30)


def test_search_is_answered_when_the_query_is_partial(lab: Flask) -> None:
    client = house.signed_in(lab, house.of_role("requester"))
    for query in ("", "process_class=gene_modified_cell", "from=2027-02-01", "hours=216", "to=x"):
        answer = client.get(f"/slots?{query}")
        assert answer.status_code == (422 if query == "to=x" else 200), query
        assert "rooms looked at" in answer.get_data(as_text=True), query
    page = client.get("/slots?from=2027-02-01T09:00:00Z&hours=216").get_data(as_text=True)
    assert 'value="2027-02-01"' in page


def test_answer_is_of_its_own_kind_when_another_is_asked_for(lab: Flask) -> None:
    client, headers = lab.test_client(), house.token(house.of_role("requester"))
    for accept in ("text/html", "application/xml", "nonsense", "*/*;q=NaN"):
        asked = {**headers, "Accept": accept, "Accept-Language": "zh-\x80;q=x,,"}
        assert client.get("/api/v1/me", headers=asked).mimetype == "application/json"
        assert client.get("/login", headers=asked).status_code == 200
