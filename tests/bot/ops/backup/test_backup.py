"""What a backup says of itself, what it refuses, and what is left where something breaks off."""

import json
import os
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.database import Database
from bot.domain.keys import KeyRing
from bot.domain.models import AuditEntry, Pass
from bot.errors import NotReady
from bot.ops import backup
from bot.ops.backup import encryption, manifest, postgres_tools
from bot.ops.backup.manifest import Manifest
from bot.settings import Settings
from tests.bot.domain.builders import SECRET
from tests.bot.ops.backup.conftest import OPENED, Fair

PASSPHRASE = "quiet river under stones"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "SCRYPT_COST", 2)


@pytest.fixture
def backup_folder(tmp_path: Path) -> Path:
    return tmp_path / "backups/first"


def restored(folder: Path, settings: Settings, passphrase: str = "") -> None:
    backup.restore(folder, settings, now=OPENED, actor="Asha", passphrase=passphrase)


@pytest.mark.usefixtures("cheap")
def test_an_encrypted_one_brings_its_secret_to_an_empty_machine(
    saved_fair: Fair, backup_folder: Path, empty_place: Settings, tmp_path: Path
) -> None:
    _, token = saved_fair.register(saved_fair.ring)
    backup.make(saved_fair.database, saved_fair.settings, backup_folder, passphrase=PASSPHRASE, with_secret=True)
    clear = b"".join(file.read_bytes() for file in backup_folder.iterdir())
    assert b"Asha Verma" not in clear
    assert SECRET.encode() not in clear
    assert {file.stat().st_mode & 0o077 for file in backup_folder.iterdir() if file.name != "manifest.json"} == {0}
    with pytest.raises(NotReady, match="passphrase"):
        backup.verify(backup_folder, "another one of the kind")
    assert backup.verify(backup_folder).opens(SECRET)
    assert backup.verify(backup_folder, PASSPHRASE).rows["passes"] == 1
    bare = empty_place.model_copy(update={"secret_key": ""})
    with pytest.raises(NotReady, match="SECRET_KEY"):
        restored(backup_folder, bare)
    restored(backup_folder, bare, PASSPHRASE)
    assert (bare.var_dir / "secret_key").read_text() == SECRET
    with closing(Database(empty_place.database)) as database:
        assert Fair(database, empty_place, saved_fair.redis).scan(token) == "admitted"
        with database.read() as db:
            told = db.scalars(select(AuditEntry).where(AuditEntry.what == "database_restored")).one()
    assert (told.actor, told.about["sending"]) == ("Asha", False)


@pytest.mark.usefixtures("cheap")
def test_the_manifest_says_how_much_there_is_and_nothing_of_anybody(saved_fair: Fair, backup_folder: Path) -> None:
    saved_fair.register(saved_fair.ring)
    made = backup.make(saved_fair.database, saved_fair.settings, backup_folder)
    text = (backup_folder / "manifest.json").read_text()
    assert Manifest.read(backup_folder) == made
    assert (made.rows["passes"], made.rows["events"], made.has_secret) == (1, 1, False)
    assert not any(word in text for word in ("Asha", "+9198", SECRET))
    assert made.opens(SECRET)
    assert not made.opens("another secret of 16")


@pytest.mark.usefixtures("cheap")
def test_only_an_encrypted_one_takes_the_secret(saved_fair: Fair, backup_folder: Path) -> None:
    with pytest.raises(NotReady, match="passphrase"):
        backup.make(saved_fair.database, saved_fair.settings, backup_folder, with_secret=True)
    with pytest.raises(NotReady, match="12 characters"):
        backup.make(saved_fair.database, saved_fair.settings, backup_folder, passphrase="short")
    assert not backup_folder.exists()


@pytest.mark.usefixtures("cheap")
def test_one_that_breaks_off_leaves_nothing(
    saved_fair: Fair, backup_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(manifest, "digest", full)
        with pytest.raises(NotReady, match="No space left"):
            backup.make(saved_fair.database, saved_fair.settings, backup_folder)
    assert list(backup_folder.parent.iterdir()) == []
    backup.make(saved_fair.database, saved_fair.settings, backup_folder)
    with pytest.raises(NotReady, match="there already"):
        backup.make(saved_fair.database, saved_fair.settings, backup_folder)


@pytest.mark.usefixtures("cheap")
def test_a_damaged_one_is_told_and_not_restored(saved_fair: Fair, backup_folder: Path, empty_place: Settings) -> None:
    made = backup.make(saved_fair.database, saved_fair.settings, backup_folder)
    file = backup_folder / made.file
    with file.open("r+b") as damaged:
        damaged.seek(-5, os.SEEK_END)
        damaged.write(b"?????")
    for act in (lambda: backup.verify(backup_folder), lambda: restored(backup_folder, empty_place)):
        with pytest.raises(NotReady, match="not as it was written"):
            act()
    told = json.loads((backup_folder / "manifest.json").read_text())
    (backup_folder / "manifest.json").write_text(json.dumps({**told, "format": 99}))
    with pytest.raises(NotReady, match="format 99"):
        backup.verify(backup_folder)


@pytest.mark.usefixtures("cheap")
def test_rows_that_are_missing_are_told(saved_fair: Fair, backup_folder: Path) -> None:
    saved_fair.register(saved_fair.ring)
    backup.make(saved_fair.database, saved_fair.settings, backup_folder)
    told = json.loads((backup_folder / "manifest.json").read_text())
    told["rows"]["passes"] += 1
    (backup_folder / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(NotReady, match="rows that the manifest names: passes"):
        backup.verify(backup_folder)


@pytest.mark.usefixtures("cheap")
def test_it_is_restored_only_with_its_own_secret_and_where_nothing_is(
    saved_fair: Fair, backup_folder: Path, empty_place: Settings
) -> None:
    KeyRing.open(saved_fair.database, SECRET)
    backup.make(saved_fair.database, saved_fair.settings, backup_folder)
    with pytest.raises(NotReady, match="SECRET_KEY"):
        restored(backup_folder, empty_place.model_copy(update={"secret_key": "another secret of 16"}))
    with pytest.raises(NotReady, match=r"already"):
        restored(backup_folder, saved_fair.settings)
    told = json.loads((backup_folder / "manifest.json").read_text())
    (backup_folder / "manifest.json").write_text(json.dumps({**told, "migration": "9999"}))
    with pytest.raises(NotReady, match="newer code"):
        restored(backup_folder, empty_place)
    assert not empty_place.var_dir.exists()
    with saved_fair.database.read() as db:
        assert db.scalar(select(func.count()).select_from(Pass)) == 0


def test_tools_that_are_missing_or_old_are_one_line(
    postgres: Database, backup_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(database_url=postgres.url, secret_key=SECRET)
    for version, told in (("", "none is on the PATH"), ("pg_dump (PostgreSQL) 9.6.1", "found: 9")):
        tools = tmp_path / f"tools-{version[-3:]}"
        tools.mkdir()
        if version:
            (tools / "pg_dump").write_text(f"#!/bin/sh\necho '{version}'\n")
            (tools / "pg_dump").chmod(0o755)
        monkeypatch.setenv("PATH", str(tools))
        with pytest.raises(NotReady, match=told) as no:
            backup.make(postgres, settings, backup_folder)
        assert len(str(no.value).splitlines()) == 1
        assert not backup_folder.exists()


def test_the_password_is_in_no_argument() -> None:
    address, environment = postgres_tools.target(
        "postgresql+psycopg://asha:secret%20word@db.example:5433/fair?sslmode=require"
    )
    assert address == "postgresql://asha@db.example:5433/fair?sslmode=require"
    assert environment["PGPASSWORD"] == "secret word"


def test_a_program_that_complains_at_length_stops_nobody() -> None:
    much = "import sys; sys.stderr.write('why\\n' * 50_000); print('rows')"
    with postgres_tools.reading([sys.executable, "-c", much]) as stream:
        assert stream.read() == b"rows\n"
    with (
        pytest.raises(NotReady, match="why"),
        postgres_tools.reading([sys.executable, "-c", f"{much}; sys.exit(1)"]) as stream,
    ):
        stream.read()
