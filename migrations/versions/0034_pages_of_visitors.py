"""An index of passes as they were issued, by event: the list of visitors is read a page at a time."""

from alembic import op

revision = "0034"
down_revision = "0027"
branch_labels = None
depends_on = None

NAME = "ix_passes_event_id_id"


def upgrade() -> None:
    op.create_index(NAME, "passes", ["event_id", "id"])


def downgrade() -> None:
    op.drop_index(NAME, "passes")
