"""whose turn it was, and what is still to be done where somebody was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turns", sa.Column("address", sa.String(length=210), nullable=True))
    op.create_index("ix_turns_address", "turns", ["address"])
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_not_before", "erasures", ["not_before"])


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_index("ix_turns_address", table_name="turns")
    with op.batch_alter_table("turns") as table:
        table.drop_column("address")
