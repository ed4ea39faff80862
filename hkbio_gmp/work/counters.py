"""Gap-free numbers for references: taken inside the unit of work, given back if it fails."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from hkbio_gmp.extensions import Base


class Counter(Base):
    """The last number taken of one series, such as ``booking:LCT:2027``."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


def next_number(session: Session, series: str) -> int:
    """Take the next number of ``series``, from 1; others wait for this unit of work to end."""
    statement = _next(session.get_bind().dialect.name)
    number: int = session.connection().execute(statement, {"name": series}).scalar_one()
    return number


@lru_cache(maxsize=2)
def _next(dialect: str) -> ReturningInsert[*tuple[int]]:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    taken = make(Counter).values(series=bindparam("name"), value=1)
    more = taken.on_conflict_do_update(
        index_elements=[Counter.series], set_={"value": Counter.value + 1}
    )
    return more.returning(Counter.value)
