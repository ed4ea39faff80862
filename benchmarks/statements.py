"""Counts what a call sends to the database: the same on every machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event


def statements_of(engine: Engine, call: Callable[[], object]) -> int:
    """How many statements ``call`` executes, those that open a transaction included."""
    seen = 0

    def count(*_arguments: Any) -> None:
        nonlocal seen
        seen += 1

    event.listen(engine, "before_cursor_execute", count)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return seen
