"""The certification tests' world: built afresh for each test, under a set clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hkbio_gmp.kernel import clock
from tests.integration.certification import world
from tests.seeds import Build


@pytest.fixture
def seed() -> Build:
    return world.build


@pytest.fixture
def site(app: Flask) -> Iterator[Flask]:
    """Two facilities and two startups on an otherwise empty database."""
    with clock.frozen(world.NOW):
        yield app


@pytest.fixture
def browser(site: Flask) -> FlaskClient:
    """A browser with no cookies."""
    return site.test_client()
