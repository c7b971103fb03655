"""Exports that the server keeps: one at a time for each maker, whole or not there, gone when somebody is erased."""

import os
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.database import Database
from bot.domain import events, people, stored_work
from bot.domain.exports import requests as export_requests
from bot.domain.exports import stored as stored_exports
from bot.domain.exports.requests import ExportRequest
from bot.domain.exports.stored import EXPORTS
from bot.domain.keys import KeyRing
from bot.domain.models import Event, Export, ExportChunk
from bot.domain.passes import registration as registrations
from bot.domain.privacy import erasure, retention
from bot.jobs import export_process, work_process
from bot.timeouts import EXPORT_HEARTBEAT_TIMEOUT, MAX_EXPORT_TRIES
from tests.bot.domain.builders import DAY, NOW, refused
from tests.bot.domain.builders import asking as a_wish

GITA = "+919812345699"
VISITORS = ExportRequest("visitors", "jsonl")


@pytest.fixture
def wanted_export(database: Database, ring: KeyRing) -> int:
    """An export of the fair's visitors that waits: Asha, and Gita, whom Asha registered."""
    with database.write() as db:
        events.create(db, slug="fair", name="Book Fair", starts_on=DAY, ends_on=DAY + timedelta(days=3), now=NOW)
        events.open_event(db, "fair")
        asha = people.find_or_make(db, phone="+919812345678", now=NOW)
        registrations.register(db, ring, **a_wish(asha, full_name="Asha Verma"))
        registrations.register(db, ring, **a_wish(asha, full_name="Gita Rao", phone=GITA))
        return start(db)


def start(db: Any, once: str = "one", wish: ExportRequest = VISITORS) -> int:
    return export_requests.start(db, "fair", wish, once=once, staff_id=None, now=NOW).id


def made(database: Database, number: int, folder: Path) -> bool:
    folder.mkdir(exist_ok=True)
    return export_process.make(database, number, folder, lambda: NOW, threading.Event())


def row(database: Database, number: int) -> Export:
    with database.read() as db:
        return db.get_one(Export, number)


def chunks(database: Database) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(ExportChunk)) or 0


def test_what_is_kept_is_the_file(
    database: Database, wanted_export: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_work, "CHUNK_BYTES", 100)
    assert made(database, wanted_export, tmp_path)
    one = row(database, wanted_export)
    whole = b"".join(stored_exports.chunks(database, wanted_export, one.size))
    assert (one.status, one.rows, one.total, len(whole)) == ("ready", 2, 2, one.size)
    assert [name in whole.decode() for name in ("Asha Verma", "Gita Rao", "noise")] == [True, True, False]
    assert not made(database, wanted_export, tmp_path)  # nobody makes it twice
    with database.write() as db:
        assert stored_exports.expired_exports(db, NOW + timedelta(hours=23)) == []
        stored_exports.purge(db, stored_exports.expired_exports(db, NOW + timedelta(hours=25)))
    assert chunks(database) == 0
    with pytest.raises(LookupError):
        list(stored_exports.chunks(database, wanted_export, one.size))


def test_one_form_makes_one_and_an_event_has_few(database: Database, wanted_export: int) -> None:
    with database.write() as db:
        assert start(db) == wanted_export
        for number in range(export_requests.MAX_PENDING_EXPORTS - 1):
            start(db, f"more {number}")
        with refused("too_many_exports"):
            start(db, "too many")
        for wish, code in (
            (ExportRequest("people", "csv"), "no_such_table"),
            (ExportRequest("visitors", "pdf"), "no_such_format"),
            (ExportRequest("visitors", "csv", ("colour",)), "no_such_column"),
        ):
            with refused(code):
                start(db, "wrong", wish)


def test_who_falls_silent_is_followed_by_another(database: Database, wanted_export: int) -> None:
    later = NOW + EXPORT_HEARTBEAT_TIMEOUT + timedelta(seconds=1)
    with database.write() as db:
        first = stored_exports.claim(db, wanted_export, NOW) or ""
        assert stored_exports.store_chunk(db, wanted_export, first, 0, b"half", NOW)
    with database.write() as db:
        assert (stored_exports.claim(db, wanted_export, NOW), EXPORTS.waiting(db, NOW)) == (None, [])
        assert EXPORTS.waiting(db, later) == [wanted_export]
        second = stored_exports.claim(db, wanted_export, later) or ""
        assert not stored_exports.store_chunk(db, wanted_export, first, 1, b"old", later)
        assert not EXPORTS.finish(db, wanted_export, first, later, rows=1, size=4)
    assert chunks(database) == 0
    for _ in range(MAX_EXPORT_TRIES):
        later += EXPORT_HEARTBEAT_TIMEOUT * 2
        with database.write() as db:
            second = stored_exports.claim(db, wanted_export, later) or second
    assert (row(database, wanted_export).status, row(database, wanted_export).reason) == ("failed", "gave_up")


def test_what_is_told_to_stop_gives_it_back(
    database: Database, wanted_export: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    stop.set()
    assert not export_process.make(database, wanted_export, tmp_path, lambda: NOW, stop)
    assert (row(database, wanted_export).status, row(database, wanted_export).attempts) == ("waiting", 0)
    full = tmp_path / "no-such-folder"
    assert not export_process.make(database, wanted_export, full, lambda: NOW, threading.Event())
    assert (row(database, wanted_export).status, row(database, wanted_export).reason) == ("failed", "disk")
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    for process in ("999999999", str(os.getpid())):
        (tmp_path / f"{work_process.FOLDER_PREFIX}{process}").mkdir()
    work_process.clear_up()
    assert [one.name for one in tmp_path.glob(f"{work_process.FOLDER_PREFIX}*")] == [
        f"{work_process.FOLDER_PREFIX}{os.getpid()}"
    ]


@pytest.mark.parametrize("which", ["holder", "asker", "purged"])
def test_erasing_takes_the_files_of_their_events(
    database: Database, wanted_export: int, tmp_path: Path, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the one that is just being made, which then keeps nothing."""
    assert made(database, wanted_export, tmp_path)
    with database.write() as db:
        other = export_requests.start(
            db, "noise-one", ExportRequest("visitors", "csv"), once="x", staff_id=None, now=NOW
        ).id
        being_made, waits = start(db, "two"), start(db, "three")
    assert made(database, other, tmp_path)
    before = chunks(database)
    wrote = export_process._written

    def erased_meanwhile(one: work_process.WorkRun, folder: Path) -> Path:
        path = wrote(one, folder)
        _erase(database, which)
        return path

    monkeypatch.setattr(export_process, "_written", erased_meanwhile)
    assert not made(database, being_made, tmp_path)
    found = [row(database, number).status for number in (wanted_export, being_made, waits, other)]
    assert found == ["erased", "erased", "waiting", "ready"]
    assert (before, chunks(database)) == (2, 1)


def _erase(database: Database, which: str) -> None:
    with database.write() as db:
        if which != "purged":
            who = erasure.by_name(db, phone=GITA if which == "holder" else "+919812345678")
            erasure.erase(db, who, NOW, even_today=True, actor="test")
            return
        fair = db.scalars(select(Event.id).where(Event.slug == "fair")).one()
    assert list(retention.purge(database, [fair], NOW, "test"))


def test_who_begins_while_somebody_is_erased_waits_and_reads_without_them(
    database: Database, wanted_export: int, tmp_path: Path
) -> None:
    """The erasing is not committed yet when the maker comes: what it makes must not hold the name."""
    result: list[bool] = []
    maker = threading.Thread(target=lambda: result.append(made(database, wanted_export, tmp_path)))
    with database.write() as db:
        erasure.erase(db, erasure.by_name(db, phone=GITA), NOW, even_today=True, actor="test")
        maker.start()
        maker.join(0.3)
        assert maker.is_alive()
    maker.join(20)
    whole = b"".join(stored_exports.chunks(database, wanted_export, row(database, wanted_export).size)).decode()
    assert (result, "Asha Verma" in whole, "Gita Rao" in whole, GITA in whole) == ([True], True, False, False)
