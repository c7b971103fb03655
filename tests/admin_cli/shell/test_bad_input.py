"""What is typed wrongly, or asks for what cannot be: one line, exit code 1, and nothing half done."""

import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import update

from bot.database import Database
from bot.domain import audit, events, people
from bot.domain.models import EventDay

Run = Callable[..., Result]
OF = ("--event", "fair")
ROOM = 64 * 1024
"""Bytes that a file may have where the disk is nearly full."""


@contextmanager
def nearly_full() -> Iterator[None]:
    """A disk without room for a file of more than ROOM, as far as this process is concerned."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A module that is imported for the first time here would leave half of its compiled code to all who come after.
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = False


@pytest.mark.databases("postgres")  # an SQLite file would be full as well
@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_a_full_disk_leaves_the_old_file_and_no_half_of_the_new(
    run: Run, fair_slug: str, database: Database, tmp_path: Path, form: str
) -> None:
    with database.write() as db:
        event_id = events.by_slug(db, fair_slug).id
        for number in range(200):
            story = "".join(chr(0x4E00 + (number * 37 + one * one) % 20000) for one in range(1000))
            audit.record(db, audit.PERSON_VIEWED, now=datetime.now(UTC), event_id=event_id, about={"story": story})
    folder = tmp_path / "out"
    folder.mkdir()
    old = folder / f"audit.{form}"
    old.write_text("the last one")
    with nearly_full():
        full = run("export", "audit", *OF, "--format", form, "--out", str(old), "--yes")
    assert (full.exit_code, "could not write" in full.stderr, len(full.stderr.splitlines())) == (1, True, 1), (
        full.stderr
    )
    assert [(file.name, file.read_text()) for file in folder.iterdir()] == [(old.name, "the last one")]


@pytest.mark.databases("sqlite")
def test_nothing_is_written_where_no_folder_is(run: Run, fair_slug: str, database: Database, redis: Any) -> None:
    with database.write() as db:
        people.find_or_make(db, phone="+919876543210", now=datetime.now(UTC))
    report = run("privacy", "report", "--phone", "+919876543210", "--out", "/nowhere/at/all.json")
    pictures = run("events", "show", fair_slug, "--qr-dir", "/nowhere/at/all")
    assert [(one.exit_code, "/nowhere" in one.stderr) for one in (report, pictures)] == [(1, True), (1, True)]


@pytest.mark.databases("sqlite")
def test_fewer_places_than_are_given_is_refused_for_a_day_and_for_all(
    run: Run, rows: Callable[..., Any], fair_slug: str, database: Database
) -> None:
    with database.write() as db:
        db.execute(update(EventDay).values(taken=7))
    for command in (("day", fair_slug, "2027-01-10", "--capacity", "6"), ("set", fair_slug, "--capacity-per-day", "6")):
        refused = run("events", *command)
        assert (refused.exit_code, "capacity_below_taken" in refused.stderr, "7" in refused.stderr) == (1, True, True)
    shorter = run("events", "set", fair_slug, "--to", "2027-01-10")
    assert (shorter.exit_code, "day_has_passes" in shorter.stderr) == (1, True)
    earlier = run("events", "set", fair_slug, "--to", "2027-01-01")
    assert (earlier.exit_code, "bad_dates" in earlier.stderr) == (1, True)
    assert {day["capacity"] for day in rows("events", "days", fair_slug)} == {None}
    assert run("events", "day", fair_slug, "2027-01-10", "--capacity", "7").exit_code == 0


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("region", "typed", "kept"),
    [
        ("IN", "98123 45678", "+919812345678"),
        ("IN", "0 98123-45678", "+919812345678"),
        ("GB", "07400 123456", "+447400123456"),
        ("IN", "+44 7400 123456", "+447400123456"),
        ("IN", "1234", None),
    ],
)
def test_a_phone_without_a_country_is_of_the_default_region(
    run: Run,
    rows: Callable[..., Any],
    fair_slug: str,
    monkeypatch: pytest.MonkeyPatch,
    region: str,
    typed: str,
    kept: str | None,
) -> None:
    monkeypatch.setenv("DEFAULT_REGION", region)
    added = run("volunteers", "add", *OF, "--phone", typed, "--name", "Ravi")
    assert (added.exit_code, "not_a_phone" in added.stderr) == (0 if kept else 1, kept is None)
    assert [one["phone"] for one in rows("volunteers", "list", *OF)] == ([kept] if kept else [])


@pytest.mark.databases("sqlite")
def test_every_command_that_names_an_event_offers_the_nearest(run: Run, fair_slug: str, tmp_path: Path) -> None:
    out = str(tmp_path / "x.csv")
    for command in (
        ("events", "show", "fare"),
        ("events", "set", "fare", "--venue", "x"),
        ("events", "kinds", "list", "--event", "fare"),
        ("gates", "list", "--event", "fare"),
        ("volunteers", "list", "--event", "fare"),
        ("devices", "list", "--event", "fare"),
        ("visitors", "find", "asha", "--event", "fare"),
        ("passes", "conflicts", "--event", "fare"),
        ("deliveries", "list", "--event", "fare"),
        ("stats", "--event", "fare"),
        ("audit", "list", "--event", "fare"),
        ("export", "passes", "--event", "fare", "--out", out),
        ("privacy", "retention", "set", "fare", "30"),
        ("privacy", "purge", "--before", "2026-01-01", "--event", "fare", "--yes"),
    ):
        ended = run(*command)
        assert (ended.exit_code, "did you mean fair?" in ended.stderr) == (1, True), (command, ended.stderr)


@pytest.mark.databases("sqlite")
def test_what_is_no_ordinary_file_is_never_put_aside(
    run: Run, ok: Run, fair_slug: str, database: Database, tmp_path: Path, redis: Any
) -> None:
    with database.write() as db:
        people.find_or_make(db, phone="+919876543210", now=datetime.now(UTC))
    pipe, plain = tmp_path / "pipe", tmp_path / "plain"
    os.mkfifo(pipe)
    report = ("privacy", "report", "--phone", "+919876543210")
    for command in (
        ("export", "visitors", *OF, "--out", str(pipe)),
        *((*report, "--out", out) for out in (str(pipe), "-")),
    ):
        refused = run(*command)
        assert (refused.exit_code, "no ordinary file" in refused.stderr) == (1, True), command
    assert pipe.is_fifo()
    assert not Path("-").exists()
    ok("export", "visitors", *OF, "--out", str(plain))
    assert plain.stat().st_mode & 0o777 == 0o600


@pytest.mark.databases("sqlite")
def test_a_refusal_names_what_there_is(run: Run, ok: Run, fair_slug: str, tmp_path: Path) -> None:
    said = {
        ("events", "day", fair_slug, "2028-01-10", "--close"): "2027-01-09 to 2027-01-11",
        ("events", "kinds", "set", "scool", *OF, "--policy", "once"): "there are: visitor",
        ("gates", "add", *OF, "--name", "!!"): "bad_gate_name",
    }
    for command, words in said.items():
        refused = run(*command)
        assert (refused.exit_code, words in refused.stderr) == (1, True), (command, refused.stderr)
    out = str(tmp_path / "x.csv")
    assert run("export", "audit", *OF, "--out", out, "--since", "2027-01-02", "--until", "2026-12-30").exit_code == 2
    assert "no gate" in ok("events", "open", fair_slug).stderr
    assert "2027-01-11" in ok("events", "set", fair_slug, "--to", "2027-01-10").stderr
