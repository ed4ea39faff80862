"""Chambers of one unit, segregation under a condition, and sessions found by their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_segregation"
down_revision = "0015_waitlist"
branch_labels = None
depends_on = None

# SQLite makes the table anew; its numbers are still never used twice
_KEPT = {"sqlite_autoincrement": True}
_PAIR = ["facility_id", "version", "scope", "class_a", "class_b"]
_OLD = "uq_segregation_" + "_".join(_PAIR)


def upgrade() -> None:
    op.create_index("ix_booking_session_starts", "booking_session", ["starts"])
    op.create_index("ix_booking_session_ends", "booking_session", ["ends"])
    op.add_column("resource", sa.Column("unit", sa.String(), nullable=True))
    condition = sa.Column("condition", sa.String(), nullable=False, server_default="")
    with op.batch_alter_table("segregation", table_kwargs=_KEPT) as batch:
        batch.add_column(condition)
        batch.drop_constraint(op.f(_OLD), type_="unique")
        batch.create_unique_constraint(op.f("uq_segregation_row"), [*_PAIR, "condition"])
