"""Answers kept for repeated requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hkbio_gmp.extensions import Base


class IdempotentAnswer(Base):
    """The first answer to an ``Idempotency-Key``, written in the command's own transaction."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (UniqueConstraint("actor", "route", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    actor: Mapped[str]
    route: Mapped[str]
    key: Mapped[str]
    body_digest: Mapped[str]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
