"""Marking one's own messages as read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.kernel import clock
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.work import write_unaudited


def mark_read(person_code: str, key: int | None) -> None:
    """Mark one message of a person read, or all."""

    def mark(session: Session) -> None:
        query = select(OutboxMessage).where(
            OutboxMessage.person_code == person_code, OutboxMessage.read_at.is_(None)
        )
        if key is not None:
            query = query.where(OutboxMessage.id == key)
        for row in session.scalars(query):
            row.read_at = clock.now()

    write_unaudited(mark)
