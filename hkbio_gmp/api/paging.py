"""Lists by cursor: keyset pages that neither skip nor repeat while rows are added."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.messages import Message

T = TypeVar("T")
_LARGEST = 2**31 - 1


def encode(key: Any) -> str:
    """An opaque cursor for a key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def code_of(cursor: str | None) -> str | None:
    """The code after which the page begins. Raises NotValid on a cursor that is not ours."""
    return _read(cursor, _code)


def number_of(cursor: str | None) -> int | None:
    """The number after which the page begins. Raises NotValid on a cursor that is not ours."""
    return _read(cursor, _number)


def day_and_number_of(cursor: str | None) -> tuple[date, int] | None:
    """The day and number after which the page begins. Raises NotValid on a cursor not ours."""
    return _read(cursor, lambda key: (date.fromisoformat(_code(key[0])), _number(key[1])))


def _code(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError
    return key


def _number(key: Any) -> int:
    # true is an integer to Python
    if type(key) is not int or not 0 <= key <= _LARGEST:
        raise ValueError
    return key


def _read(cursor: str | None, read: Callable[[Any], T]) -> T | None:
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return read(json.loads(base64.urlsafe_b64decode(padded.encode())))
    except (binascii.Error, ValueError, TypeError, LookupError):
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
