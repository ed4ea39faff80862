"""Refuses every write to an audited table that did not come from a recorded flush."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, event

from hkbio_gmp.work.audited import audited_classes
from hkbio_gmp.work.capture import recording

_WRITE = re.compile(
    r"\b(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update(?:\s+or\s+\w+)?|delete\s+from"
    r"|merge\s+into|truncate(?:\s+table)?|copy)\s+(?:only\s+)?(?:[\"\w]+\.)?\"?(\w+)\"?",
    re.IGNORECASE,
)


class UnrecordedWrite(RuntimeError):
    """An audited table was about to change without a who, a what and a why."""


@lru_cache(maxsize=1)
def audited_tables() -> frozenset[str]:
    """Names of the audited tables; every model is imported by the first statement."""
    return frozenset(str(c.__tablename__) for c in audited_classes())


@lru_cache(maxsize=4096)
def written_tables(statement: str) -> frozenset[str]:
    """The audited tables that a statement would write."""
    return frozenset(name.lower() for name in _WRITE.findall(statement)) & audited_tables()


def install(engine: Engine) -> None:
    """Watch every statement of ``engine``."""

    def check(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if recording.get():
            return
        if touched := written_tables(statement):
            raise UnrecordedWrite(
                f"{', '.join(sorted(touched))}: written outside a recorded flush; use work.run"
            )

    event.listen(engine, "before_cursor_execute", check)
