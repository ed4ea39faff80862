"""Delivering the outbox, outside of every unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import partial

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.config import Settings
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.notifications.rules import Refusal, next_attempt
from hkbio_gmp.notifications.services.line import Line
from hkbio_gmp.web.filters import message as shown
from hkbio_gmp.work import write_unaudited

_BATCH = 50
_CLAIM = timedelta(minutes=15)
_LONGEST_ERROR = 500
_WHY = Message("You get this because of your role or your work. It is in the application too.")


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many messages were delivered, put off and parked."""

    sent: int = 0
    put_off: int = 0
    parked: int = 0


def deliver_due(settings: Settings) -> Delivery:
    """Deliver what is due, each message claimed first so that no two workers send it.

    Without a mail server messages stay in the outbox and show in the app. A worker that dies
    between sending and noting it sends again, under the same Message-ID.
    """
    if settings.smtp_url is None:
        return Delivery()
    outcomes: list[str] = []
    while claimed := write_unaudited(_claim):
        with Line(settings.smtp_url) as line:
            outcomes += [_deliver(settings, line, message) for message in claimed]
        if line.down is not None:
            break
    return Delivery(outcomes.count("sent"), outcomes.count("queued"), outcomes.count("parked"))


def _claim(session: Session) -> Sequence[OutboxMessage]:
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
    return rows


def _deliver(settings: Settings, line: Line, message: OutboxMessage) -> str:
    try:
        refusal = line.send(_mail(settings, message))
    except ValueError as error:
        # an address or a subject that no mail can carry will never become one
        refusal = Refusal(str(error), permanent=True)
    return write_unaudited(partial(_settle, claimed=message, refusal=refusal))


def _mail(settings: Settings, message: OutboxMessage) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = settings.mail_from
    mail["To"] = parseaddr(message.email)[1]
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.queued_at)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    with force_locale(message.language):
        why = shown(_WHY)
    link = f"{settings.base_url}{message.link or '/notifications'}"
    mail.set_content(f"{message.body}\n\n{link}\n\n-- \n{why}\n")
    # after the text: setting it takes away the headers of any earlier content
    mail["Content-Language"] = message.language.replace("_", "-")
    return mail


def _settle(session: Session, claimed: OutboxMessage, refusal: Refusal | None) -> str:
    """Note the outcome, unless the claim ran out and another worker has the message."""
    row = session.get_one(OutboxMessage, claimed.id)
    if row.attempts != claimed.attempts or row.state != "queued":
        return row.state
    now = clock.now()
    row.last_error = refusal.text[:_LONGEST_ERROR] if refusal else None
    if refusal is None:
        row.state, row.sent_at = "sent", now
    else:
        _put_off(row, now, refusal)
    return row.state


def _put_off(row: OutboxMessage, now: datetime, refusal: Refusal) -> None:
    again = None if refusal.permanent else next_attempt(now, row.attempts)
    if again is None:
        row.state = "parked"
    else:
        row.next_attempt_at = again
