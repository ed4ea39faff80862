"""Signing in and out, lockout, sessions kept in a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.config import Settings
from hkbio_gmp.identity import notices, queries
from hkbio_gmp.identity.models import AccessEvent, Person, SignInGuard, WebSession
from hkbio_gmp.identity.services import passwords
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.ids import new_secret, secret_digest
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import channel, write_unaudited

_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from; kept in the access log, outside the audit log."""

    address: str
    user_agent: str


def sign_in(
    session: Session, settings: Settings, email: str, password: str, client: Client
) -> str | None:
    """The new session's token, or None.

    The answer, and the time that it takes, are the same for an unknown address, a wrong password,
    a locked and a disabled account.
    """
    person = queries.find_person(session, email)
    right = passwords.matches(person.password_hash if person else None, password)
    if person is None:
        note_access(None, "sign-in refused", email[:200], client)
        return None
    # Read now: within the write it would open a snapshot that cannot see the new session.
    key = person.id
    return write_unaudited(lambda s: _decide(s, settings, key, right, client))


def _decide(
    session: Session, settings: Settings, person_id: int, right: bool, client: Client
) -> str | None:
    person = session.get_one(Person, person_id)
    guard = _guard(session, person_id)
    now = clock.now()
    locked = guard.locked_until is not None and guard.locked_until > now
    if right and person.active and not locked:
        guard.failures, guard.locked_until = 0, None
        session.add(_event(person, "signed in", "", client))
        return _open(session, settings, person, now, client)
    if not locked:
        count_failure(session, settings, person, guard)
    session.add(_event(person, "sign-in refused", "locked" if locked else "", client))
    return None


def _guard(session: Session, person_id: int) -> SignInGuard:
    query = select(SignInGuard).where(SignInGuard.person_id == person_id).with_for_update()
    found = session.scalar(query)
    if found is None:
        found = SignInGuard(person_id=person_id, failures=0, locked_until=None)
        session.add(found)
        session.flush()
    return found


def count_failure(session: Session, settings: Settings, person: Person, guard: SignInGuard) -> None:
    """Count one failure; at the limit lock the account and tell its person (11.300(d))."""
    guard.failures += 1
    if guard.failures < settings.lockout_failures:
        return
    until = clock.now() + timedelta(minutes=settings.lockout_minutes)
    failures, guard.failures, guard.locked_until = guard.failures, 0, until
    queue_message(
        session,
        dedupe_key=f"locked:{person.code}:{until.isoformat()}",
        person_code=person.code,
        email=person.email,
        language=person.language,
        subject=notices.locked_subject(),
        body=notices.locked_body(until, failures),
        link="/account",
        kind="security",
    )


def is_locked(session: Session, person_id: int) -> bool:
    """Whether the account is locked now."""
    guard = session.get(SignInGuard, person_id, populate_existing=True)
    return guard is not None and guard.locked_until is not None and guard.locked_until > clock.now()


def record_failure(settings: Settings, person_id: int, what: str, client: Client | None) -> None:
    """Count a failed signature or password in a short transaction of its own."""

    def count(session: Session) -> None:
        person = session.get_one(Person, person_id)
        count_failure(session, settings, person, _guard(session, person_id))
        session.add(_event(person, what, "", client or Client("", "")))

    write_unaudited(count)


def _open(
    session: Session, settings: Settings, person: Person, now: datetime, client: Client
) -> str:
    token = new_secret()
    session.add(
        WebSession(
            digest=secret_digest(token),
            person_id=person.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=settings.session_absolute_hours),
            ended_at=None,
            user_agent=client.user_agent[:300],
        )
    )
    return token


def find_session(session: Session, settings: Settings, token: str) -> WebSession | None:
    """The living session of a token: not ended, not idle too long, its person active."""
    web = session.scalar(select(WebSession).where(WebSession.digest == secret_digest(token)))
    if web is None or web.ended_at is not None or not web.person.active:
        return None
    now = clock.now()
    idle = now - web.last_seen_at > timedelta(minutes=settings.session_idle_minutes)
    return None if idle or now >= web.expires_at else web


def touch(web: WebSession) -> None:
    """Remember that the session is in use, at most once a minute."""
    if clock.now() - web.last_seen_at < _SEEN_EVERY:
        return
    key = web.id

    def seen(session: Session) -> None:
        session.get_one(WebSession, key).last_seen_at = clock.now()

    write_unaudited(seen)


def sign_out(web_id: int) -> None:
    """End a session: its token is worthless from now on."""

    def end(session: Session) -> None:
        web = session.get_one(WebSession, web_id)
        web.ended_at = web.ended_at or clock.now()

    write_unaudited(end)


def note_access(person: Person | None, event: str, detail: str, client: Client) -> None:
    """Write one line of the access log in a short transaction of its own."""
    write_unaudited(lambda session: session.add(_event(person, event, detail, client)))


def _event(person: Person | None, event: str, detail: str, client: Client) -> AccessEvent:
    return AccessEvent(
        at=clock.now(),
        person_code=person.code if person else None,
        event=event,
        detail=detail[:300],
        address=client.address[:64],
        user_agent=client.user_agent[:300],
        request_id=channel().request_id,
    )
