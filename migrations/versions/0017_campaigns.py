"""How long a campaign of a process class may last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_campaigns"
down_revision = "0016_segregation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("process_class", sa.Column("campaign_days", sa.Integer(), nullable=True))
