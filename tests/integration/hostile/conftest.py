from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from tests import databases
from tests.integration.booking import world
from tests.integration.hostile import forms, house
from tests.seeds import Build, Seeds, application


@pytest.fixture
def seed() -> Build:
    return house.build


@pytest.fixture
def on_sqlite(database_url: str) -> bool:
    """Whether all is tried; on PostgreSQL only what a database could stumble over."""
    return database_url.startswith("sqlite")


@pytest.fixture
def lab(app: Flask) -> Iterator[Flask]:
    with clock.frozen(world.NOW):
        yield app


@pytest.fixture(scope="module")
def found_forms(seeds: Seeds, tmp_path_factory: pytest.TempPathFactory) -> list[forms.FoundForm]:
    """Every form there is, looked up once: both databases show the same."""
    folder: Path = tmp_path_factory.mktemp("forms")
    app = application(databases.fresh_sqlite(seeds.sqlite(house.build), folder), folder)
    with app.app_context(), clock.frozen(world.NOW):
        found = forms.every_form(app)
        db.session.close()
        db.engine.dispose()
    return found
