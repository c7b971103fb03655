"""when an event's admins are told the figures of the day, whom, and when that was last done."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_reports",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("staff", sa.JSON(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_daily_reports_event_id_events", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name="pk_daily_reports"),
    )


def downgrade() -> None:
    op.drop_table("daily_reports")
