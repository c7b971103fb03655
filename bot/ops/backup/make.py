"""Makes a backup: the folder appears whole, or not at all."""

import io
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bot import __version__
from bot.database import Database
from bot.errors import NotReady
from bot.ops import checks
from bot.ops.backup import encryption, postgres_copy, sqlite_copy
from bot.ops.backup import manifest as manifests
from bot.ops.backup.manifest import Manifest
from bot.settings import Settings


def make(
    database: Database, settings: Settings, folder: Path, *, passphrase: str = "", with_secret: bool = False
) -> Manifest:
    """Copy the database into a new folder, encrypted where there is a passphrase, while the service goes on.

    Raises NotReady where the folder is there already, PostgreSQL's programs are missing or old, or the disk is full.
    """
    if passphrase:
        encryption.check_passphrase(passphrase)
    elif with_secret:
        raise NotReady("SECRET_KEY goes only into an encrypted backup: give a passphrase too")
    migration = checks.migrations_at_head(database).partition(",")[0]
    if folder.exists():
        raise NotReady(f"{folder} is there already: a backup is made into a new folder")
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700, parents=True)
        made = _fill(draft, database, settings, migration, passphrase, with_secret=with_secret)
        made.write(draft)
        draft.rename(folder)
    except OSError as problem:
        raise NotReady(f"{folder}: cannot be written ({problem.strerror})") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made


def _fill(
    draft: Path, database: Database, settings: Settings, migration: str, passphrase: str, *, with_secret: bool
) -> Manifest:
    kind = "sqlite" if database.is_sqlite else "postgresql"
    file = draft / f"database.{kind}{'.encrypted' if passphrase else ''}"
    made_at = datetime.now(UTC)
    copy = _copy_sqlite if database.is_sqlite else _copy_postgres
    rows, dumped_by = copy(database, file, passphrase)
    if with_secret:
        _write(io.BytesIO(settings.secret_key.encode()), draft / manifests.SECRET_NAME, passphrase)
    salt, check = manifests.secret_check(settings.secret_key)
    return Manifest(
        made_at=made_at.isoformat(),
        version=__version__,
        migration=migration,
        database=kind,
        dumped_by=dumped_by,
        file=file.name,
        encrypted=bool(passphrase),
        size=file.stat().st_size,
        sha256=manifests.digest(file),
        rows=rows,
        has_secret=with_secret,
        secret_salt=salt,
        secret_check=check,
    )


def _copy_sqlite(database: Database, file: Path, passphrase: str) -> tuple[dict[str, int], int]:
    plain = file.with_name("database.plain") if passphrase else file
    os.close(os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    sqlite_copy.copy(database.url, plain)
    rows = sqlite_copy.rows(plain)
    if passphrase:
        with plain.open("rb") as source:
            _write(source, file, passphrase)
        plain.unlink()
    return rows, 0


def _copy_postgres(database: Database, file: Path, passphrase: str) -> tuple[dict[str, int], int]:
    with postgres_copy.dump(database) as (stream, rows, version):
        _write(stream, file, passphrase)
    return rows, version


def _write(source: IO[bytes], file: Path, passphrase: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        if passphrase:
            encryption.encrypt(source, target, passphrase)
        else:
            shutil.copyfileobj(source, target, manifests.READ_BYTES)
