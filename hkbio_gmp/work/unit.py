"""Runs commands: one transaction, one actor, one reason, its audit entries inside."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock, events
from hkbio_gmp.kernel.actors import Actor, Channel, Signed
from hkbio_gmp.kernel.errors import Busy
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.ids import new_id
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.protocols import Dispatcher, Recorder
from hkbio_gmp.kernel.texts import is_plain
from hkbio_gmp.work.calendars import lock_calendars
from hkbio_gmp.work.capture import Capture, WorkSession, unstorable
from hkbio_gmp.work.engine import WRITE_OPTION, write_turn

T = TypeVar("T")

ONE_TRANSACTION = "hkbio_one_transaction"
"""Key of ``session.info`` of a session that ends with its transaction."""
ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 0.02
_RETRYABLE = {"40001", "40P01", "55P03"}
_channel: ContextVar[Channel | None] = ContextVar("hkbio_channel", default=None)
_plugged: dict[str, Any] = {}


def configure(recorder: Recorder, dispatcher: Dispatcher | None = None) -> None:
    """Plug in who records and who delivers. Without a recorder nothing can be written."""
    _plugged.update(recorder=recorder, dispatcher=dispatcher)


def channel() -> Channel:
    """The door through which the present request came."""
    return _channel.get() or Channel(new_id(), "job")


@contextmanager
def use_channel(current: Channel) -> Iterator[None]:
    """Name the door for the present context."""
    token = _channel.set(current)
    try:
        yield
    finally:
        _channel.reset(token)


class Work:
    """One unit of work, as a command sees it.

    ``at`` is the instant (UTC) of the act: every row and entry of the unit carries this one.
    """

    def __init__(self, session: WorkSession, actor: Actor, action: str, reason: str | None):
        self.session: Session = session
        self.actor = actor
        self.action = action
        self.reason = reason
        self.id = new_id()
        self.at: datetime = clock.now()
        self.channel = channel()
        self.signed: Signed | None = None
        self._locked: dict[tuple[str, str], int] = {}

    def lock(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Lock calendar rows by (kind, code), in one order; lock first, read after.

        Returns (kind, code) → calendar id of every row that this unit has locked so far.
        """
        missing = set(keys) - self._locked.keys()
        self._locked |= lock_calendars(self.session, missing)
        return dict(self._locked)

    def announce(self, event: object) -> list[Finding]:
        """Tell higher features, in this same transaction."""
        return events.announce(self, event)


def run(
    actor: Actor,
    action: str,
    reason: str | None,
    command: Callable[[Work], T],
) -> T:
    """Run ``command`` in one transaction that records every change it makes.

    ``action`` is past tense, ``feature:subject:verb``. On deadlock, serialization failure or a
    busy database the whole command runs again, so it must have no outside effect. Raises Busy
    when every attempt failed, NotValid for a text that no record may hold, and whatever the
    command raises; then nothing was written.
    """
    recorder: Recorder | None = _plugged.get("recorder")
    if recorder is None:
        raise RuntimeError("no recorder is configured; nothing may be written")
    if reason is not None and not is_plain(reason):
        raise unstorable(["reason"])

    def attempt(session: WorkSession) -> T:
        work = Work(session, actor, action, reason)
        capture = Capture(session)
        result = command(work)
        session.flush()
        recorder.record(work, capture.changes)
        return result

    result = _commit(attempt)
    dispatcher: Dispatcher | None = _plugged.get("dispatcher")
    if dispatcher is not None:
        dispatcher.wake()
    return result


def write_unaudited(command: Callable[[Session], T]) -> T:
    """Run a short transaction on tables outside the log: access log, sessions, outbox delivery.

    The guard refuses any audited table here.
    """
    return _commit(command)


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session that reads one consistent instant of the whole database and writes nothing."""
    engine: Engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        yield session
        session.rollback()


def _commit(attempt: Callable[[WorkSession], T]) -> T:
    _end_read()
    engine: Engine = db.engine
    for number in range(ATTEMPTS):
        try:
            return _once(engine, attempt)
        except DBAPIError as error:
            if not _is_retryable(error):
                raise
        time.sleep(_FIRST_PAUSE_SECONDS * 2**number * random.uniform(0.5, 1.5))
    raise Busy(Message("Nothing was changed. Try again in a moment."))


def _once(engine: Engine, attempt: Callable[[WorkSession], T]) -> T:
    bind = engine.execution_options(**{WRITE_OPTION: True})
    # a unit's session lives for one transaction: what it read after its locks stays true
    info = {ONE_TRANSACTION: True}
    with write_turn(engine), WorkSession(bind, expire_on_commit=False, info=info) as session:
        result = attempt(session)
        session.commit()
        return result


def _end_read() -> None:
    """End the request's read transaction: it must neither hold locks nor show what was before."""
    db.session.rollback()


def _is_retryable(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig).lower()
    return state in _RETRYABLE or "database is locked" in text or "database is busy" in text
