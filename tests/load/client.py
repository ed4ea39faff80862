"""One client as a process of its own: performs the acts it is told, one a line, over HTTP.

Standard library alone, run with ``python -I``, so that a crowd of them starts at once.
"""

from __future__ import annotations

import http.client
import json
import sys
from typing import Any

PATIENCE_SECONDS = 120
UNANSWERED = {"status": None, "document": None}


def perform(host: str, port: int, act: dict[str, Any]) -> dict[str, Any]:
    """Send one request on a connection of its own; a lost connection is no answer."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
    try:
        body = None if act["body"] is None else json.dumps(act["body"])
        connection.request(act["method"], act["path"], body, act["headers"])
        response = connection.getresponse()
        return {"status": response.status, "document": _document(response.read())}
    except (OSError, http.client.HTTPException):
        return UNANSWERED
    finally:
        connection.close()


def _document(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return {"text": content[:500].decode("utf-8", "replace")}


def main() -> None:
    """Perform until the input ends."""
    host, port = sys.argv[1], int(sys.argv[2])
    for line in sys.stdin:
        print(json.dumps(perform(host, port, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
