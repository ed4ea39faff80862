"""Captures every change of an audited table from the session's flush."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.texts import is_plain
from hkbio_gmp.work.audited import Audited, Change, column_fields, row_key, row_values, shown

_CAPTURE = "hkbio_capture"
recording: ContextVar[bool] = ContextVar("hkbio_recording_flush", default=False)


@contextmanager
def recorded() -> Iterator[None]:
    """Open the guard for a write whose changes are told by whoever opens it."""
    token = recording.set(True)
    try:
        yield
    finally:
        recording.reset(token)


def refuse_texts(values: Mapping[str, Any]) -> None:
    """Refuse a text that no record may hold, whichever way it came. Raises NotValid."""
    bad = [name for name, v in values.items() if isinstance(v, str) and not is_plain(v)]
    if bad:
        raise unstorable(bad)


def unstorable(fields: Iterable[str]) -> NotValid:
    """The refusal of texts with NUL, other control characters or half characters."""
    said = Message("It holds a character that no record may hold.")
    remedy = Message("Remove control characters and type the text anew.")
    return NotValid(said, [FieldError(name, said, remedy) for name in sorted(fields)])


class WorkSession(Session):
    """A session whose flushes are recorded; every other writer is refused by the guard."""

    def flush(self, objects: Any = None) -> None:
        """Flush with the guard open, for exactly as long as the flush lasts."""
        token = recording.set(True)
        try:
            super().flush(objects)
        finally:
            recording.reset(token)


class Capture:
    """Collects the changes of one session, in the order of its flushes."""

    def __init__(self, session: WorkSession):
        self.changes: list[Change] = []
        self._new: list[Audited] = []
        self._dirty: list[tuple[Audited, dict[str, tuple[Any, Any]]]] = []
        session.info[_CAPTURE] = self

    def before(self, session: Session) -> None:
        """Refuse what cannot be stored; note what is deleted, while it can still be read."""
        for obj in (*session.new, *session.dirty):
            if isinstance(obj, Audited):
                refuse_texts(inspect(obj).dict)
        for obj in session.deleted:
            if isinstance(obj, Audited):
                values = row_values(session, obj)
                gone = {name: [value, None] for name, value in values.items()}
                self.changes.append(_change(obj, gone))

    def during(self, session: Session) -> None:
        """Note what is written and, of what changed, the old values: they are gone afterwards."""
        self._new = [obj for obj in session.new if isinstance(obj, Audited)]
        for obj in session.dirty:
            if isinstance(obj, Audited) and (altered := _altered(obj)):
                self._dirty.append((obj, altered))

    def after(self, session: Session) -> None:
        """Say what was written, now that every row has its key."""
        # Identities exist only now: a code looked up during the flush would load a second copy.
        new, self._new = self._new, []
        dirty, self._dirty = self._dirty, []
        for obj in sorted(new, key=_order):
            _remember_empty(obj)
            values = row_values(session, obj)
            self.changes.append(_change(obj, {k: [None, v] for k, v in values.items()}))
        for obj, altered in sorted(dirty, key=lambda pair: _order(pair[0])):
            self.changes.append(_change(obj, _shown_pairs(session, obj, altered)))


def capture_of(session: Session) -> Capture:
    """What collects the session's changes. Raises RuntimeError outside a unit of work."""
    found: Capture | None = session.info.get(_CAPTURE)
    if found is None:
        raise RuntimeError("an audited table is written only inside work.run")
    return found


def _tell(step: str) -> Callable[..., None]:
    def told(session: Session, *_context: Any) -> None:
        capture = session.info.get(_CAPTURE)
        if capture is not None:
            getattr(capture, step)(session)

    return told


event.listen(WorkSession, "before_flush", _tell("before"))
event.listen(WorkSession, "after_flush", _tell("during"))
event.listen(WorkSession, "after_flush_postexec", _tell("after"))


def _remember_empty(obj: Any) -> None:
    """Note as empty each column that the insert left out, so that a later change has its old value.

    No audited column has a default of the server's.
    """
    state = inspect(obj)
    for attribute, _name, _target in column_fields(state.mapper):
        if attribute not in state.dict:
            set_committed_value(obj, attribute, None)


def _order(obj: Any) -> tuple[str, tuple[Any, ...]]:
    return str(obj.__tablename__), tuple(inspect(obj).identity)


def _change(obj: Audited, changes: dict[str, list[Any]]) -> Change:
    table = str(inspect(obj).mapper.local_table)
    return Change(obj.audit_subject(), table, row_key(obj), changes)


def _altered(obj: Any) -> dict[str, tuple[Any, Any]]:
    """Attribute → (old, new) of what really changed. An unknown old value is a defect: raises."""
    out = {}
    state = inspect(obj)
    for attribute, _name, _target in column_fields(state.mapper):
        history = state.attrs[attribute].history
        if not history.has_changes():
            continue
        if not history.deleted:
            raise RuntimeError(f"{type(obj).__name__}.{attribute} changed without its old value")
        if history.deleted[0] != history.added[0]:
            out[attribute] = (history.deleted[0], history.added[0])
    return out


def _shown_pairs(
    session: Session, obj: Any, altered: dict[str, tuple[Any, Any]]
) -> dict[str, list[Any]]:
    pairs = {}
    for attribute, name, target in column_fields(inspect(obj).mapper):
        if attribute in altered:
            pairs[name] = [shown(session, obj, attribute, target, v) for v in altered[attribute]]
    return pairs
