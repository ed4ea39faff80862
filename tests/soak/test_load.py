"""At length: sixteen processes fight, and the server is killed again and again.

``HKBIO_SOAK_SEED`` repeats a run; ``HKBIO_SOAK_SECONDS`` and ``HKBIO_SOAK_KILLS`` size it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from tests.load import proofs

SEED = int(os.environ.get("HKBIO_SOAK_SEED") or secrets.randbelow(10**8))
SECONDS = float(os.environ.get("HKBIO_SOAK_SECONDS") or 60)
KILLS = int(os.environ.get("HKBIO_SOAK_KILLS") or 20)
CLIENTS, ROUNDS = 16, 3

pytestmark = pytest.mark.soak


@pytest.fixture
def arena(database_url: str, tmp_path: Path, tokens: dict[str, str]) -> proofs.Arena:
    return proofs.Arena(database_url, tmp_path, tokens, CLIENTS, SEED)


def test_one_wins_each_slot_when_sixteen_processes_fight_at_length(arena: proofs.Arena) -> None:
    _ledger, broken = proofs.fought_for(arena, SECONDS)
    assert not broken, "\n".join(broken)


def test_no_acknowledged_booking_is_lost_when_the_server_is_killed_again_and_again(
    arena: proofs.Arena,
) -> None:
    ledger, broken = proofs.killed(arena, kills=KILLS, rounds=ROUNDS)
    assert not broken, "\n".join(broken)
    assert ledger.counts["kills"] == KILLS
