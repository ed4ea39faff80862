"""Eight client processes against the real server, over HTTP, on both databases."""

from __future__ import annotations

from pathlib import Path

from tests.load import proofs

SEED, CLIENTS, SECONDS = 20270104, 8, 10


def test_one_wins_each_slot_when_eight_processes_fight(
    database_url: str, tmp_path: Path, tokens: dict[str, str]
) -> None:
    arena = proofs.Arena(database_url, tmp_path, tokens, CLIENTS, SEED)
    ledger, broken = proofs.fought_for(arena, SECONDS)
    assert not broken, "\n".join(broken)
    assert ledger.counts["places"] > 1
