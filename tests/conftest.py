"""Fixtures: a migrated database of each kind, the application on it, a client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from werkzeug.utils import import_string

from hkbio_gmp import config
from hkbio_gmp.extensions import db
from tests import databases

settings.register_profile(
    "fixed",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("fixed")


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database: each test that asks runs on both kinds."""
    if request.param == "sqlite":
        yield databases.fresh_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    with databases.fresh_postgresql(request.getfixturevalue("postgresql_base")) as url:
        yield url


def test_settings(url: str, folder: Path, **changes: str) -> config.Settings:
    """Settings of an application under test."""
    return config.load(
        {
            "HKBIO_ENV": "test",
            "HKBIO_DATABASE_URL": url,
            "HKBIO_SECRET_KEY": "test-only-secret-key-of-enough-length",
            "HKBIO_INSTANCE": str(folder),
            **changes,
        }
    )


test_settings.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole application on a migrated, empty database, its context pushed."""
    # by name: tests of pure rules then run without loading the whole product
    create_app = import_string("hkbio_gmp.app:create_app")
    made = create_app(test_settings(database_url, tmp_path))
    made.config["WTF_CSRF_ENABLED"] = False
    made.config["RATELIMIT_ENABLED"] = False
    with made.app_context():
        yield made
        db.session.close()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
