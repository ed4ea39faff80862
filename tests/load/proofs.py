"""The proofs that the tests run short and the soak at length."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from tests.load import laws, server
from tests.load.control import SLOT
from tests.load.crowd import crowd
from tests.load.fight import Fight
from tests.load.ledger import Ledger
from tests.load.world import WHO

Tokens = dict[str, str]
CONTROL_SECONDS = 60


@contextmanager
def _fought(
    url: str, folder: Path, tokens: Tokens, clients: int, seed: int
) -> Iterator[tuple[Fight, server.Server]]:
    with (
        server.product(url, folder) as running,
        crowd(clients, running.port, tokens) as people,
    ):
        fight = Fight(people, seed)
        yield fight, running
        _print(url, seed, clients, fight.ledger)


def fought_for(
    url: str, folder: Path, tokens: Tokens, *, clients: int, seconds: float, seed: int
) -> tuple[Ledger, list[str]]:
    """Fight for so long; what was counted, and everything that broke."""
    with _fought(url, folder, tokens, clients, seed) as (fight, running):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not fight.ledger.broken:
            fight.round()
    return fight.ledger, _verdict(url, folder, fight, running)


def killed(
    url: str, folder: Path, tokens: Tokens, *, clients: int, kills: int, rounds: int, seed: int
) -> tuple[Ledger, list[str]]:
    """Kill the server so often in the midst of a round, after some rounds in peace; every
    promise is examined after each restart.
    """
    found: list[str] = []
    with _fought(url, folder, tokens, clients, seed) as (fight, running):
        for _ in range(kills):
            for _ in range(rounds):
                fight.round()
            fight.killed_round(running.kill, running.start)
            found += _verdict(url, folder, fight, running)
            if found:
                break
    return fight.ledger, found


def _verdict(url: str, folder: Path, fight: Fight, running: server.Server) -> list[str]:
    found = laws.broken(url, folder, fight.ledger)
    return [*found, running.tail()] if found else []


def control_fought(url: str, folder: Path, *, clients: int, seed: int) -> list[str]:
    """Fight on the control until it lets an overlap through, at most for a minute."""
    engine = create_engine(url)
    SLOT.create(engine)
    engine.dispose()
    tokens = dict.fromkeys(WHO, "anybody")
    with (
        server.control(url, folder) as running,
        crowd(clients, running.port, tokens) as people,
    ):
        fight = Fight(people, seed)
        end = time.monotonic() + CONTROL_SECONDS
        while not (found := laws.control_overlaps(url)) and time.monotonic() < end:
            fight.round()
        _print(url, seed, clients, fight.ledger)
    return found


def _print(url: str, seed: int, clients: int, ledger: Ledger) -> None:
    kind = url.partition(":")[0]
    print(
        f"\n{kind}, seed {seed}, {clients} clients:",
        json.dumps(dict(sorted(ledger.counts.items()))),
    )
