"""Runs pytest with one PostgreSQL server shared by all of its workers."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import pytest

from tests import databases


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main() -> int:
    """Start the server, migrate its template, run pytest with the arguments given."""
    # a plain SIGTERM would leave the database server running
    signal.signal(signal.SIGTERM, _leave)
    with databases.postgresql_server() as base:
        databases.migrated_postgresql_template(base)
        os.environ["HKBIO_TEST_POSTGRESQL"] = base
        workers = os.environ.get("HKBIO_TEST_WORKERS", "3")
        # by file, in the order given: xdist would put the longest files last, they have few tests
        spread = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
        return int(pytest.main([*spread, *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
