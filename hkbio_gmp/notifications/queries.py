"""A person's own messages."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hkbio_gmp.notifications.models import OutboxMessage


def list_messages(session: Session, person_code: str, limit: int = 100) -> list[OutboxMessage]:
    """The person's messages, newest first."""
    return list(
        session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.person_code == person_code)
            .order_by(OutboxMessage.id.desc())
            .limit(limit)
        )
    )


def count_unread(session: Session, person_code: str) -> int:
    """How many of the person's messages are unread."""
    query = select(func.count()).where(
        OutboxMessage.person_code == person_code, OutboxMessage.read_at.is_(None)
    )
    return session.scalar(query) or 0
