"""an index of what is owed, by priority and moment: each drain looks for what is due of each priority.

It holds only rows that are still owed, which are few beside those that were sent.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NAME, OWED = "ix_deliveries_owed", sa.text("status = 'owed'")


def upgrade() -> None:
    op.create_index(NAME, "deliveries", ["priority", "not_before", "id"], sqlite_where=OWED, postgresql_where=OWED)


def downgrade() -> None:
    op.drop_index(NAME, "deliveries")
