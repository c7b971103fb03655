"""`broadcast`, and what offers one: shown first, asked about, begun; listed, paused, resumed, cancelled."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import responses
from click.testing import Result
from sqlalchemy import select

from admin_cli import broadcast
from bot.database import Database
from bot.delivery.campaigns import estimate, reminders
from bot.delivery.dispatch import health
from bot.domain import people
from bot.domain.keys import KeyRing
from bot.domain.models import Broadcast, ContentTemplate
from bot.domain.passes import registration as registrations
from bot.usecases import send_broadcast
from tests.bot.domain.builders import SECRET, asking

Run = Callable[..., Result]
Rows = Callable[..., Any]
NOON = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
SENDER = "whatsapp:+14155550000"
SEND = ("broadcast", "send", "--event", "fair")


@pytest.fixture
def broadcast_crowd(ok: Run, fair_slug: str, database: Database) -> Database:
    """Three people of the fair: one reads Hindi, one said stop."""
    ok("events", "open", fair_slug)
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        for number, language in enumerate(("en", "hi", "en")):
            asker = people.find_or_make(db, phone=f"+91981234560{number}", now=NOON)
            asker.stopped_at = NOON if number == 2 else None
            day = date(2027, 1, 9 + number % 2)
            registrations.register(db, ring, **asking(asker, visit_date=day, language=language, now=NOON))
    return database


def begun(database: Database) -> list[Broadcast]:
    with database.read() as db:
        return list(db.scalars(select(Broadcast).order_by(Broadcast.id)))


def test_what_is_shown_before_it_begins(ok: Run, run: Run, broadcast_crowd: Database) -> None:
    shown = ok(*SEND, "--text", "Hall 3 is open.", "--text-in", "hi=हॉल 3 खुला है।", "--dry-run").stdout
    assert "people: 2 (" in shown
    assert "1 said stop" in shown
    assert "0 inside, 0 outside, 2 of whom it is not known" in shown
    assert "[en] News about Book Fair: Hall 3 is open." in shown
    assert "हॉल 3 खुला है।" in shown
    assert "TWILIO_MPS=80" in shown
    assert "workers: none is running" in shown
    assert "no approved template in hi: of 1 people" in shown
    assert "250 or more" in shown
    assert run(*SEND, "--text", "Hall 3 is open.", stdin="n\n").exit_code == 1
    assert begun(broadcast_crowd) == []
    ok(*SEND, "--text", "Hall 3 is open.", stdin="y\n")
    assert [row.status for row in begun(broadcast_crowd)] == ["running"]


def test_the_daily_limit_is_told_where_twilio_tells_it(
    ok: Run, broadcast_crowd: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_an_account(monkeypatch)
    limited = {"sender_id": SENDER, "status": "ONLINE", "properties": {"messaging_limit": "2K Customers/24hr"}}
    with responses.RequestsMock() as wire:
        wire.get(health.SENDERS, json={"senders": [limited]})
        shown = ok(*SEND, "--text", "Hall 3 is open.", "--dry-run").stdout
        assert f"{SENDER}, as Twilio says: 2K Customers/24hr" in shown
        wire.replace("GET", health.SENDERS, status=500)
        assert "as Twilio says" not in ok(*SEND, "--text", "Hall 3 is open.", "--dry-run").stdout


@pytest.mark.parametrize(
    ("workers", "simulated", "seconds"),
    [(0, False, 11), (1, False, 11), (1, True, 26), (2, True, 13), (99, False, 10)],
)
def test_how_long_it_takes_with_so_many_workers(workers: int, simulated: bool, seconds: int) -> None:
    found = estimate.BroadcastEstimate(780, {}, {}, 0, 0, 0, {}, seconds=10)
    assert estimate.with_workers(found, workers, simulated=simulated) == seconds
    assert estimate.enough_workers(80, simulated=False) == 2


def test_begun_listed_paused_resumed_cancelled(ok: Run, run: Run, rows: Rows, broadcast_crowd: Database) -> None:
    ok(*SEND, "--text", "x" * 300, "--language", "hi", "--day", "2027-01-10", "--for", "2", "--yes", "--as", "Asha")
    [row] = rows("broadcast", "list", "--event", "fair")
    assert (row["id"], row["what"], row["status"], row["by"], row["people"]) == (1, "news", "running", "Asha", 1)
    ok("broadcast", "pause", "1")
    assert rows("broadcast", "show", "1")["status"] == "paused"
    ok("broadcast", "resume", "1")
    assert run("broadcast", "cancel", "1", stdin="n\n").exit_code == 1
    ok("broadcast", "cancel", "1", "--yes")
    whole = rows("broadcast", "show", "1")
    assert (whole["status"], whole["not_yet"], whole["selection"]["languages"]) == ("cancelled", 1, ["hi"])
    assert "broadcast_ended" in run("broadcast", "pause", "1").stderr
    assert "no_such_broadcast" in run("broadcast", "show", "9").stderr


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("--notice", "notice"), "nothing_to_say"),
        (("--notice", "day_cancelled"), "day_needed"),
        (("--text", "x" * 1001), "too_long"),
        (("--text", "x", "--day", "2027-02-01"), "2027-01-11 (no_such_day"),
        (("--text", "x", "--kind", "king"), "no_such_kind"),
    ],
)
def test_what_is_refused(run: Run, broadcast_crowd: Database, given: tuple[str, ...], code: str) -> None:
    done = run(*SEND, *given, "--yes")
    assert (done.exit_code, code in done.stderr) == (1, True)
    assert run(*SEND, "--yes").exit_code == 2
    assert run(*SEND, "--notice", "reminder", "--text", "x", "--yes").exit_code == 2


def test_a_notice_and_a_cancellation_offer_one(ok: Run, broadcast_crowd: Database) -> None:
    said = ok("events", "notice", "fair", "Hall 3 is open.").stderr
    assert "broadcast send --event fair --notice notice" in said
    said = ok("events", "cancel", "fair", "--day", "2027-01-10", "--yes").stderr
    assert "broadcast send --event fair --notice day_cancelled --day 2027-01-10 --for 72" in said
    assert begun(broadcast_crowd) == []
    ok("events", "notice", "fair", "Hall 3 is open.", "--broadcast")
    ok("events", "cancel", "fair", "--day", "2027-01-10", "--yes", "--broadcast")
    ok("events", "cancel", "fair", "--yes", "--broadcast")
    made = begun(broadcast_crowd)
    assert [(row.purpose, row.expected) for row in made] == [("news", 2), ("day_cancelled", 1), ("event_cancelled", 2)]
    assert ["Hall 3 is open." in row.wording["en"]["body"] for row in made] == [True, False, False]
    assert made[1].selection == {"days": ["2027-01-10"]}


def test_the_reminder(
    ok: Run, run: Run, rows: Rows, broadcast_crowd: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = ok("events", "reminder", "fair", "on", "--at", "17:30")
    assert "template" in done.stderr
    assert rows("events", "show", "fair")["reminder"] == "17:30:00"
    ok("events", "reminder", "fair", "off")
    assert rows("events", "show", "fair")["reminder"] is None
    _with_an_account(monkeypatch)
    refused = run("events", "reminder", "fair", "on")
    assert (refused.exit_code, "template_not_approved" in refused.stderr) == (1, True)
    with broadcast_crowd.write() as db:
        for language in ("en", "hi"):
            db.add(_approved(language))
    ok("events", "reminder", "fair", "on")
    assert rows("events", "show", "fair")["reminder"] == reminders.DEFAULT_HOUR.isoformat()


def _with_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCOUNT_SID": "AC1", "AUTH_TOKEN": "t", "WHATSAPP_FROM": SENDER}.items():
        monkeypatch.setenv(f"TWILIO_{name}", value)
    monkeypatch.setenv("PUBLIC_URL", "https://pass.example.org")


def _approved(language: str) -> ContentTemplate:
    same = {"content_hash": "", "approval": "approved", "created_at": NOON}
    return ContentTemplate(
        name=language, shape=f"notice_reminder_{language}", language=language, sid=f"HX{language}", **same
    )


def test_the_command_offers_what_pages_do() -> None:
    """Its options stand there once more, since it starts without importing the bot."""
    assert tuple(send_broadcast.PURPOSE_OF_NOTICE) == broadcast.NOTICES
    assert (broadcast.HOURS, broadcast.MAX_HOURS) == (send_broadcast.DEFAULT_HOURS, send_broadcast.MAX_HOURS)
