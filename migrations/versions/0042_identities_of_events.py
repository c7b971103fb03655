"""what an event is known by at sight: its colour, its logo and its header picture."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("colour", sa.String(7), server_default="", nullable=False))
    op.add_column("events", sa.Column("logo", sa.String(16), server_default="", nullable=False))
    op.add_column("events", sa.Column("header", sa.String(16), server_default="", nullable=False))
    op.create_table(
        "event_pictures",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(16), nullable=False),
        sa.Column("mime", sa.String(20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_event_pictures_event_id_events", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "kind", name="pk_event_pictures"),
    )


def downgrade() -> None:
    op.drop_table("event_pictures")
    op.drop_column("events", "header")
    op.drop_column("events", "logo")
    op.drop_column("events", "colour")
