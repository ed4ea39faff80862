"""Servers as real processes: the product as its users start it, and the control."""

from __future__ import annotations

import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.integration.booking.world import NOW

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS, STOP_SECONDS, PAUSE_SECONDS = 180, 20, 0.1
SECRET = "test-only-secret-key-of-enough-length"


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ends(process: int, seconds: float = STOP_SECONDS) -> bool:
    """Whether a process ends within a time; waits for it no longer than it takes."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    ended, _, _ = select.select([handle], [], [], seconds)
    os.close(handle)
    return bool(ended)


def environment(settings: dict[str, str]) -> dict[str, str]:
    """The environment of a process with these settings alone."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HKBIO_")}
    # every start would compile every module anew, and take longer than the fight
    if kept.pop("PYTHONDONTWRITEBYTECODE", None):
        kept["PYTHONPYCACHEPREFIX"] = str(ROOT / ".pytest_cache" / "bytecode")
    return {**kept, **settings}


class Server:
    """A server with all of its processes in one group, started again on the same port."""

    def __init__(self, command: list[str], settings: dict[str, str], port: int, log: Path):
        self.port = port
        self.log = log
        self._command = command
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=environment(self._settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_ready(self._process)

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            assert time.monotonic() < end, f"not ready in time:\n{self.tail()}"
            with suppress(subprocess.TimeoutExpired):
                process.wait(PAUSE_SECONDS)
                raise AssertionError(f"the server ended:\n{self.tail()}")

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    @property
    def process(self) -> int:
        """The number of its first process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL to every process of the server at once."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it in order; what is left of the group after a while is killed."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def tail(self, lines: int = 40) -> str:
        """The last of what it wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def settings(url: str, folder: Path) -> dict[str, str]:
    """The product's settings for a server or a command on a database."""
    return {
        "HKBIO_ENV": "test",
        "HKBIO_DATABASE_URL": url,
        "HKBIO_SECRET_KEY": SECRET,
        "HKBIO_INSTANCE": str(folder),
        "HKBIO_NOW": NOW.isoformat(),
    }


def command(*arguments: str) -> list[str]:
    """The installed ``hkbio-gmp`` with arguments."""
    return [str(Path(sys.executable).with_name("hkbio-gmp")), *arguments]


@contextmanager
def product(url: str, folder: Path, *options: str, workers: int = 2) -> Iterator[Server]:
    """``hkbio-gmp serve``, with its scheduler unless an option says no."""
    port = free_port()
    serve = command("serve", "--port", str(port), "--workers", str(workers), *options)
    with _running(Server(serve, settings(url, folder), port, folder / "server.log")) as server:
        yield server


@contextmanager
def control(url: str, folder: Path, *, workers: int = 4) -> Iterator[Server]:
    """The control on its plain table."""
    port = free_port()
    serve = [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--threads", "4"]
    serve += ["--bind", f"127.0.0.1:{port}", "tests.load.control:create_app()"]
    with _running(Server(serve, {"CONTROL_URL": url}, port, folder / "control.log")) as server:
        yield server


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.stop()
