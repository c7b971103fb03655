"""Records an act: whatever the block changes goes to the audit log in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.audit import row_diff
from bot.domain.audit.row_diff import RowChanges
from bot.domain.models import AuditEntry, Event

FACTS_KEY = "about the act"
"""Where a session keeps what was told of its act."""


@contextmanager
def audited(
    db: Session, what: str, *, now: datetime, actor: str = "", staff_id: int | None = None, slug: str | None = None
) -> Iterator[None]:
    """Do something under this name of bot.domain.audit; leaves one entry for each event that it changed.

    An entry has `changes`: for each row its `table`, `id`, `before` and `after` (None: it was not there), and
    `of`, by which people know it; where there are very many also `more`, how many by table. `slug` is the
    event where nothing may have changed. What the block itself notes under the same name is completed
    instead. After an exception nothing is kept.
    """
    db.info[FACTS_KEY] = {}
    with row_diff.track_changes(db) as changes:
        yield
        db.flush()
    about = db.info.pop(FACTS_KEY)
    by_event = _by_event(db, changes)
    own = next((entry for entry in changes.entries if entry.what == what), None)
    if own is not None:
        by_event.setdefault(own.event_id, [])
    if not by_event:
        by_event[about.pop("event_id", None) or _event_id(db, slug)] = []
    for event_id, told in by_event.items():
        whole = {**about, "changes": told, **({"more": dict(changes.more)} if changes.more else {})}
        if own is not None and own.event_id == event_id:
            _complete(own, whole, actor)
        else:
            audit.record(db, what, now=now, event_id=event_id, staff_id=staff_id, actor=actor, about=whole)


def add_facts(db: Session, *, event_id: int | None = None, **facts: Any) -> None:
    """Say of the session's act what its changes do not: ids and codes of ours, nothing personal."""
    if FACTS_KEY in db.info:
        db.info[FACTS_KEY].update(facts, **({"event_id": event_id} if event_id else {}))


def _by_event(db: Session, changes: RowChanges) -> dict[int | None, list[dict[str, Any]]]:
    found: dict[int | None, list[dict[str, Any]]] = {}
    for event_id, change in changes.to_entries(db):
        found.setdefault(event_id, []).append(change)
    loose = found.pop(None, [])
    if loose:  # rows that name no event, such as deliveries, go with the one event that the others name
        only = next(iter(found)) if len(found) == 1 else None
        found.setdefault(only, []).extend(loose)
    return found


def _complete(entry: AuditEntry, about: dict[str, Any], actor: str) -> None:
    entry.about = {**entry.about, **about}
    entry.actor = entry.actor or ("" if entry.staff_id else actor)


def _event_id(db: Session, slug: str | None) -> int | None:
    return db.scalar(select(Event.id).where(Event.slug == slug.strip().lower())) if slug else None
