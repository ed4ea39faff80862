"""Recurring bookings: series and their occurrences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_series"
down_revision = "0013_urgent"
branch_labels = None
depends_on = None


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="RESTRICT")


def upgrade() -> None:
    op.create_table(
        "booking_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("recurrence", sa.String(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("take", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_by_name", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("take IN ('all', 'fitting')", name=op.f("ck_booking_series_take")),
        _key("booking_series", "facility_id", "facility"),
        _key("booking_series", "organisation_id", "organisation"),
        _key("booking_series", "project_id", "project"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_series")),
        sa.UniqueConstraint("reference", name=op.f("uq_booking_series_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_booking_series_organisation", "booking_series", ["organisation_id", "id"])
    op.create_index("ix_booking_series_facility", "booking_series", ["facility_id", "id"])
    op.create_table(
        "series_occurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("left_out", sa.JSON(), nullable=True),
        _key("series_occurrence", "series_id", "booking_series"),
        _key("series_occurrence", "booking_id", "booking"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_occurrence")),
        sa.UniqueConstraint(
            "series_id", "number", name=op.f("uq_series_occurrence_series_id_number")
        ),
        sa.UniqueConstraint("booking_id", name=op.f("uq_series_occurrence_booking_id")),
        sqlite_autoincrement=True,
    )
