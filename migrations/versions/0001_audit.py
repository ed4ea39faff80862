"""The audit log, append-only by trigger, and the calendar rows that units of work lock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_audit"
down_revision = None
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = {"audit_entry": ("UPDATE", "DELETE"), "audit_node": ("UPDATE", "DELETE")}
KEPT = {"audit_log": ("DELETE",)}


def upgrade() -> None:
    _create_tables()
    if op.get_bind().dialect.name == "postgresql":
        _protect_postgresql()
    else:
        _protect_sqlite()


def _create_tables() -> None:
    op.create_table(
        "calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendar"),
        sa.UniqueConstraint("kind", "code", name="uq_calendar_kind_code"),
    )
    op.create_table(
        "counter",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_counter"),
    )
    op.create_table(
        "audit_log",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("size", SEQ, nullable=False),
        sa.Column("frontier", sa.Text(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_audit_log"),
    )
    _create_entries()
    _create_verifications()
    op.create_table(
        "audit_node",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("index", SEQ, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("log", "level", "index", name="pk_audit_node"),
        sa.ForeignKeyConstraint(
            ["log"], ["audit_log.code"], name="fk_audit_node_log_audit_log", ondelete="RESTRICT"
        ),
    )


def _create_entries() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("seq", SEQ, nullable=False),
        sa.Column("leaf", sa.Text(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_ref", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("log", "seq", name="pk_audit_entry"),
        sa.ForeignKeyConstraint(
            ["log"], ["audit_log.code"], name="fk_audit_entry_log_audit_log", ondelete="RESTRICT"
        ),
    )
    for name, columns in {
        "subject": ["log", "subject_type", "subject_ref", "seq"],
        "actor": ["log", "actor_id", "seq"],
        "action": ["log", "action", "seq"],
        "at": ["log", "at"],
        "work": ["work"],
    }.items():
        op.create_index(f"ix_audit_entry_{name}", "audit_entry", columns)


def _create_verifications() -> None:
    op.create_table(
        "audit_verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", SEQ, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_verification"),
    )
    op.create_index("ix_audit_verification_log", "audit_verification", ["log", "at"])


def _protect_sqlite() -> None:
    for table, verbs in {**APPEND_ONLY, **KEPT}.items():
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _protect_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table, verbs in {**APPEND_ONLY, **KEPT}.items():
        for verb in (*verbs, "TRUNCATE"):
            each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION audit_append_only()"
            )
