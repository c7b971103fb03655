"""Making the templates that questions need, and removing those that nothing uses any more."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.cards import PREFIX, Shape, definition, digest
from bot.delivery.content import Content, Kept
from bot.domain.models import ContentTemplate

KEPT = timedelta(days=2)
"""A template that has been replaced stays so long: a process may still send with it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was done about one template: `made`, `found` (Twilio had it), `replaced` or `removed`."""

    done: str
    name: str


def sync(database: Database, content: Content, wanted: Collection[str], now: datetime) -> list[Change]:
    """Bring Twilio's templates and our table to what these shapes need; doing it twice changes nothing.

    A template whose content has changed is made anew under a name of its own, and the old one removed
    when it has been out of use for KEPT. Templates of the account that are not ours are left alone.
    Raises SendFailed; what was done until then stays and the next run goes on from it.
    """
    theirs = {kept.name: kept for kept in content.listed() if kept.name.startswith(PREFIX)}
    changes = [change for name in sorted(wanted) for change in _see_to(database, content, name, theirs, now)]
    with database.write() as db:
        _note_approvals(db, theirs)
    return [*changes, *_clear(database, content, now)]


def _see_to(
    database: Database, content: Content, shape: str, theirs: dict[str, Kept], now: datetime
) -> Iterable[Change]:
    read = Shape.read(shape)
    if read is None:
        return
    made = definition(read)
    name = str(made["friendly_name"])
    with database.read() as db:
        row = db.get(ContentTemplate, name)
    if row is not None and row.replaced_at is None and name in theirs and theirs[name].sid == row.sid:
        return
    there = theirs.get(name)
    sid = there.sid if there else content.make(made)
    theirs.setdefault(name, Kept(sid, name, str(made["language"]), "unsubmitted"))
    with database.write() as db:
        replaced = _replace(db, shape, name, now)
        db.merge(_row(theirs[name], shape, digest(made), now))
    yield from (Change("replaced", old) for old in replaced)
    yield Change("found" if there else "made", name)


def _row(kept: Kept, shape: str, content_hash: str, now: datetime) -> ContentTemplate:
    return ContentTemplate(
        name=kept.name,
        shape=shape,
        language=kept.language,
        sid=kept.sid,
        content_hash=content_hash,
        approval=kept.approval,
        created_at=now,
        replaced_at=None,
        refused_at=None,
        refused_code=None,
    )


def _replace(db: Session, shape: str, name: str, now: datetime) -> list[str]:
    """Put the shape's other templates out of use; their names."""
    others = select(ContentTemplate).where(
        ContentTemplate.shape == shape, ContentTemplate.name != name, ContentTemplate.replaced_at.is_(None)
    )
    gone = list(db.scalars(others))
    for old in gone:
        old.replaced_at = now
    return [old.name for old in gone]


def _note_approvals(db: Session, theirs: dict[str, Kept]) -> None:
    """Note what Twilio says of each; one that Twilio has no more goes out of our table."""
    for row in db.scalars(select(ContentTemplate)):
        if row.name in theirs:
            row.approval = theirs[row.name].approval
        else:
            db.delete(row)


def _clear(database: Database, content: Content, now: datetime) -> Iterable[Change]:
    """Remove what was replaced long enough ago."""
    with database.read() as db:
        old = list(db.scalars(select(ContentTemplate).where(ContentTemplate.replaced_at <= now - KEPT)))
    for row in old:
        content.remove(row.sid)
        with database.write() as db:
            db.delete(db.get_one(ContentTemplate, row.name))
        yield Change("removed", row.name)


def remove_all(database: Database, content: Content) -> list[Change]:
    """Remove every template of ours: questions go as numbered text again. Raises SendFailed."""
    with database.read() as db:
        rows = listed(db)
    for row in rows:
        content.remove(row.sid)
        with database.write() as db:
            db.delete(db.get_one(ContentTemplate, row.name))
    return [Change("removed", row.name) for row in rows]


def listed(db: Session) -> list[ContentTemplate]:
    """Our table, by shape and age."""
    return list(db.scalars(select(ContentTemplate).order_by(ContentTemplate.shape, ContentTemplate.created_at)))
