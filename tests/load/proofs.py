"""The proofs that the tests run short and the soak at length."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Arena:
    """Where and by whom a proof is fought; ``options`` are the server's."""

    url: str
    folder: Path
    tokens: Tokens
    clients: int
    seed: int
    options: tuple[str, ...] = ()


@contextmanager
def _fought(arena: Arena) -> Iterator[tuple[Fight, server.Server]]:
    with (
        server.product(arena.url, arena.folder, *arena.options) as running,
        crowd(arena.clients, running.port, arena.tokens) as people,
    ):
        fight = Fight(people, arena.seed)
        yield fight, running
        _print(arena, fight.ledger)


def fought_for(arena: Arena, seconds: float) -> tuple[Ledger, list[str]]:
    """Fight for so long; what was counted, and everything that broke."""
    with _fought(arena) as (fight, running):
        fight.round()
        end = time.monotonic() + seconds
        while time.monotonic() < end and not fight.ledger.broken:
            fight.round()
    found = _verdict(arena, fight, running)
    return fight.ledger, found + laws.unverified(arena.url, arena.folder)


def killed(arena: Arena, *, kills: int, rounds: int) -> tuple[Ledger, list[str]]:
    """Kill the server so often in the midst of a round, after some rounds in peace; every
    promise is examined after each restart.
    """
    found: list[str] = []
    with _fought(arena) as (fight, running):
        while not found and fight.ledger.counts["kills"] < kills:
            for _ in range(rounds):
                fight.round()
            fight.killed_round(running.kill, running.start)
            found += _verdict(arena, fight, running)
    return fight.ledger, found


def _verdict(arena: Arena, fight: Fight, running: server.Server) -> list[str]:
    found = laws.broken(arena.url, arena.folder, fight.ledger)
    return [*found, running.tail()] if found else []


def control_fought(url: str, folder: Path, *, clients: int, seed: int) -> list[str]:
    """Fight on the control until it lets an overlap through, at most for a minute."""
    engine = create_engine(url)
    SLOT.create(engine)
    engine.dispose()
    arena = Arena(url, folder, dict.fromkeys(WHO, "anybody"), clients, seed)
    with (
        server.control(url, folder) as running,
        crowd(clients, running.port, arena.tokens) as people,
    ):
        fight = Fight(people, seed)
        end = time.monotonic() + CONTROL_SECONDS
        while not (found := laws.control_overlaps(url)) and time.monotonic() < end:
            fight.round()
        _print(arena, fight.ledger)
    return found


def _print(arena: Arena, ledger: Ledger) -> None:
    kind = arena.url.partition(":")[0]
    counts = json.dumps(dict(sorted(ledger.counts.items())))
    print(f"\n{kind}, seed {arena.seed}, {arena.clients} clients: {counts}")
