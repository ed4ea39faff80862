"""Calendar rows: what a unit of work locks before it reads and decides."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import UniqueConstraint, bindparam, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from hkbio_gmp.extensions import Base
from hkbio_gmp.work.reading import rows

KINDS = ("resource", "zone", "person", "organisation", "facility")


class Calendar(Base):
    """The lock of one thing whose time or validity others rely on. ``seq`` counts its writers.

    Whoever ends a validity locks the same row as whoever relies on it.
    """

    __tablename__ = "calendar"
    __table_args__ = (UniqueConstraint("kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]
    seq: Mapped[int] = mapped_column(default=0)


def lock_calendars(session: Session, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Lock the rows named by (kind, code), made where absent: facilities, then all by id.

    Returns (kind, code) → calendar id. Read only after this.
    """
    wanted = sorted(set(keys))
    # who finds a booking has its facility's row before knowing which others to lock
    homes = [key for key in wanted if key[0] == "facility"]
    rest = [key for key in wanted if key[0] != "facility"]
    return {**_lock(session, homes), **_lock(session, rest)}


_THERE = select(Calendar.kind, Calendar.code, Calendar.id).where(
    tuple_(Calendar.kind, Calendar.code).in_(bindparam("wanted", expanding=True))
)
_LOCKED = _THERE.order_by(Calendar.id).with_for_update()

# Rows that a unit of work has found, by database: none is ever deleted.
_seen: set[tuple[str, str, str]] = set()
_MOST_SEEN = 50_000


def _lock(session: Session, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not wanted:
        return {}
    where = str(session.get_bind().engine.url)
    if not _seen.issuperset((where, *key) for key in wanted):
        # made before any is locked: nobody waits for a new row while holding an old one
        _ensure(session, wanted)
    found = _locked(session, wanted)
    if len(found) < len(wanted):
        _ensure(session, wanted)
        found = _locked(session, wanted)
    if len(_seen) >= _MOST_SEEN:
        _seen.clear()
    _seen.update((where, *key) for key in found)
    return found


def _locked(session: Session, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found = rows(session, _LOCKED, {"wanted": wanted})
    return {(row.kind, row.code): row.id for row in found}


def _ensure(session: Session, wanted: list[tuple[str, str]]) -> None:
    known = session.execute(_THERE, {"wanted": wanted})
    missing = set(wanted) - {(kind, code) for kind, code, _key in known}
    if not missing:
        return
    dialect = session.get_bind().dialect.name
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    rows = [{"kind": kind, "code": code, "seq": 0} for kind, code in sorted(missing)]
    session.execute(make(Calendar).on_conflict_do_nothing(), rows)
