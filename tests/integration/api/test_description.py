"""What the API says of itself holds: schemathesis sends what fits the description, and what not.

The examples of each operation are made once and sent to both databases, as a startup's requester,
its administrator and a facility's manager.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from tests.integration.api import known
from tests.integration.booking import world
from tests.integration.hostile import house
from tests.seeds import Build, Seeds, application

EXAMPLES = 30
TRIED = [
    ("sqlite", "requester"),
    ("sqlite", "organisation_admin"),
    ("sqlite", "facility_manager"),
    ("postgresql", "requester"),
    ("postgresql", "facility_manager"),
]
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture
def seed() -> Build:
    return house.build


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application with no context of the test's own: each request has one to itself."""
    made = application(database_url, tmp_path)
    with clock.frozen(world.NOW):
        yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def cases(seeds: Seeds, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Examples of every operation; in half of them nearly everything exists."""
    site = application(f"sqlite:///{seeds.sqlite(None)}", tmp_path_factory.mktemp("described"))
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site)
    chance = random.Random(20270104)
    operations = [found for found in described.get_all_operations() if isinstance(found, Ok)]
    made = [case for found in operations for case in examples(found.ok())]
    for case in made[::2]:
        known.make_homely(case, chance)
    return made


def examples(operation: Any) -> list[Any]:
    """What to send to one operation: what fits its description, and what does not."""
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    made: list[Any] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(*[operation.as_strategy(generation_mode=mode) for mode in modes]))
    def collect(case: Any) -> None:
        made.append(case)

    collect()
    return made


def check_refusal(_ctx: Any, response: Any, _case: Any) -> None:
    """Every refusal says what and how to mend it, and names the fields where fields are wrong."""
    if response.status_code < 400:
        return
    told = response.json()
    assert response.headers["content-type"] == ["application/problem+json"]
    assert told["type"].startswith("/problems/") and told["title"] and told["detail"]
    assert all(one["field"] and one["message"] and one["remedy"] for one in told["errors"])
    if response.status_code in {400, 415, 422}:
        assert told["errors"], told


@pytest.mark.parametrize(("database_url", "role"), TRIED, indirect=["database_url"])
def test_api_answers_as_described_when_anything_is_sent(
    site: Flask, cases: list[Any], role: str
) -> None:
    with site.app_context():
        headers = house.token(house.of_role(role))
    statuses: Counter[int] = Counter()
    before = counted(site)
    for case in cases:
        answer = case.call(app=site, headers=headers)
        case.validate_response(answer, checks=[*CHECKS, check_refusal])
        statuses[answer.status_code] += 1
        if case.method != "GET":
            after = counted(site)
            assert answer.status_code < 400 or after == before, (case, "left something behind")
            before = after
    assert statuses.total() > EXAMPLES * 20
    assert {200, 201, 401, 403, 404, 422} <= set(statuses), statuses


def counted(site: Flask) -> dict[str, int]:
    """The rows of every table that a refusal may not touch."""
    with site.app_context():
        return house.rows()
