"""The processes of the server, and requests that are delivered more than once."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests import databases
from tests.load import server
from tests.seeds import Seeds

PATIENCE_SECONDS = 60.0


@pytest.fixture
def sqlite(seeds: Seeds, tmp_path: Path) -> str:
    return databases.fresh_sqlite(seeds.sqlite(None), tmp_path)


def children(process: int) -> dict[int, str]:
    """A process's children: number → command line."""
    numbers = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    found = {}
    for number in numbers:
        # one that ended meanwhile has no command line any more
        with suppress(FileNotFoundError, ProcessLookupError):
            said = Path(f"/proc/{number}/cmdline").read_text()
            found[int(number)] = said.replace("\0", " ")
    return found


def supervisor_of(process: int) -> int:
    """The one child that looks after the scheduler."""
    (found,) = [n for n, said in children(process).items() if said.endswith("supervise ")]
    return found


def scheduler_of(supervisor: int, other_than: int = 0) -> int:
    """The scheduler that is running, once there is one."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        for number, said in children(supervisor).items():
            if said.endswith("scheduler ") and number != other_than:
                return number
    raise AssertionError("no scheduler runs")


def test_scheduler_outlives_workers_and_ends_with_the_server(sqlite: str, tmp_path: Path) -> None:
    with server.product(sqlite, tmp_path) as running:
        supervisor = supervisor_of(running.process)
        scheduler = scheduler_of(supervisor)
        for worker in children(running.process).keys() - {supervisor}:
            os.kill(worker, signal.SIGTERM)
            assert server.ends(worker)
        assert not server.ends(scheduler, seconds=0.5)
        os.kill(running.process, signal.SIGTERM)
        assert server.ends(supervisor)
        assert server.ends(scheduler)
    assert "Traceback" not in running.log.read_text()


def test_scheduler_is_started_again_when_it_was_killed(sqlite: str, tmp_path: Path) -> None:
    with server.product(sqlite, tmp_path) as running:
        supervisor = supervisor_of(running.process)
        first = scheduler_of(supervisor)
        os.kill(first, signal.SIGKILL)
        assert scheduler_of(supervisor, other_than=first) != first


def test_scheduler_ends_when_the_server_was_killed(sqlite: str, tmp_path: Path) -> None:
    with server.product(sqlite, tmp_path) as running:
        supervisor = supervisor_of(running.process)
        scheduler = scheduler_of(supervisor)
        os.kill(running.process, signal.SIGKILL)
        assert server.ends(supervisor)
        assert server.ends(scheduler)
