"""The harness itself: it must find what an ordinary check-then-insert lets through."""

from __future__ import annotations

from pathlib import Path

from tests.load import proofs


def test_overlaps_are_found_when_the_server_only_checks_then_inserts(
    database_url: str, tmp_path: Path
) -> None:
    assert proofs.control_fought(database_url, tmp_path, clients=8, seed=20270106)
