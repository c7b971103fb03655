"""sessions of staff that can be ended."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Code of the release before inserts without the column while this runs.
    op.add_column("staff", sa.Column("session_number", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("staff") as table:
        table.drop_column("session_number")
