"""Urgent patient material: approved alone, countersigned soon after."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_urgent"
down_revision = "0012_approvals"
branch_labels = None
depends_on = None

# SQLite makes the table anew; its numbers are still never used twice
_KEPT = {"sqlite_autoincrement": True}


def upgrade() -> None:
    op.add_column(
        "booking", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("booking", sa.Column("countersign_by", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_booking_countersign_by", "booking", ["countersign_by"], unique=False)
    with op.batch_alter_table("booking_approval", table_kwargs=_KEPT) as batch:
        batch.drop_constraint(op.f("ck_booking_approval_stage"), type_="check")
        batch.create_check_constraint(
            op.f("ck_booking_approval_stage"), "stage IN ('manager', 'quality', 'countersign')"
        )
