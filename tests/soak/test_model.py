"""At length: the product and a plain model agree, thousands of steps from a seed of its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from hkbio_gmp.kernel import clock
from tests.integration.booking import world
from tests.integration.booking.test_model import Clerk
from tests.seeds import Build

SEED = int(os.environ.get("HKBIO_SOAK_SEED") or secrets.randbelow(10**8))
EXAMPLES, STEPS = 60, 50

pytestmark = pytest.mark.soak


@pytest.fixture(name="seed")
def _seed() -> Build:
    return world.build


@pytest.fixture
def lab(app: Flask) -> Iterator[Flask]:
    with clock.frozen(world.NOW):
        yield app


def test_product_and_paper_agree_at_length(lab: Flask) -> None:
    print(f"seed {SEED}: {EXAMPLES} runs of {STEPS} steps")
    chosen = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, derandomize=False, database=None
    )
    run_state_machine_as_test(seed(SEED)(Clerk), settings=chosen)
