"""Certificates, their kinds, the reminders sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_certification"
down_revision = "0004_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate_kind",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("interval_months", sa.Integer(), nullable=False),
        sa.Column("interval_source", sa.String(), nullable=False),
        sa.Column("lead_days", sa.JSON(), nullable=False),
        sa.Column("blocks_booking", sa.Boolean(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("renewal_days", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "subject_type IN ('facility', 'resource', 'person', 'organisation')",
            name=op.f("ck_certificate_kind_subject_type"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_kind_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=True),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_code", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("renews_id", sa.Integer(), nullable=True),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('submitted', 'rejected', 'valid', 'suspended', 'withdrawn')",
            name=op.f("ck_certificate_state"),
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_certificate_dates")),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["facility.id"],
            name=op.f("fk_certificate_facility_id_facility"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["certificate_kind.id"],
            name=op.f("fk_certificate_kind_id_certificate_kind"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_certificate_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["renews_id"],
            ["certificate.id"],
            name=op.f("fk_certificate_renews_id_certificate"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("reference", name=op.f("uq_certificate_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_certificate_subject",
        "certificate",
        ["subject_type", "subject_code", "kind_id"],
        unique=False,
    )
    op.create_index("ix_certificate_until", "certificate", ["state", "valid_until"], unique=False)
    op.create_table(
        "reminder_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('sent', 'overtaken')", name=op.f("ck_reminder_step_state")),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_reminder_step_certificate_id_certificate"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_step")),
        sa.UniqueConstraint(
            "certificate_id",
            "step",
            "recipient",
            name=op.f("uq_reminder_step_certificate_id_step_recipient"),
        ),
        sqlite_autoincrement=True,
    )
