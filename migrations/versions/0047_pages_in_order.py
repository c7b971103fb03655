"""Pages that are read without sorting more than they show: an event's acts in their order, and its passes by day.

Two million passes take seconds: on PostgreSQL the indexes are made while others go on writing, outside any transaction.
A try that was broken off has left an index that is not used (`invalid`), so each begins anew.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic import op

revision = "0047"
down_revision = "0042"
branch_labels = None
depends_on = None

TRANSACTIONS_TAKE = "300s"
"""For how long those that had begun before are waited for. Meanwhile nobody waits behind this."""


def upgrade() -> None:
    with _while_others_write():
        _make("ix_audit_event_id_id", "audit", ["event_id", "id"])
        _make("ix_passes_event_id_day_id", "passes", ["event_id", "day", "id"])
        _drop("ix_passes_event_id_day", "passes")


def downgrade() -> None:
    with _while_others_write():
        _make("ix_passes_event_id_day", "passes", ["event_id", "day"])
        _drop("ix_passes_event_id_day_id", "passes")
        _drop("ix_audit_event_id_id", "audit")


@contextmanager
def _while_others_write() -> Iterator[None]:
    if op.get_bind().dialect.name == "sqlite":
        yield
        return
    with op.get_context().autocommit_block():
        before = op.get_bind().exec_driver_sql("SHOW lock_timeout").scalar_one()
        op.execute(f"SET lock_timeout = '{TRANSACTIONS_TAKE}'")
        try:
            yield
        finally:
            op.execute(f"SET lock_timeout = '{before}'")


def _make(name: str, table: str, columns: Sequence[str]) -> None:
    _drop(name, table)
    op.create_index(name, table, columns, postgresql_concurrently=True)


def _drop(name: str, table: str) -> None:
    op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
