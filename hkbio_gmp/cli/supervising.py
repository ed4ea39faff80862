"""The scheduler beside a server: started again if it ends, gone when the server is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

import click

_PROGRAM = "from hkbio_gmp.cli import main; main()"
_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = 5.0


def start(command: str) -> subprocess.Popen[bytes]:
    """One of our own commands as a process that no worker inherits.

    Multiprocessing's would end with the first worker.
    """
    return subprocess.Popen([sys.executable, "-c", _PROGRAM, command])


@click.command(hidden=True)
def supervise() -> None:
    """Keep a scheduler running for as long as the process that started this one lives."""
    server = os.getppid()
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    while os.getppid() == server:
        child = start("scheduler")
        try:
            _watch(child, server)
        finally:
            child.terminate()
            child.wait()
        # a scheduler that cannot start must not be started in a tight loop
        _wait(server)


def _watch(child: subprocess.Popen[bytes], server: int) -> None:
    while child.poll() is None and os.getppid() == server:
        time.sleep(_LOOK_SECONDS)


def _wait(server: int) -> None:
    until = time.monotonic() + _PAUSE_SECONDS
    while time.monotonic() < until and os.getppid() == server:
        time.sleep(_LOOK_SECONDS)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
