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


_LOCKED = (
    select(Calendar.kind, Calendar.code, Calendar.id)
    .where(tuple_(Calendar.kind, Calendar.code).in_(bindparam("wanted", expanding=True)))
    .order_by(Calendar.id)
    .with_for_update()
)


def _lock(session: Session, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not wanted:
        return {}
    found = _locked(session, wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        # old rows are held by now: should two wait for each other, one of them runs again
        _make(session, missing)
        found = _locked(session, wanted)
    return found


def _locked(session: Session, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found = rows(session, _LOCKED, {"wanted": wanted})
    return {(row.kind, row.code): row.id for row in found}


def _make(session: Session, missing: list[tuple[str, str]]) -> None:
    dialect = session.get_bind().dialect.name
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    rows = [{"kind": kind, "code": code, "seq": 0} for kind, code in missing]
    session.execute(make(Calendar).on_conflict_do_nothing(), rows)
