"""Process templates and their steps; which template a booking was made by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_templates"
down_revision = "0008_periods"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "process_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("process_class", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'retired')", name=op.f("ck_process_template_state")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["facility.id"],
            name=op.f("fk_process_template_facility_id_facility"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_template")),
        sa.UniqueConstraint("code", name=op.f("uq_process_template_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "process_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("offset_minutes", sa.Integer(), nullable=False),
        sa.Column("length_minutes", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("room", sa.Boolean(), nullable=False),
        sa.Column("equipment", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "offset_minutes >= 0 AND length_minutes > 0", name=op.f("ck_process_step_minutes")
        ),
        sa.CheckConstraint("state IN ('active', 'retired')", name=op.f("ck_process_step_state")),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["process_template.id"],
            name=op.f("fk_process_step_template_id_process_template"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_step")),
        sa.UniqueConstraint(
            "template_id", "number", name=op.f("uq_process_step_template_id_number")
        ),
        sqlite_autoincrement=True,
    )
    # A plain new column: rebuilding the table on SQLite would drop its triggers.
    op.add_column("booking", sa.Column("template", sa.String(), nullable=True))
