"""Secret addresses of calendars, and when each was read last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_feeds"
down_revision = "0010_supply"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('person', 'resource', 'facility')", name=op.f("ck_feed_token_kind")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_feed_token_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_feed_token_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_token_person", "feed_token", ["person_id"], unique=False)
    op.create_table(
        "feed_use",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"],
            ["feed_token.id"],
            name=op.f("fk_feed_use_feed_id_feed_token"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_feed_use")),
    )
