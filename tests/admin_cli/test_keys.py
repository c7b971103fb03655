"""`keys`: rolled in and retired, and what becomes of the passes that they signed."""

import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result

from bot.database import Database
from bot.domain import checkins, people
from bot.domain.checkins.offline import document as offline_document
from bot.domain.keys import KeyRing
from bot.domain.passes import registration as registrations
from bot.domain.passes import tokens
from bot.errors import NotReady
from flows.shapes.scans import Scan
from tests.bot.domain.builders import SECRET, asking

Run = Callable[..., Result]
Rows = Callable[..., Any]
NOON = datetime(2027, 1, 9, 12, 0, tzinfo=ZoneInfo("Asia/Kolkata"))


def test_old_passes_stay_good_until_their_key_is_retired(
    ok: Run, run: Run, rows: Rows, fair_slug: str, database: Database
) -> None:
    ok("events", "open", fair_slug)
    ok("gates", "add", "--event", fair_slug, "--name", "Main")
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        asker = people.find_or_make(db, phone="+919876543210", now=NOON)
        issued = registrations.register(db, ring, **asking(asker, visit_date=date(2027, 1, 9), party_size=3, now=NOON))
        token = tokens.encode(tokens.token_of(issued), ring)
    assert run("keys", "retire", "1", "--yes").exit_code == 1
    ok("keys", "roll")
    assert [(row["number"], row["state"]) for row in rows("keys", "list")] == [(1, "good"), (2, "current")]
    assert scanned(database, fair_slug, token, "a") == "admitted"
    asked = run("keys", "retire", "1", stdin="n\n")
    assert (asked.exit_code, "1 valid pass" in asked.output) == (1, True)
    ok("keys", "retire", "1", "--yes")
    assert [row["state"] for row in rows("keys", "list")] == ["retired", "current"]
    assert scanned(database, fair_slug, token, "b") == "forged"
    assert scanned(database, fair_slug, issued.code, "c") == "admitted"
    with database.read() as db:
        document = offline_document.document(db, SECRET, fair_slug, NOON)
        assert [key["number"] for key in document["keys"]] == [2]
        anew = tokens.encode(tokens.token_of(db.merge(issued)), KeyRing.open(database, SECRET))
    assert scanned(database, fair_slug, anew, "d") == "admitted"
    assert "no_such_key" in run("keys", "retire", "9", "--yes").stderr


def test_the_keys_move_to_another_secret(ok: Run, run: Run, fair_slug: str, database: Database) -> None:
    old, new = SECRET, secrets.token_urlsafe(32)
    signed = KeyRing.open(database, old).sign(b"a pass")
    assert "guessed" in run("keys", "rewrap", "--new-secret", "b" * 20, "--yes").stderr
    assert run("keys", "rewrap", "--new-secret", new, stdin="n\n").exit_code == 1
    assert KeyRing.open(database, old).sign(b"a pass") == signed
    told = ok("keys", "rewrap", "--new-secret", new, "--yes")
    assert new not in told.output
    with pytest.raises(NotReady, match="SECRET_KEY"):
        KeyRing.open(database, old)
    assert KeyRing.open(database, new).sign(b"a pass") == signed


def scanned(database: Database, fair: str, text: str, scan_id: str) -> str:
    """What a process that has looked into the database lately says to one of the party."""
    with database.write() as db:
        scan = Scan(text, scan_id, fair, "api", "main", count=1)
        return checkins.admit(db, KeyRing.open(database, SECRET), scan, NOON).result
