"""Failures in a row, the lock that follows, and who is told (21 CFR 11.300(d))."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hkbio_gmp.config import Settings
from hkbio_gmp.identity import notices, queries
from hkbio_gmp.identity.models import Person, SignInGuard
from hkbio_gmp.identity.services.access import Client, access_event
from hkbio_gmp.kernel import clock
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import write_unaudited


def locked_guard(session: Session, person_id: int) -> SignInGuard:
    """The person's counter, made where absent, locked until the transaction ends."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    blank = {"person_id": person_id, "failures": 0, "locked_until": None}
    session.execute(make(SignInGuard).on_conflict_do_nothing(), blank)
    return session.scalars(
        select(SignInGuard)
        .where(SignInGuard.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def is_locked(guard: SignInGuard | None) -> bool:
    """Whether the account is locked now."""
    return guard is not None and guard.locked_until is not None and guard.locked_until > clock.now()


def locked_now(session: Session, person_id: int) -> bool:
    """Whether the account of that person is locked now, read afresh."""
    return is_locked(session.get(SignInGuard, person_id, populate_existing=True))


def clear_failures(guard: SignInGuard) -> None:
    """Forget the failures in a row after a success."""
    guard.failures, guard.locked_until = 0, None


def count_failure(session: Session, settings: Settings, person: Person, guard: SignInGuard) -> None:
    """Count one failure; at the limit lock the account, tell its person and administrators."""
    guard.failures += 1
    if guard.failures < settings.lockout_failures:
        return
    until = clock.now() + timedelta(minutes=settings.lockout_minutes)
    failures, guard.failures, guard.locked_until = guard.failures, 0, until
    _tell(session, person, person, until, failures)
    for admin in queries.people_with_role(session, "admin", "SYSTEM", clock.now()):
        if admin.id != person.id:
            _tell(session, admin, person, until, failures)


def _tell(
    session: Session, to: queries.Someone, locked: Person, until: datetime, failures: int
) -> None:
    own = to.id == locked.id
    said = notices.locked(until, failures) if own else notices.other_locked(locked.name, until)
    queue_message(
        session,
        dedupe_key=f"locked:{locked.code}:{until.isoformat()}:{to.code}",
        person_code=to.code,
        email=to.email,
        language=to.language,
        subject=said.subject,
        body=said.body,
        link="/account" if own else f"/admin/people/{locked.code}",
        kind="security",
    )


def record_failure(settings: Settings, person_id: int, what: str, client: Client) -> None:
    """Count a failed signature or password in a short transaction of its own."""

    def count(session: Session) -> None:
        person = session.get_one(Person, person_id)
        count_failure(session, settings, person, locked_guard(session, person_id))
        session.add(access_event(person.code, what, "", client))

    write_unaudited(count)
