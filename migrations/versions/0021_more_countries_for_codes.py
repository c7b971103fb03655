"""countries whose phones get codes by SMS, that an event adds to those of the settings."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Code of the release before inserts without the column while this runs.
    op.add_column("events", sa.Column("otp_countries", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("events", "otp_countries")
