"""Bad input to every call of the API, made from its own description: refused by name, unwritten."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from tests.integration.api.known import ARGUMENTS, BODIES
from tests.integration.booking import world
from tests.integration.hostile import house
from tests.integration.hostile.calls import Caller, base, check_problem, members, operations

WRONG: list[Any] = [
    True,
    -1,
    2**63,
    1e308,
    float("nan"),
    float("inf"),
    "x" * 1_000_000,
    "a\x00b",
    "\ud800",
    "a\u202eb",
    ["a\x00b"],
    [[]],
    {},
    {"password": "\ud800"},
]
# wrong for some members and legal for others, such as a date in a note
DOUBTFUL: list[Any] = [
    None,
    "",
    0,
    [],
    "培養🧫\u200f",
    "2027-02-30",
    "2027-02-20T09:00:00",
    "2027-02-20T23:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31",
]
SQLITE_ALONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FLAGS = {"draft", "urgent", "infectious", "open_processing", "autologous"}
BODIES_BROKEN = [
    b"{",
    b"[" * 100_000,
    b'{"a": 1, "a": 2}',
    b'{"hours": ' + b"9" * 5000 + b"}",
    b'{"hours": NaN}',
    b'{"a": "\xff"}',
    b"[]",
    b"null",
    b'"text"',
]
QUERIES = ["a%00b", "%ED%A0%80", "", "9" * 400, "NaN", "1e400", "0001-01-01T00:00:00Z", "x"]


@pytest.fixture
def caller(lab: Flask) -> Caller:
    return Caller(lab)


def test_member_is_refused_by_name_when_its_value_is_wrong(
    lab: Flask, caller: Caller, on_sqlite: bool
) -> None:
    tried, before = 0, house.rows()
    for path, method, operation in operations(lab, "post", "patch"):
        for name in members(lab, operation):
            for wrong in WRONG if on_sqlite else ["a\x00b", "\ud800", 2**63]:
                if wrong is True and name in FLAGS:
                    continue
                sent = json.dumps({**base(path), name: wrong})
                answer = caller.call(path, method, data=sent, content_type="application/json")
                tried += 1
                check_problem(answer, (path, name, str(wrong)[:20]))
                if answer.status_code == 422:
                    fields = [one["field"].split(".")[0] for one in answer.get_json()["errors"]]
                    assert name in fields, (path, name, fields)
                assert house.rows() == before, (path, name, str(wrong)[:20])
    assert tried > (500 if on_sqlite else 100)


def test_member_is_answered_when_its_value_is_doubtful(
    lab: Flask, caller: Caller, on_sqlite: bool
) -> None:
    for path, method, operation in operations(lab, "post", "patch"):
        for name in members(lab, operation):
            for doubtful in DOUBTFUL if on_sqlite else DOUBTFUL[-3:]:
                before = house.rows()
                answer = caller.call(path, method, json={**base(path), name: doubtful})
                if answer.status_code >= 400:
                    check_problem(answer, (path, name, doubtful))
                    assert house.rows() == before, (path, name, doubtful)


@SQLITE_ALONE
def test_body_is_refused_when_it_is_not_what_is_described(lab: Flask, caller: Caller) -> None:
    before = house.rows()
    for path, method, _operation in operations(lab, "post", "patch"):
        for broken in BODIES_BROKEN:
            answer = caller.call(path, method, data=broken, content_type="application/json")
            check_problem(answer, (path, broken[:20]))
        for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "x"):
            answer = caller.call(path, method, data=b"a=1", content_type=kind)
            assert answer.status_code == 415, (path, kind)
            check_problem(answer, (path, kind))
        large = caller.call(path, method, data=b" " * 3_000_000, content_type="application/json")
        assert large.status_code == 413, path
    assert house.rows() == before


def test_argument_is_refused_by_name_when_its_value_is_wrong(lab: Flask, caller: Caller) -> None:
    tried, before = 0, house.rows()
    for path, method, operation in operations(lab, "get"):
        for one in operation.get("parameters", []):
            if one["in"] != "query":
                continue
            for bad in QUERIES:
                known = {k: v for k, v in ARGUMENTS.get(path, {}).items() if k != one["name"]}
                query = "&".join([f"{one['name']}={bad}", *[f"{k}={v}" for k, v in known.items()]])
                answer = caller.call(path, method, query_string=query)
                tried += 1
                if answer.status_code != 200:
                    check_problem(answer, (path, query[:60]))
                if "%00" in bad or bad == "":
                    assert answer.get_json()["errors"][0]["field"] == one["name"], (path, query)
            twice = caller.call(path, method, query_string=f"{one['name']}=1&{one['name']}=2")
            check_problem(twice, (path, one["name"]))
    assert house.rows() == before
    assert tried > 250


@pytest.mark.parametrize("header", ["Idempotency-Key", "If-Match", "Authorization", "Content-Type"])
def test_header_is_answered_when_it_is_nonsense(lab: Flask, caller: Caller, header: str) -> None:
    note = {"note": "kept"}
    for bad in ("", " ", "x" * 5000, "\xff\x80", 'W/"v1"', '"v99999999999999999999"', "Bearer"):
        made = caller.call("/bookings", "POST", json=BODIES["/bookings"], headers={header: bad})
        assert made.status_code < 500, (header, bad[:20])
        changed = caller.call("/bookings/{reference}", "PATCH", json=note, headers={header: bad})
        assert changed.status_code < 500, (header, bad[:20])


def test_foreign_ids_answer_as_absent_ones_when_sent(lab: Flask, caller: Caller) -> None:
    before, asked = house.rows(), {"project": "STARTUP-B-P2", "batch": "STARTUP-B-P2-B1"}
    absent = {"project": "STARTUP-B-P9", "batch": "STARTUP-B-P9-B1"}
    told = []
    for ids in (asked, absent):
        sent = {**BODIES["/bookings"], **ids}
        answer = caller.call("/bookings", "POST", json=sent)
        assert answer.status_code in {404, 422}
        told.append(json.dumps(answer.get_json()).replace(ids["project"], "").replace("P9", "P2"))
    assert told[0] == told[1].replace("P9", "P2")
    ended = {**BODIES["/bookings"], "ends_at": "2027-02-19T01:00:00Z"}
    refused = caller.call("/bookings", "POST", json=ended)
    check_problem(refused, "ends before it starts")
    assert world.ROOM and house.rows() == before
