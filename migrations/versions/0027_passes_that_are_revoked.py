"""The few revoked passes of a day, found among a hundred thousand: scanners ask for them every few seconds."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

REVOKED = sa.text("status = 'revoked'")


def upgrade() -> None:
    op.create_index("ix_passes_revoked", "passes", ["event_id", "day"], sqlite_where=REVOKED, postgresql_where=REVOKED)


def downgrade() -> None:
    op.drop_index("ix_passes_revoked", "passes")
