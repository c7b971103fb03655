"""which row of an organiser's file made a registration."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported_rows",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name="fk_imported_rows_registration_id_registrations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_imported_rows_event_id_events", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("registration_id", name="pk_imported_rows"),
        sa.UniqueConstraint("event_id", "key", name="uq_imported_rows_event_id_key"),
    )


def downgrade() -> None:
    op.drop_table("imported_rows")
