"""Pages that are read without sorting more than they show: an event's acts in their order, and its passes by day."""

from alembic import op

revision = "0047"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_event_id_id", "audit", ["event_id", "id"])
    op.create_index("ix_passes_event_id_day_id", "passes", ["event_id", "day", "id"])
    op.drop_index("ix_passes_event_id_day", "passes")


def downgrade() -> None:
    op.create_index("ix_passes_event_id_day", "passes", ["event_id", "day"])
    op.drop_index("ix_passes_event_id_day_id", "passes")
    op.drop_index("ix_audit_event_id_id", "audit")
