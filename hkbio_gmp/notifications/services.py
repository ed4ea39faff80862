"""Queueing within a unit of work; delivering outside of any."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import partial
from urllib.parse import unquote, urlsplit

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hkbio_gmp.config import Settings
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.ids import new_id
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.notifications.rules import next_attempt
from hkbio_gmp.web.filters import message as shown
from hkbio_gmp.work import write_unaudited

_BATCH = 50
_TIMEOUT_SECONDS = 20
_CLAIM = timedelta(minutes=5)


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
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = make(OutboxMessage).values(values).on_conflict_do_nothing()
    return session.execute(statement.returning(OutboxMessage.id)).first() is not None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many messages were delivered, put off and parked."""

    sent: int = 0
    put_off: int = 0
    parked: int = 0


def deliver_due(settings: Settings) -> Delivery:
    """Deliver what is due, each message claimed first so that no two workers send it.

    Without a mail server messages stay in the outbox and show in the app.
    """
    if settings.smtp_url is None:
        return Delivery()
    outcomes: list[str] = []
    while claimed := write_unaudited(_claim):
        outcomes += _send_all(settings, claimed)
        if len(claimed) < _BATCH:
            break
    return Delivery(outcomes.count("sent"), outcomes.count("queued"), outcomes.count("parked"))


def _claim(session: Session) -> list[OutboxMessage]:
    now = clock.now()
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.state == "queued", OutboxMessage.next_attempt_at <= now)
        .order_by(OutboxMessage.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.attempts += 1
        row.next_attempt_at = now + _CLAIM
    return list(rows)


def _send_all(settings: Settings, messages: Sequence[OutboxMessage]) -> list[str]:
    outcomes = []
    for message in messages:
        error = _send(settings, message)
        outcomes.append(write_unaudited(partial(_settle, key=message.id, error=error)))
    return outcomes


def _send(settings: Settings, message: OutboxMessage) -> str | None:
    """Send one message; None when the server took it, else why it did not."""
    try:
        with _connection(settings) as server:
            server.send_message(_mail(settings, message))
    except smtplib.SMTPRecipientsRefused as error:
        return str(next(iter(error.recipients.values()), error))
    except (OSError, smtplib.SMTPException) as error:
        return str(error) or type(error).__name__
    return None


@contextmanager
def _connection(settings: Settings) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(settings.smtp_url or "")
    host = parts.hostname or ""
    make = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with make(host, parts.port or 0, timeout=_TIMEOUT_SECONDS) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _mail(settings: Settings, message: OutboxMessage) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = settings.mail_from
    mail["To"] = parseaddr(message.email)[1]
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.queued_at)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    link = f"\n\n{settings.base_url}{message.link}" if message.link else ""
    mail.set_content(f"{message.body}{link}\n")
    return mail


def _settle(session: Session, key: int, error: str | None) -> str:
    row = session.get_one(OutboxMessage, key)
    now = clock.now()
    row.last_error = error[:500] if error else None
    if error is None:
        row.state, row.sent_at = "sent", now
    else:
        _put_off(row, now)
    return row.state


def _put_off(row: OutboxMessage, now: datetime) -> None:
    again = next_attempt(now, row.attempts)
    if again is None:
        row.state = "parked"
    else:
        row.next_attempt_at = again


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
