"""While one admin reads a question at the prompt, another changes the thing: the first is told, and nothing is done."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result

from bot.database import Database
from bot.domain import people
from bot.domain.keys import KeyRing
from bot.domain.passes import registration as registrations
from flows.understanding.codes import shown
from tests.bot.domain.builders import SECRET, asking

Run = Callable[..., Result]
NOON = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
OF = ("--event", "fair")

MEANWHILE: dict[tuple[str, ...], tuple[str, ...]] = {
    ("events", "cancel", "fair"): ("events", "set", "fair", "--venue", "Hall 2"),
    ("events", "cancel", "fair", "--day", "2027-01-10"): ("events", "day", "fair", "2027-01-10", "--capacity", "9"),
    ("events", "questions", "fair", "--file", "QUESTIONS"): ("events", "questions", "fair", "--file", "NONE", "--yes"),
    ("passes", "revoke", "CODE"): ("passes", "reissue", "CODE", "--yes"),
    ("passes", "reissue", "CODE"): ("passes", "revoke", "CODE", "--yes"),
    ("devices", "revoke", *OF, "--name", "Phone 7"): ("devices", "roll", *OF, "--name", "Phone 7", "--yes"),
    ("devices", "roll", *OF, "--name", "Phone 7"): ("devices", "roll", *OF, "--name", "Phone 7", "--yes"),
    ("privacy", "erase", "--code", "CODE"): ("privacy", "erase", "--code", "CODE", "--yes"),
    ("privacy", "purge", "--before", "2026-11-01"): ("events", "set", "old", "--to", "2027-06-01"),
}
"""What asks, and what somebody else does before the answer."""


@pytest.fixture
def names(ok: Run, fair_slug: str, database: Database, tmp_path: Path) -> dict[str, str]:
    """What stands for the words in capitals."""
    question = {"name": "city", "kind": "text", "labels": {"en": "City?"}}
    files = {"QUESTIONS": [question], "NONE": []}
    for name, whole in files.items():
        (tmp_path / name).write_text(json.dumps(whole), encoding="utf-8")
    ok("events", "questions", fair_slug, "--file", str(tmp_path / "QUESTIONS"))
    ok("events", "open", fair_slug)
    ok("events", "create", "--slug", "old", "--name", "Old", "--from", "2026-10-01", "--to", "2026-10-02")
    ok("gates", "add", *OF, "--name", "Main")
    ok("devices", "add", *OF, "--gate", "main", "--name", "Phone 7")
    return {name: str(tmp_path / name) for name in files}


def _new_pass(database: Database, number: int) -> str:
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        asker = people.find_or_make(db, phone=f"+9198765432{number:02}", now=NOON)
        wish = asking(asker, visit_date=date(2027, 1, 9), answers={"city": "Delhi"}, now=NOON)
        return shown(registrations.register(db, ring, **wish).code)


def test_the_second_is_told_and_nothing_of_theirs_is_done(
    run: Run, ok: Run, names: dict[str, str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (asked, done) in enumerate(MEANWHILE.items()):
        known = {**names, "CODE": _new_pass(database, number)}
        ask, other = ([known.get(one, one) for one in words] for words in (asked, done))
        monkeypatch.setattr(click, "confirm", partial(_yes_after, ok, [*other, "--as", "Mira"]))
        refused = run(*ask, "--as", "Asha")
        assert (refused.exit_code, "changed_meanwhile" in refused.stderr) == (1, True), (asked, refused.output)
        assert ("Mira" in refused.stderr) == (asked[0] != "privacy" or asked[1] == "purge"), asked
        acts = json.loads(ok("audit", "list", "--limit", "1", "--json").stdout)
        assert acts[0]["who"] == "Mira", asked


def _yes_after(ok: Run, other: list[str], _question: str, **_options: Any) -> bool:
    ok(*other)
    return True
