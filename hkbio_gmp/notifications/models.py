"""The outbox, which is the inbox too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from hkbio_gmp.extensions import Base


class OutboxMessage(Base):
    """A message to one person: queued in the unit of work that caused it, delivered after.

    ``dedupe_key`` makes each message unique whatever runs twice. ``message_id`` never changes, so
    that a delivery repeated after a crash is recognised as the same message.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'parked')", name="state"),
        Index("ix_outbox_due", "state", "next_attempt_at"),
        Index("ix_outbox_person", "person_code", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    person_code: Mapped[str]
    email: Mapped[str]
    language: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None]
    queued_at: Mapped[datetime]
    state: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    message_id: Mapped[str]
    last_error: Mapped[str | None] = mapped_column(Text)
