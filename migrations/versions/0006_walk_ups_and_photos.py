"""walk-ups and photos."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NO_MORE = "capacity IS NULL OR taken <= capacity"
NO_MORE_BUT = "capacity IS NULL OR taken <= capacity + beyond"


def _key(column: str, table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_walkups_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    # Nothing refers to a day, so that SQLite may make the table anew.
    with op.batch_alter_table("event_days") as days:
        days.add_column(sa.Column("beyond", sa.Integer(), nullable=False, server_default="0"))
        days.drop_constraint(op.f("ck_event_days_capacity"), type_="check")
        days.create_check_constraint(op.f("ck_event_days_capacity"), NO_MORE_BUT)
    op.create_table(
        "walkups",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=80), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("gate_id", sa.Integer(), nullable=True),
        _key("registration_id", "registrations", "CASCADE"),
        _key("event_id", "events", "CASCADE"),
        _key("staff_id", "staff", "SET NULL"),
        _key("device_id", "devices", "SET NULL"),
        _key("gate_id", "gates", "SET NULL"),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_walkups")),
        sa.UniqueConstraint("event_id", "request_id", name=op.f("uq_walkups_event_id_request_id")),
    )
    op.create_index("ix_walkups_staff_id", "walkups", ["staff_id"])
    op.create_table(
        "media_deletions",
        sa.Column("message_sid", sa.String(length=64), nullable=False),
        sa.Column("media_sid", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_sid", "media_sid", name=op.f("pk_media_deletions")),
    )
    op.create_index("ix_media_deletions_not_before", "media_deletions", ["not_before"])


def downgrade() -> None:
    op.drop_index("ix_media_deletions_not_before", table_name="media_deletions")
    op.drop_table("media_deletions")
    op.drop_index("ix_walkups_staff_id", table_name="walkups")
    op.drop_table("walkups")
    op.execute("UPDATE event_days SET capacity = taken WHERE capacity IS NOT NULL AND taken > capacity")
    with op.batch_alter_table("event_days") as days:
        days.drop_constraint(op.f("ck_event_days_capacity"), type_="check")
        days.create_check_constraint(op.f("ck_event_days_capacity"), NO_MORE)
        days.drop_column("beyond")
