"""Calls of the API, from its own description, as somebody whose role reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask

from hkbio_gmp.identity.rules.permissions import ROLES, permits
from hkbio_gmp.web.guards import declared_permission
from tests.integration.api.known import BODIES, REFERENCES
from tests.integration.hostile import house

API = "/api/v1"


class Caller:
    """Calls an operation as somebody whose role reaches it."""

    def __init__(self, app: Flask):
        self._app, self._client = app, app.test_client()
        self._tokens = {role: house.token(house.of_role(role)) for role in ROLES}

    def call(self, path: str, method: str, **sent: Any) -> Any:
        """Send; answers with the response."""
        headers = {**self._headers(path, method), **sent.pop("headers", {})}
        return self._client.open(self._address(path), method=method, headers=headers, **sent)

    def _address(self, path: str) -> str:
        known = {"reference": REFERENCES.get(path.split("/")[1], [""])[0]}
        return API + path.format(code="LCT", log="LCT", **known)

    def _headers(self, path: str, method: str) -> dict[str, str]:
        rule, _arguments = self._app.url_map.bind("").match(self._address(path), method)
        permission = str(declared_permission(self._app, rule))
        order = ["organisation_admin", "facility_manager", "quality", *sorted(ROLES)]
        able = [role for role in order if permits(role, permission)]
        return self._tokens[able[0] if able else "requester"]


def operations(app: Flask, *methods: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of the description."""
    described = app.extensions["hkbio-api"].spec.to_dict()
    for path, item in described["paths"].items():
        for method in methods:
            if method in item:
                yield path.removeprefix(API), method.upper(), item[method]


def base(path: str) -> dict[str, Any]:
    """A body that is accepted; a draft of a booking, which holds no slot and so never collides."""
    return {**BODIES.get(path, {}), **({"draft": True} if path == "/bookings" else {})}


def members(app: Flask, operation: dict[str, Any]) -> list[str]:
    """The members of an operation's body."""
    shapes = app.extensions["hkbio-api"].spec.to_dict()["components"]["schemas"]
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
    return sorted(shapes[name]["properties"])


def check_problem(answer: Any, what: Any) -> None:
    """A problem document that says which fields are wrong and how to mend them."""
    assert 400 <= answer.status_code < 500, (what, answer.status_code)
    assert answer.mimetype == "application/problem+json", what
    told = answer.get_json()
    if answer.status_code in {400, 415, 422}:
        assert told["errors"], (what, told)
    assert all(one["field"] and one["message"] and one["remedy"] for one in told["errors"]), told
