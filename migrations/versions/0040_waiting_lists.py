"""that people can wait for a place on a day that is full."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0037"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('waiting', 'offered')")


def upgrade() -> None:
    op.add_column("events", sa.Column("waiting_list", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("event_days", sa.Column("held", sa.Integer(), server_default="0", nullable=False))
    op.add_column("event_days", sa.Column("waiting", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "waiting_entries",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(80), nullable=False),
        sa.Column("sender", sa.String(80), nullable=True),
        sa.Column("full_name", sa.String(80), nullable=False),
        sa.Column("party_size", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.Column("consent_text", sa.String(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_waiting_entries_contact_id_contacts"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_waiting_entries_event_id_events", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_waiting_entries"),
    )
    op.create_index(
        "ix_waiting_entries_open",
        "waiting_entries",
        ["event_id", "day", "id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_waiting_entries_contact_id", "waiting_entries", ["contact_id"])


def downgrade() -> None:
    op.drop_table("waiting_entries")
    op.drop_column("event_days", "waiting")
    op.drop_column("event_days", "held")
    op.drop_column("events", "waiting_list")
