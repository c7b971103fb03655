"""Folded words of names, by whose beginnings people are found; of all registrations that there are."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from flows.understanding import fold_names

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BATCH = 2_000
REGISTRATIONS = sa.table("registrations", *(sa.column(name) for name in ("id", "event_id", "full_name")))


def upgrade() -> None:
    word = sa.String(80).with_variant(sa.String(80, "C"), "postgresql")
    table = op.create_table(
        "name_words",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("word", word, nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_name_words_event_id_events"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name="fk_name_words_registration_id_registrations"
        ),
        sa.PrimaryKeyConstraint("event_id", "word", "registration_id", name="pk_name_words"),
    )
    for rows in _batches():
        words = [
            {"event_id": row.event_id, "word": word, "registration_id": row.id}
            for row in rows
            for word in fold_names.words(row.full_name)
        ]
        if words:
            op.get_bind().execute(sa.insert(table), words)
    op.create_index("ix_name_words_registration_id", "name_words", ["registration_id"])


def downgrade() -> None:
    op.drop_table("name_words")


def _batches() -> Iterator[list[sa.Row[tuple[int, int, str]]]]:
    last = 0
    some = sa.select(REGISTRATIONS).order_by(REGISTRATIONS.c.id).limit(BATCH)
    while rows := op.get_bind().execute(some.where(REGISTRATIONS.c.id > last)).all():
        yield list(rows)
        last = rows[-1].id
