"""Client processes that act at the same instant, told what to do by whoever leads the fight."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).with_name("client.py")
SILENCE_SECONDS = 300
Heard = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Act:
    """One request of one client; ``kind`` and ``subject`` tell the fight what it was for."""

    kind: str
    who: str
    method: str
    path: str
    body: dict[str, Any] | None
    key: str | None = None
    subject: str | None = None
    match: str | None = None

    def message(self, tokens: dict[str, str]) -> dict[str, Any]:
        """What the client process needs to know."""
        headers = {"Authorization": f"Bearer {tokens[self.who]}"}
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        if self.key is not None:
            headers["Idempotency-Key"] = self.key
        if self.match is not None:
            headers["If-Match"] = self.match
        return {"method": self.method, "path": self.path, "body": self.body, "headers": headers}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``status`` None where nothing did."""

    act: Act
    status: int | None
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def acknowledged(self) -> bool:
        """Whether the server said that it is done."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def slug(self) -> str:
        """The last part of a problem's type."""
        return str(self.document.get("type", "")).rpartition("/")[2]


class Crowd:
    """So many client processes, for one server."""

    def __init__(self, clients: list[subprocess.Popen[bytes]], tokens: dict[str, str]):
        self._clients = clients
        self._tokens = tokens

    def __len__(self) -> int:
        return len(self._clients)

    def perform(self, acts: Sequence[Act], heard: Heard | None = None) -> list[Answer]:
        """Let each client perform one act, all at once; answers in the acts' order.

        ``heard`` is told how many have answered, after each.
        """
        acting = dict(zip(self._clients, acts, strict=False))
        assert len(acting) == len(acts), "more acts than clients"
        for client, act in acting.items():
            _tell(client, act.message(self._tokens))
        answers: dict[int, Answer] = {}
        for client, said in _hear(list(acting)):
            place = self._clients.index(client)
            answers[place] = Answer(acts[place], said["status"], said["document"] or {})
            if heard is not None:
                heard(len(answers))
        return [answers[place] for place in range(len(acts))]


def _tell(client: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    assert client.stdin is not None
    client.stdin.write(json.dumps(message).encode() + b"\n")
    client.stdin.flush()


def _hear(
    clients: list[subprocess.Popen[bytes]],
) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """One line of each client, in the order in which they come."""
    heard: dict[subprocess.Popen[bytes], bytes] = dict.fromkeys(clients, b"")
    with selectors.DefaultSelector() as waiting:
        for client in clients:
            assert client.stdout is not None
            waiting.register(client.stdout, selectors.EVENT_READ, client)
        while waiting.get_map():
            ready = waiting.select(SILENCE_SECONDS)
            assert ready, "a client fell silent"
            for key, _events in ready:
                chunk = os.read(key.fd, 1 << 16)
                assert chunk, "a client ended"
                heard[key.data] += chunk
                if chunk.endswith(b"\n"):
                    waiting.unregister(key.fileobj)
                    yield key.data, json.loads(heard[key.data])


@contextmanager
def crowd(size: int, port: int, tokens: dict[str, str]) -> Iterator[Crowd]:
    """Client processes that end with the block."""
    command = [sys.executable, "-I", str(CLIENT), "127.0.0.1", str(port)]
    pipe = subprocess.PIPE
    clients = [subprocess.Popen(command, stdin=pipe, stdout=pipe) for _ in range(size)]
    try:
        yield Crowd(clients, tokens)
    finally:
        for client in clients:
            client.kill()
            client.communicate()
