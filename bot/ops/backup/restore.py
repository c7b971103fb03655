"""Restores a backup: into a database that is not there yet, and with a hold on sending."""

import os
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from bot.database import Database
from bot.delivery.outbox import hold
from bot.domain import audit
from bot.domain.models import Base
from bot.domain.models.base import Numbered
from bot.errors import NotReady
from bot.ops import migrations
from bot.ops.backup import postgres_copy, sqlite_copy
from bot.ops.backup.manifest import Manifest
from bot.ops.backup.verify import compare, pieces, secret_of, whole
from bot.secret_key import SECRET_FILE
from bot.settings import Settings

NUMBER_GAP = 1_000_000
"""By so many the numbers of new rows are higher. Passes and messages that were made after the copy are lost with their
numbers, and their QR codes and Twilio's news of them must not be taken for those of others."""
SMALL_NUMBERS = frozenset({"events", "gates", "kinds", "signing_keys", "send_holds"})
"""Tables with few rows, whose numbers have one or two bytes in a pass's token."""


def restore(
    folder: Path, settings: Settings, *, now: datetime, actor: str, passphrase: str = "", send: bool = False
) -> Manifest:
    """Restore a backup into the database of the settings, which must not be there yet (PostgreSQL: be empty).

    Workers send nothing from it until the hold is lifted, unless `send`. Raises NotReady where something is wrong with
    the backup, the place or SECRET_KEY.
    """
    manifest = Manifest.read(folder)
    whole(folder, manifest)
    if manifest.migration not in migrations.known():
        raise NotReady(f"the backup was made by newer code ({manifest.version}): restore it with that")
    kind = "sqlite" if settings.database.startswith("sqlite") else "postgresql"
    if manifest.database != kind:
        raise NotReady(f"DATABASE_URL: is {kind}, and the backup is of {manifest.database}")
    brought = secret_of(folder, manifest, passphrase) if passphrase else ""
    if not manifest.opens(settings.secret_key or brought):
        raise NotReady("SECRET_KEY: must be the one of when the backup was made; its pass keys open with no other")
    copied = _Copy(folder, manifest, passphrase, now, actor, send)
    (_into_sqlite if kind == "sqlite" else _into_postgres)(copied, settings)
    if not settings.secret_key:
        _keep_secret(settings.var_dir, brought)
    return manifest


@dataclass(frozen=True, slots=True)
class _Copy:
    """A backup that may be restored."""

    folder: Path
    manifest: Manifest
    passphrase: str = field(repr=False)
    now: datetime
    actor: str
    send: bool

    def write(self, target: IO[bytes]) -> None:
        """Write it in clear."""
        for piece in pieces(self.folder, self.manifest, self.passphrase):
            target.write(piece)


def _into_sqlite(copied: _Copy, settings: Settings) -> None:
    """Beside its place first, so that a restore which breaks off leaves nothing that could be served."""
    place = sqlite_copy.file_of(settings.database)
    if place.exists():
        raise NotReady(f"{place} is there already: a backup is restored where there is none")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_name(f"{place.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            copied.write(target)
        compare(copied.manifest, sqlite_copy.rows(draft))
        sqlite_copy.skip_numbers(draft, _tables_to_skip(copied.manifest), NUMBER_GAP)
        with closing(Database(f"sqlite:///{draft}")) as database:
            _prepare(database, copied)
        draft.rename(place)
    finally:
        for left in draft.parent.glob(f"{draft.name}*"):
            left.unlink()


def _into_postgres(copied: _Copy, settings: Settings) -> None:
    with closing(Database(settings.database)) as database:
        if not postgres_copy.is_empty(database):
            raise NotReady("DATABASE_URL: the database has tables already: a backup is restored into an empty one")
        with postgres_copy.restoring(database, copied.manifest.dumped_by) as target:
            copied.write(target)
        postgres_copy.skip_numbers(database, _tables_to_skip(copied.manifest), NUMBER_GAP)
        _prepare(database, copied)


def _tables_to_skip(manifest: Manifest) -> frozenset[str]:
    numbered = {mapper.class_.__tablename__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Numbered)}
    return frozenset(numbered & manifest.rows.keys() - SMALL_NUMBERS)


def _prepare(database: Database, copied: _Copy) -> None:
    """Bring it to this code's tables, and see that nothing leaves twice."""
    if migrations.migration_state(database)[1] == migrations.BEHIND:
        migrations.upgrade(database)
    backup_at = copied.manifest.moment
    with database.write() as db:
        owed = hold.doubt_owed(db, backup_at)
        if not copied.send:
            hold.place(db, backup_at, copied.now)
        about = {"backup_at": copied.manifest.made_at, "owed": owed, "sending": copied.send}
        audit.record(db, audit.DATABASE_RESTORED, now=copied.now, actor=copied.actor, about=about)


def _keep_secret(var_dir: Path, secret: str) -> None:
    var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(var_dir / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
        kept.write(secret)
