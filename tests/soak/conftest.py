"""The soak's world: the fights'."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.load import world
from tests.seeds import Build


@pytest.fixture
def seed() -> Build:
    return world.build


@pytest.fixture
def tokens(database_url: str, tmp_path: Path) -> dict[str, str]:
    """E-mail → bearer token."""
    return world.tokens(database_url, tmp_path)
