"""what an admin has ticked of the list before an event, and since when a kind of pass is no longer given out."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("setup_ticks", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("kinds", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("kinds", "retired_at")
    op.drop_column("events", "setup_ticks")
