"""SIGKILL to every process of the server while eight clients fight."""

from __future__ import annotations

from pathlib import Path

from tests.load import proofs

SEED, CLIENTS, KILLS, ROUNDS = 20270105, 8, 2, 3


def test_no_acknowledged_booking_is_lost_when_the_server_is_killed(
    database_url: str, tmp_path: Path, tokens: dict[str, str]
) -> None:
    arena = proofs.Arena(database_url, tmp_path, tokens, CLIENTS, SEED, options=("--no-scheduler",))
    ledger, broken = proofs.killed(arena, kills=KILLS, rounds=ROUNDS)
    assert not broken, "\n".join(broken)
    assert ledger.counts["kills"] == KILLS and ledger.counts["asked again"] > 0
