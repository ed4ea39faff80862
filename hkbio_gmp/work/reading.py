"""Reads of plain rows, past the machinery that makes objects of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Executable, Result
from sqlalchemy.orm import Session


def rows(session: Session, statement: Executable, values: Mapping[str, Any]) -> Result[Any]:
    """What a select of columns finds, what the session has not yet written included."""
    session.flush()
    return session.connection().execute(statement, values)
