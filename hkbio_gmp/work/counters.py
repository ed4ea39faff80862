"""Gap-free numbers for references: taken inside the unit of work, given back if it fails."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from hkbio_gmp.extensions import Base


class Counter(Base):
    """The last number taken of one series, such as ``booking:LCT:2027``."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


def next_number(session: Session, series: str) -> int:
    """Take the next number of ``series``, from 1; others wait for this unit of work to end."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(make(Counter).on_conflict_do_nothing(), {"series": series, "value": 0})
    row = session.scalars(
        select(Counter)
        .where(Counter.series == series)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    row.value += 1
    return row.value
