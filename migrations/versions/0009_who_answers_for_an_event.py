"""who answers for an event, what for its data are asked, and how long they are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXTS = {"organiser": 120, "purpose": 300, "complaints": 200}


def upgrade() -> None:
    for name, longest in TEXTS.items():
        op.add_column("events", sa.Column(name, sa.String(length=longest), server_default="", nullable=False))
    op.add_column("events", sa.Column("retention_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("events") as table:
        for name in (*TEXTS, "retention_days"):
            table.drop_column(name)
