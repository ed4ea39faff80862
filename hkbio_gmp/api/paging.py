"""Lists by cursor: keyset pages that neither skip nor repeat while rows are added."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.messages import Message

T = TypeVar("T")


def encode(key: Any) -> str:
    """An opaque cursor for a key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode(cursor: str | None) -> Any:
    """The key of a cursor that we gave. Raises NotValid on any other."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (binascii.Error, ValueError):
        said = Message("The cursor is not one of ours.")
        remedy = Message("Send next_cursor of the previous page as it was, or leave it out.")
        raise NotValid(said, [FieldError("cursor", said, remedy)]) from None


def page(
    rows: Sequence[T], limit: int, show: Callable[[T], Any], key: Callable[[T], Any]
) -> dict[str, Any]:
    """The contract's list answer from up to ``limit + 1`` rows."""
    more = len(rows) > limit
    shown = rows[:limit]
    cursor = encode(key(shown[-1])) if more and shown else None
    return {"items": [show(row) for row in shown], "next_cursor": cursor}
