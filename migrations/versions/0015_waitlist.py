"""The waitlist: bookings that wait for time which others hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_waitlist"
down_revision = "0014_series"
branch_labels = None
depends_on = None

# SQLite makes the table anew; its numbers are still never used twice
_KEPT = {"sqlite_autoincrement": True}

_STATES = "'draft', 'requested', 'approved', 'rejected', 'cancelled', 'expired', 'waitlisted'"


def upgrade() -> None:
    with op.batch_alter_table("booking", table_kwargs=_KEPT) as batch:
        batch.drop_constraint(op.f("ck_booking_status"), type_="check")
        batch.create_check_constraint(op.f("ck_booking_status"), f"status IN ({_STATES})")
    with op.batch_alter_table("move_proposal", table_kwargs=_KEPT) as batch:
        batch.drop_constraint(op.f("ck_move_proposal_state"), type_="check")
        batch.create_check_constraint(
            op.f("ck_move_proposal_state"),
            "state IN ('open', 'accepted', 'declined', 'withdrawn', 'lapsed')",
        )
    op.create_table(
        "waitlist_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("earliest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("any_room", sa.Boolean(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("earliest <= latest", name=op.f("ck_waitlist_entry_order")),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_waitlist_entry_booking_id_booking"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_entry")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_waitlist_entry_booking_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "waitlist_look",
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["facility.id"],
            name=op.f("fk_waitlist_look_facility_id_facility"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("facility_id", name=op.f("pk_waitlist_look")),
    )
