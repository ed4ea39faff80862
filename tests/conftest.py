"""Fixtures: a migrated database of each kind, the application on it, a client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from hkbio_gmp.extensions import db
from tests import databases
from tests.seeds import Build, Seeds, unchanged

settings.register_profile(
    "fixed",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("fixed")


LONG = (
    "integration/http/",
    "journeys/",
    "integration/hostile/",
    "integration/api/",
    "conventions/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no worker waits for one at the end."""
    items.sort(key=lambda item: not any(part in str(item.path) for part in LONG))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.migrated_sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_base() -> Iterator[str]:
    given = os.environ.get("HKBIO_TEST_POSTGRESQL")
    if given:
        yield given
        return
    with databases.postgresql_server() as base:
        databases.migrated_postgresql_template(base)
        yield base


@pytest.fixture(scope="session")
def seeds(sqlite_template: Path) -> Iterator[Seeds]:
    with databases.scratch() as folder:
        yield Seeds(folder, sqlite_template)


@pytest.fixture
def seed() -> Build | None:
    """What a test's database holds; overridden where tests start in a world of their own."""
    return None


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, seeds: Seeds, seed: Build | None) -> Iterator[str]:
    """A migrated database with the seed in it: each test that asks runs on both kinds.

    Its address is the same for every test of a worker, so that the application is made once.
    """
    if request.param == "sqlite":
        yield databases.replaced_sqlite(seeds.sqlite(seed), seeds.folder)
        return
    base = request.getfixturevalue("postgresql_base")
    with databases.replaced_postgresql(base, seeds.postgresql(base, seed)) as url:
        yield url


@pytest.fixture
def app(database_url: str, seeds: Seeds) -> Iterator[Flask]:
    """The whole application on a database of the test's own, its context pushed."""
    made = seeds.application(database_url)
    with made.app_context(), unchanged(made):
        yield made
        db.session.close()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
