"""Re-examination in batches, flags, outages planned together, events that end papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_supply"
down_revision = "0009_templates"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reexamination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("examined", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "cause IN ('certificate', 'hold', 'leaver', 'resource', 'outage', 'lapse', 'rules')",
            name=op.f("ck_reexamination_cause"),
        ),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_reexamination_state")),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["facility.id"],
            name=op.f("fk_reexamination_facility_id_facility"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reexamination")),
        sa.UniqueConstraint("reference", name=op.f("uq_reexamination_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reexamination_state", "reexamination", ["state", "id"])
    op.create_index("ix_reexamination_day", "reexamination", ["facility_id", "cause", "subject"])
    op.create_table(
        "booking_flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("finding", sa.JSON(), nullable=False),
        sa.Column("reexamination", sa.String(), nullable=False),
        sa.Column("raised_at", _INSTANT, nullable=False),
        sa.Column("cleared_at", _INSTANT, nullable=True),
        sa.Column("cleared_why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_booking_flag_booking_id_booking"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_flag")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_booking_flag_booking", "booking_flag", ["booking_id"])
    op.create_index("ix_booking_flag_subject", "booking_flag", ["subject"])
    op.create_index(
        "ix_booking_flag_open",
        "booking_flag",
        ["booking_id", "rule", "subject"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    # Plain new columns: rebuilding a table on SQLite would drop its triggers.
    for name in ("plan", "event", "recurrence"):
        op.add_column("outage", sa.Column(name, sa.String(), nullable=True))
    op.create_index("ix_outage_plan", "outage", ["plan"])
    op.add_column("certificate", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("certificate", sa.Column("ended_by", sa.String(), nullable=True))
