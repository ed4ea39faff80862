"""When a class was last made at a facility is found by an index (A2A 5.19)."""

from __future__ import annotations

from alembic import op

revision = "0018_pauses"
down_revision = "0017_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_allocation_made", "allocation", ["facility_id", "process_class", "ends"])
