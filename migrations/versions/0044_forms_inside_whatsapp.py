"""to whom an event offers its questions as a form inside WhatsApp."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("form", sa.String(8), server_default="off", nullable=False))


def downgrade() -> None:
    op.drop_column("events", "form")
