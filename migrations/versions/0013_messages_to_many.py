"""messages to many, and the reminder of an event."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("selection", sa.JSON(), nullable=False),
        sa.Column("wording", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('running', 'paused', 'cancelled', 'done')", name=op.f("ck_broadcasts_status")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_broadcasts_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("key", name=op.f("uq_broadcasts_key")),
    )
    op.create_index("ix_broadcasts_event_id", "broadcasts", ["event_id"])
    op.create_index("ix_broadcasts_ended_at", "broadcasts", ["ended_at"])
    # No tables made anew: they are the largest that there are, and have triggers.
    op.add_column("deliveries", sa.Column("broadcast_id", sa.Integer(), nullable=True))
    op.create_index("ix_deliveries_broadcast_id_status", "deliveries", ["broadcast_id", "status"])
    op.add_column("events", sa.Column("reminder_at", sa.Time(), nullable=True))


def downgrade() -> None:
    op.drop_column("events", "reminder_at")
    op.drop_index("ix_deliveries_broadcast_id_status", table_name="deliveries")
    op.drop_column("deliveries", "broadcast_id")
    op.drop_index("ix_broadcasts_ended_at", table_name="broadcasts")
    op.drop_index("ix_broadcasts_event_id", table_name="broadcasts")
    op.drop_table("broadcasts")
