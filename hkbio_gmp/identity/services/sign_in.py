"""Signing in: one answer for every reason to refuse."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hkbio_gmp.config import Settings
from hkbio_gmp.identity import queries
from hkbio_gmp.identity.models import Person
from hkbio_gmp.identity.services import lockout, passwords
from hkbio_gmp.identity.services.access import Client, access_event, note_access
from hkbio_gmp.identity.services.sessions import open_session
from hkbio_gmp.work import write_unaudited


def sign_in(
    session: Session, settings: Settings, email: str, password: str, client: Client
) -> str | None:
    """The new session's token, or None.

    The answer, and the work that it takes, are the same for an unknown address, a wrong password,
    a locked and a disabled account.
    """
    person = queries.find_person(session, email)
    stored = person.password_hash if person else None
    right = passwords.matches(stored, password) and passwords.usable(settings, password)
    if person is None:
        note_access(None, "sign-in refused", email, client)
        return None
    # Read now: within the write it would open a snapshot that cannot see the new session.
    key = person.id
    return write_unaudited(lambda s: _decide(s, settings, key, right, client))


def _decide(
    session: Session, settings: Settings, person_id: int, right: bool, client: Client
) -> str | None:
    guard = lockout.locked_guard(session, person_id)
    person = session.get_one(Person, person_id)
    locked = lockout.is_locked(guard)
    if right and person.active and not locked:
        lockout.clear_failures(guard)
        session.add(access_event(person.code, "signed in", "", client))
        return open_session(session, settings, person, client)
    if not locked:
        lockout.count_failure(session, settings, person, guard)
    session.add(access_event(person.code, "sign-in refused", _why(person, locked), client))
    return None


def _why(person: Person, locked: bool) -> str:
    """For the access log alone; whoever asks is never told."""
    if not person.active:
        return "disabled"
    return "locked" if locked else "wrong password"
