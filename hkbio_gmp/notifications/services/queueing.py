"""Queueing a message within the unit of work that causes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from flask_babel import force_locale
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

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
    to = Recipient(dedupe_key, person_code, email, language)
    values = _values(to, _texts(language, subject, body), link, kind)
    statement = _once(session.get_bind().dialect.name).returning(OutboxMessage.id)
    return session.connection().execute(statement, values).first() is not None


class Recipient(NamedTuple):
    """To whom, in which language, once per ``dedupe_key``."""

    dedupe_key: str
    person_code: str
    email: str
    language: str


def queue_for_all(
    session: Session,
    recipients: Iterable[Recipient],
    *,
    subject: Message,
    body: Sequence[Message],
    link: str | None,
    kind: str,
) -> None:
    """As :func:`queue_message`, the same to several: written once a language, sent together."""
    texts: dict[str, tuple[str, str]] = {}
    found = []
    for one in recipients:
        if one.language not in texts:
            texts[one.language] = _texts(one.language, subject, body)
        found.append(_values(one, texts[one.language], link, kind))
    if found:
        session.connection().execute(_once(session.get_bind().dialect.name), found)


def _texts(language: str, subject: Message, body: Sequence[Message]) -> tuple[str, str]:
    with force_locale(language):
        return " ".join(shown(subject).split()), "\n\n".join(shown(line) for line in body)


def _values(to: Recipient, texts: tuple[str, str], link: str | None, kind: str) -> dict[str, Any]:
    now = clock.now()
    return {
        **to._asdict(),
        "kind": kind,
        "subject": texts[0],
        "body": texts[1],
        "link": link,
        "queued_at": now,
        "state": "queued",
        "attempts": 0,
        "next_attempt_at": now,
        "message_id": f"<{new_id()}@hkbio-gmp>",
    }


@lru_cache(maxsize=2)
def _once(dialect: str) -> postgresql.Insert | sqlite.Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(OutboxMessage).on_conflict_do_nothing()
