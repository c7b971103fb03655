"""`stats`: what happened at the gates today."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, cast

import pytest
from click.testing import Result
from rich.console import Console
from sqlalchemy import delete

from admin_cli import stats_screen
from bot.database import Database
from bot.domain import checkins, events, people, roster
from bot.domain.checkins import head_counts
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.keys import KeyRing
from bot.domain.models import FigureChange
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from bot.domain.stats import dashboard_query, gate_figures
from bot.domain.stats.dashboard import ActiveAlert
from flows.shapes.scans import Scan
from tests.bot.domain.builders import SECRET, asking

Run = Callable[..., Result]
Rows = Callable[..., Any]


@pytest.fixture
def busy(database: Database) -> str:
    """An event today at which two of three came in, one scan was refused, and five walked in without a pass."""
    ring, now = KeyRing.open(database, SECRET), datetime.now(UTC)
    today = now.astimezone().date()
    with database.write() as db:
        days: dict[str, Any] = {"starts_on": today - timedelta(days=1), "ends_on": today + timedelta(days=1)}
        events.create(db, slug="fair", name="Fair", **days, timezone="UTC", now=now)
        events.open_event(db, "fair")
        gates.add(db, "fair", "Main")
        ravi = roster.add(db, "fair", phone="+919811111111", name="Ravi", region="IN", now=now)
        asker = people.find_or_make(db, phone="+919876543210", now=now)
        wish = asking(asker, visit_date=now.date(), party_size=3, now=now)
        code = registrations.register(db, ring, **wish).code
        same: dict[str, Any] = {"event": "fair", "channel": "api", "gate": "main", "staff_id": ravi.id}
        checkins.admit(db, ring, Scan(code, "one", count=2, **same), now)
        checkins.admit(db, ring, Scan("nonsense", "two", **same), now)
        head_counts.add(db, HeadCountRequest("fair", "five", "in", 5, "api", gate="main"), now)
    return "fair"


def test_the_day_at_a_glance(ok: Run, rows: Rows, busy: str) -> None:
    found = rows("stats", "--event", busy)
    assert (found["admitted"], found["last_15_minutes"], found["counted_in"], found["inside"]) == (2, 2, 5, None)
    assert found["refused"] == {"unreadable": 1}
    assert found["gates"] == [{"gate": "main", "admitted": 2, "refused": 1}]
    assert found["volunteers"] == [{"name": "Ravi", "admitted": 2, "refused": 1}]
    shown = ok("stats", "--event", busy).stdout
    assert "Ravi" in shown
    assert "inside" not in shown  # nobody has been counted out: nobody knows


def test_a_screen_of_80_by_24_has_event_clock_alerts_gates_and_totals(database: Database, busy: str) -> None:
    now = datetime.now(UTC)
    with database.read() as db:
        figures, look = gate_figures.today(db, busy, now), dashboard_query.get_dashboard(db, busy, now)
    gates_ = [replace(figures.gates[0], key=f"gate-{number}") for number in range(5)]
    alarmed = replace(look, alerts=[ActiveAlert("inside", None, 6000, 5000, now, ())])
    console = Console(width=80, file=StringIO(), force_terminal=True, color_system="standard")
    console.print(stats_screen.screen(replace(figures, gates=gates_), alarmed, now))
    shown = cast("StringIO", console.file).getvalue()
    assert f"{now:%H:%M:%S}" in shown.splitlines()[0]
    assert re.search(r"\x1b\[1;31mALERT .*6,000", shown)
    lines = re.sub(r"\x1b\[[\d;]*m", "", shown).splitlines()
    assert max(map(len, lines)) <= 80
    top = "\n".join(lines[:24])
    places = [top.index(word) for word in ("Fair", "ALERT", "gate-4", "registered in all", "passes that failed")]
    assert places == sorted(places)


def test_any_day_of_the_event(ok: Run, run: Run, rows: Rows, busy: str) -> None:
    today = datetime.now(UTC).date()
    found = rows("stats", "--event", busy, "--day", str(today))
    assert (found["day"], found["admitted"]) == (str(today), 2)
    yesterday = str(today - timedelta(days=1))
    found = rows("stats", "--event", busy, "--day", yesterday)
    assert (found["day"], found["admitted"], found["refused"], found["registered"]["people"]) == (yesterday, 0, {}, 3)
    shown = ok("stats", "--event", busy, "--day", yesterday).stdout
    assert (yesterday in shown, "registered that day" in shown, "Ravi" in shown) == (True, True, False)
    wrong = run("stats", "--event", busy, "--day", "2020-01-01")
    assert (wrong.exit_code, "no_such_day" in wrong.stderr) == (1, True)
    assert run("stats", "--event", busy, "--day", "yesterday").exit_code == 2


def test_inside_is_told_once_somebody_was_counted_out(ok: Run, rows: Rows, database: Database, busy: str) -> None:
    with database.write() as db:
        head_counts.add(db, HeadCountRequest(busy, "out", "out", 1, "api", gate="main"), datetime.now(UTC))
    assert rows("stats", "--event", busy)["inside"] == 6
    shown = ok("stats", "--event", busy).stdout
    assert "inside now" in shown
    told = " ".join(shown.split())
    assert all(words in told for words in ("gone out, with a pass 0", "counted out without a pass 1"))


def test_what_was_registered_and_sent_stands_beside_it(ok: Run, rows: Rows, busy: str) -> None:
    found = rows("stats", "--event", busy)
    assert (found["registered"], found["expected"]) == ({"registrations": 1, "people": 3}, 3)
    assert found["days"][1]["taken"] == 3
    assert "expected today, people" in ok("stats", "--event", busy).stdout


def test_rebuilding_finds_and_mends_what_differs(run: Run, rows: Rows, database: Database, busy: str) -> None:
    assert run("stats", "rebuild", "--event", busy).exit_code == 0
    with database.write() as db:
        db.execute(delete(FigureChange).where(FigureChange.fact == "counted"))
    result = run("stats", "rebuild", "--event", busy, "--json")
    assert result.exit_code == 1
    wrong = json.loads(result.stdout)
    assert [(one["figure"], one["what"], one["kept_people"], one["counted_people"]) for one in wrong] == [
        ("counted", "in", 0, 5)
    ]
    assert rows("stats", "rebuild", "--event", busy) == []
    assert rows("stats", "--event", busy)["counted_in"] == 5


def test_the_event_must_be_named(run: Run) -> None:
    assert run("stats").exit_code == 2


def test_an_event_that_there_is_not(run: Run, busy: str) -> None:
    result = run("stats", "--event", "fare")
    assert (result.exit_code, "no_such_event" in result.stderr) == (1, True)


def test_watching_goes_on_until_it_is_interrupted(busy: str, database_url: str, redis_url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET}
    command = [sys.executable, "-m", "admin_cli", "stats", "--event", busy, "--watch", "--json", "--every", "1"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        looks = [json.loads(watching.stdout.readline()) for _ in range(2)]
        watching.send_signal(signal.SIGINT)
        assert watching.wait(60) == 0
    assert [look["admitted"] for look in looks] == [2, 2]
