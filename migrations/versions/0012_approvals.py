"""Approvals by stages, and the warnings that each of them passed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_approvals"
down_revision = "0011_feeds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("booking", sa.Column("waiting_for", sa.String(), nullable=True))
    op.create_table(
        "booking_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_by_name", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("signed_version", sa.Integer(), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('manager', 'quality')", name=op.f("ck_booking_approval_stage")
        ),
        sa.CheckConstraint("state IN ('given', 'void')", name=op.f("ck_booking_approval_state")),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_booking_approval_booking_id_booking"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_approval")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_booking_approval_booking", "booking_approval", ["booking_id"], unique=False)
