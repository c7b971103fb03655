"""the questions that an event asked once, for the columns of its exports; and the event day of an export.

An event gets the names of all questions to which its registrations have answers and which it does not ask now.
"""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

EVENTS = sa.table("events", sa.column("id"), sa.column("questions", sa.JSON), sa.column("former_questions", sa.JSON))
ANSWERED = {
    "sqlite": "SELECT DISTINCT r.event_id, one.key AS name FROM registrations r, json_each(r.answers) one",
    "postgresql": "SELECT DISTINCT r.event_id, one.name FROM registrations r, json_object_keys(r.answers) AS one(name)",
}


def upgrade() -> None:
    op.add_column("events", sa.Column("former_questions", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("exports", sa.Column("event_day", sa.Date(), nullable=True))
    database = op.get_bind()
    answered: defaultdict[int, set[str]] = defaultdict(set)
    for event_id, name in database.execute(sa.text(ANSWERED[database.dialect.name])).all():
        answered[event_id].add(name)
    for row in database.execute(sa.select(EVENTS.c.id, EVENTS.c.questions)).all():
        names = sorted(answered[row.id] - {question["name"] for question in row.questions})
        if names:
            _set(database, row.id, names)


def downgrade() -> None:
    op.drop_column("exports", "event_day")
    op.drop_column("events", "former_questions")


def _set(database: Any, event_id: int, names: list[str]) -> None:
    database.execute(sa.update(EVENTS).where(EVENTS.c.id == event_id).values(former_questions=names))
