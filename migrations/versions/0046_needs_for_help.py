"""The few registrations of an event of which somebody needs help, found among all: the dashboard counts them."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_registrations_needs",
        "registrations",
        ["event_id"],
        sqlite_where=sa.text("json_extract(answers, '$.access_needs') IS NOT NULL"),
        postgresql_where=sa.text("(answers ->> 'access_needs') IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_registrations_needs", "registrations")
