"""Scans that count from their arrival because their scanner's clock cannot be right; scanners paused for guessing."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SCANS = ("checkins", "attempts")


def upgrade() -> None:
    for table in SCANS:
        op.add_column(table, _flag("clock"))
        where: dict[str, Any] = {"sqlite_where": sa.text("clock = 1"), "postgresql_where": sa.text("clock")}
        op.create_index(f"ix_{table}_clock", table, ["event_id", "day"], **where)
    op.add_column("attempts", _flag("guessed"))
    op.create_index("ix_attempts_device_id_arrived_at", "attempts", ["device_id", "arrived_at"])
    op.add_column("devices", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("devices", "paused_until")
    op.drop_index("ix_attempts_device_id_arrived_at", "attempts")
    op.drop_column("attempts", "guessed")
    for table in SCANS:
        op.drop_index(f"ix_{table}_clock", table)
        op.drop_column(table, "clock")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
