"""Queueing a message within the unit of work that causes it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flask_babel import force_locale
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.ids import new_id
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.web.filters import message as shown


def queue_message(
    session: Session,
    *,
    dedupe_key: str,
    person_code: str,
    email: str,
    language: str,
    subject: Message,
    body: Sequence[Message],
    link: str | None,
    kind: str,
) -> bool:
    """Queue a message in this unit of work, once per ``dedupe_key``; returns whether it is new.

    ``link`` is a path of ours. Works where another worker queues the same at the same time.
    """
    with force_locale(language):
        texts = (shown(subject), "\n\n".join(shown(line) for line in body))
    now = clock.now()
    values = {
        "dedupe_key": dedupe_key,
        "person_code": person_code,
        "email": email,
        "language": language,
        "kind": kind,
        "subject": " ".join(texts[0].split()),
        "body": texts[1],
        "link": link,
        "queued_at": now,
        "state": "queued",
        "attempts": 0,
        "next_attempt_at": now,
        "message_id": f"<{new_id()}@hkbio-gmp>",
    }
    statement = _once(session.get_bind().dialect.name)
    return session.connection().execute(statement, values).first() is not None


@lru_cache(maxsize=2)
def _once(dialect: str) -> ReturningInsert[*tuple[int]]:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(OutboxMessage).on_conflict_do_nothing().returning(OutboxMessage.id)
