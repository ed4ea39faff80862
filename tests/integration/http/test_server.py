"""The processes of the server, and requests that are delivered more than once."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests import databases
from tests.load import server
from tests.seeds import Seeds


@pytest.fixture
def sqlite(seeds: Seeds, tmp_path: Path) -> str:
    return databases.fresh_sqlite(seeds.sqlite(None), tmp_path)


def children(process: int) -> dict[int, str]:
    """A process's children: number → command line."""
    numbers = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return {int(n): Path(f"/proc/{n}/cmdline").read_text().replace("\0", " ") for n in numbers}


def scheduler_of(process: int) -> int:
    """The one child that schedules."""
    (found,) = [n for n, said in children(process).items() if said.endswith("scheduler ")]
    return found


def test_scheduler_ends_with_the_server_alone_when_a_worker_ended(
    sqlite: str, tmp_path: Path
) -> None:
    with server.product(sqlite, tmp_path) as running:
        scheduler = scheduler_of(running.process)
        for worker in children(running.process).keys() - {scheduler}:
            os.kill(worker, signal.SIGTERM)
            assert server.ends(worker)
        assert not server.ends(scheduler, seconds=0.5)
        os.kill(running.process, signal.SIGTERM)
        assert server.ends(scheduler)
    assert "Traceback" not in running.log.read_text()
