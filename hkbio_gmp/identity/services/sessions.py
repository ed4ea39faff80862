"""Sessions of browsers, kept in a table: ending one makes its cookie worthless at once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.config import Settings
from hkbio_gmp.identity.models import Person, WebSession
from hkbio_gmp.identity.services.access import Client
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import Busy, NotFound
from hkbio_gmp.kernel.ids import new_secret, secret_digest
from hkbio_gmp.work import write_unaudited

_SEEN_EVERY = timedelta(minutes=1)
_USER_AGENT = 300


def open_session(session: Session, settings: Settings, person: Person, client: Client) -> str:
    """A new session's token; its absolute end is a setting, in hours."""
    token, now = new_secret(), clock.now()
    session.add(
        WebSession(
            digest=secret_digest(token),
            person_id=person.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=settings.session_absolute_hours),
            ended_at=None,
            user_agent=client.user_agent[:_USER_AGENT],
        )
    )
    return token


def find_session(session: Session, settings: Settings, token: str) -> WebSession | None:
    """The living session of a token: not ended, not idle too long, its person active."""
    web = session.scalar(select(WebSession).where(WebSession.digest == secret_digest(token)))
    if web is None or web.ended_at is not None or not web.person.active:
        return None
    now = clock.now()
    idle = now - web.last_seen_at >= timedelta(minutes=settings.session_idle_minutes)
    return None if idle or now >= web.expires_at else web


def touch_session(web: WebSession) -> None:
    """Remember that the session is in use, at most once a minute; a busy database waits."""
    if clock.now() - web.last_seen_at < _SEEN_EVERY:
        return
    key = web.id

    def seen(session: Session) -> None:
        session.get_one(WebSession, key).last_seen_at = clock.now()

    try:
        write_unaudited(seen)
    except Busy:
        return


def end_session(person_id: int, key: int) -> None:
    """End one of a person's own sessions. Raises NotFound for another's and for none."""

    def end(session: Session) -> None:
        web = session.get(WebSession, key)
        if web is None or web.person_id != person_id:
            raise NotFound()
        web.ended_at = web.ended_at or clock.now()

    write_unaudited(end)


def end_sessions(session: Session, person_id: int, keep: int | None = None) -> None:
    """End a person's living sessions within the caller's transaction, but for the one to keep."""
    living = select(WebSession).where(
        WebSession.person_id == person_id, WebSession.ended_at.is_(None)
    )
    for web in session.scalars(living):
        if web.id != keep:
            web.ended_at = clock.now()
