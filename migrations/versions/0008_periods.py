"""Find what touches a week by its start: the end alone reads a whole history."""

from alembic import op

revision = "0008_periods"
down_revision = "0007_api"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_allocation_facility", "allocation")
    op.create_index(
        "ix_allocation_period", "allocation", ["facility_id", "occupied_from", "occupied_until"]
    )
