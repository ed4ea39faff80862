"""A site with two facilities and two startups, under a set clock, and a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from hkbio_gmp.kernel import clock
from tests.integration.identity import accounts


@pytest.fixture
def site(app: Flask) -> Iterator[Flask]:
    with clock.frozen(accounts.NOW):
        accounts.add_site()
        yield app


@pytest.fixture
def browser(site: Flask) -> accounts.Browser:
    return accounts.browser(site)
