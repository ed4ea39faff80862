"""Every form of every page, found by walking the route table as people of every role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import product
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import AnyConverter, Rule

from tests.integration.hostile import house

_VOID = "LCT-room_qualification_ab-LCT-CR1-2027-12-31"
EXAMPLES = {
    "bookings": {
        "reference": [f"LCT-2027-{number:06d}" for number in range(1, 7)],
        "number": ["1"],
    },
    "series": {"reference": ["LCT-SER-2027-0001"]},
    "outages": {"reference": ["LCT-OUT-2027-0001"]},
    "calendar": {"key": ["1"], "reference": ["LCT-2027-000002"]},
    "feeds": {"secret": ["A" * 43]},
    "certificates": {"reference": ["LCT-CERT-2027-0001", _VOID]},
    "facilities": {"code": ["LCT"], "closure": ["LCT-CL1", "LCT-CL2"], "template": ["LCT-CART"]},
    "resources": {"code": ["LCT-CR1"]},
    "projects": {"code": ["STARTUP-A-P1", "STARTUP-A-P9"]},
    "organisations": {"code": ["STARTUP-A"]},
    "audit": {"code": ["LCT"], "log": ["LCT"]},
    "admin": {"code": ["U000009"], "key": ["1"]},
    "account": {"key": ["1"]},
}
FURTHER = {
    "organisation_admin": ["/calendar/drops/LCT-2027-000002?shift=1440"],
    "facility_manager": ["/approvals/sign?ref=LCT-2027-000002"],
}
KEPT = ("csrf_token",)
ROLES_IN_TURN = ("", "organisation_admin", "facility_manager", "quality", "admin")


@dataclass
class Field:
    """A control of a form, as the browser would send it."""

    name: str
    kind: str
    id: str = ""
    value: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class FoundForm:
    """A form of a page, and who sees it."""

    role: str
    page: str
    method: str
    action: str
    endpoint: str
    fields: list[Field] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes it another form than one on another page."""
        verb = self.action.rsplit("/", 1)[-1]
        names = tuple(sorted({one.name for one in self.fields}))
        return self.endpoint, verb if verb.isalpha() else "", names


class _Reader(HTMLParser):
    """Collects the forms of a page with their controls."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, list[Field]]] = []
        self._open: list[Field] | None = None
        self._select: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = []
            self.forms.append((given.get("method", "get"), given.get("action", ""), self._open))
        elif self._open is None:
            return
        elif tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given or not self._select.value:
                self._select.value = given.get("value", "")
        elif tag in {"input", "select", "textarea"} and given.get("name"):
            kind = given.get("type", "text") if tag == "input" else tag
            if kind == "radio" and "checked" not in given:
                return
            found = Field(given["name"], kind, given.get("id", ""), given.get("value", ""))
            self._select = found if tag == "select" else None
            self._open.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def forms_of(page: str) -> list[tuple[str, str, list[Field]]]:
    """(method, action, controls) of each form of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def addresses(app: Flask, method: str = "GET") -> Iterator[tuple[Rule, str]]:
    """Every page of the route table with arguments that exist."""
    for rule in app.url_map.iter_rules():
        parts = rule.rule.split("/")
        if method not in (rule.methods or ()) or parts[1] in {"api", "static", "components"}:
            continue
        names = sorted(rule.arguments)
        for values in product(*[values_of(rule, parts[1], name) for name in names]):
            yield rule, filled(rule, dict(zip(names, values, strict=True)))


def values_of(rule: Rule, feature: str, name: str) -> list[str]:
    """What exists for an argument of a route."""
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)
    return EXAMPLES[feature][name]


def filled(rule: Rule, arguments: dict[str, str]) -> str:
    """The address of a route with its arguments as they are."""
    # written out: building through the map would quote what a test wants sent as it is
    path = rule.rule
    for name, value in arguments.items():
        start = next(mark for mark in (path.find(f"<{name}>"), path.find(f":{name}>")) if mark >= 0)
        begin = path.rfind("<", 0, start + 1)
        path = path[:begin] + value + path[path.index(">", start) + 1 :]
    return path


def every_form(app: Flask) -> list[FoundForm]:
    """One of each form that any person of any role is shown, and the one before sign-in."""
    found: dict[tuple[str, str, tuple[str, ...]], FoundForm] = {}
    seen: set[str] = set()
    for role in ROLES_IN_TURN:
        client = house.signed_in(app, house.of_role(role)) if role else app.test_client()
        for rule, address in addresses(app):
            if address in seen:
                continue
            forms = list(_on_page(app, client, role, address))
            for form in forms:
                found.setdefault(form.key, form)
            # a page of one record shows each role other acts; a list shows all the same filters
            if forms and not rule.arguments:
                seen.add(address)
        for address in FURTHER.get(role, ()):
            for form in _on_page(app, client, role, address):
                found.setdefault(form.key, form)
    return list(found.values())


def _on_page(app: Flask, client: FlaskClient, role: str, address: str) -> Iterator[FoundForm]:
    answer = client.get(address)
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return
    for method, action, fields in forms_of(answer.get_data(as_text=True)):
        if method == "dialog":
            continue
        target = action or address
        endpoint = _endpoint(app, target, method)
        kept = [one for one in fields if one.name not in KEPT]
        yield FoundForm(role, address, method.lower(), target, endpoint, kept)


def _endpoint(app: Flask, address: str, method: str) -> str:
    try:
        found, _arguments = app.url_map.bind("").match(urlsplit(address).path, method.upper())
    except HTTPException:
        return f"nothing answers {method} {address}"
    return str(found)
