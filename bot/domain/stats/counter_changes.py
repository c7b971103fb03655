"""Adds the changes of the counters up: what triggers and corrections have appended goes into the kept sums."""

from collections.abc import Iterable, Iterator

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.models import Figure, FigureChange
from bot.domain.stats import metrics as facts
from bot.domain.stats.counters import CHANGE_COLUMNS, as_change
from bot.domain.stats.metrics import CounterChange, CounterKey, Totals
from bot.domain.upserts import insert

BATCH_SIZE = 500
"""Changes folded in one transaction, 20 ms of work where no two are alike: SQLite has no other writer meanwhile."""
MANY_FOLDED = 1_000
"""Changes folded in one go after which PostgreSQL clears their rows away at once: until it does, every reading passes
over all of them (half a million took 73 ms), and by itself it does so once a minute.
"""


def fold(database: Database, limit: int = BATCH_SIZE) -> int:
    """Move changes into the sums; how many. Two at once take different ones."""
    with database.write() as db:
        first = select(FigureChange.id).order_by(FigureChange.id).limit(limit).with_for_update(skip_locked=True)
        taking = delete(FigureChange).where(FigureChange.id.in_(first)).returning(*CHANGE_COLUMNS)
        taken = [as_change(row) for row in db.execute(taking.execution_options(synchronize_session=False))]
        _add(db, facts.totals(taken))
    return len(taken)


def fold_all(database: Database) -> Iterator[int]:
    """Fold until nothing is left; the size of each batch."""
    number = 0
    while folded := fold(database):
        number += folded
        yield folded
    if number >= MANY_FOLDED and not database.is_sqlite:
        with database.change() as connection:
            # Nobody is waited for, and the file is not shortened, for which writers would have to wait.
            connection.exec_driver_sql(f"VACUUM (SKIP_LOCKED, TRUNCATE FALSE) {FigureChange.__tablename__}")


def append(db: Session, changes: Iterable[CounterChange]) -> None:
    """Append changes, as the triggers do."""
    if rows := [change._asdict() for change in changes]:
        db.execute(insert(db, FigureChange), rows)


def _add(db: Session, amounts: Totals) -> None:
    """Add to the sums, in one order for all: two who fold then never wait for each other in a circle."""
    rows = [{**key._asdict(), **amount._asdict()} for key, amount in sorted(amounts.items())]
    if not rows:
        return
    adding = insert(db, Figure)
    more = {
        "people": Figure.people + adding.excluded.people,
        "times": Figure.times + adding.excluded.times,
    }
    db.execute(adding.on_conflict_do_update(index_elements=list(CounterKey._fields), set_=more), rows)
