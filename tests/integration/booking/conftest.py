"""The booking tests' world: built afresh for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from hkbio_gmp.kernel import clock
from tests.integration.booking import world
from tests.seeds import Build


@pytest.fixture
def seed() -> Build:
    return world.build


@pytest.fixture
def lab(app: Flask) -> Iterator[Flask]:
    """Two facilities and two startups on an otherwise empty database, on a Monday morning."""
    with clock.frozen(world.NOW):
        yield app
