"""`events`, while it goes on: what visitors are told, entry stopped, days, links, and the same again next year."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from click.testing import Result
from PIL import Image

from bot.database import Database
from bot.domain import audit, events, people
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery
from bot.domain.passes import registration as registrations
from tests.bot.domain.builders import SECRET, asking
from tests.bot.domain.events.drawn import header, logo

Run = Callable[..., Result]
Rows = Callable[..., Any]
NOON = datetime(2027, 1, 9, 6, 30, tzinfo=UTC)


def test_texts_by_language(ok: Run, run: Run, rows: Rows, fair_slug: str, database: Database) -> None:
    ok("events", "texts", fair_slug, "--welcome", "en=Entry is free", "--instructions", "hi=पहचान पत्र लाएँ")
    ok("events", "texts", fair_slug, "--welcome", "hi=प्रवेश निःशुल्क है")
    ok("events", "notice", fair_slug, "Gate 2 is closed")
    ok("events", "notice", fair_slug, "द्वार 2 बंद है", "--language", "hi")
    with database.read() as db:
        (shape,) = events.snapshot(db, NOON)
    assert shape.notice == {"en": "Gate 2 is closed", "hi": "द्वार 2 बंद है"}
    assert (shape.welcome["en"], set(shape.welcome), set(shape.instructions)) == ("Entry is free", {"en", "hi"}, {"hi"})
    ok("events", "notice", fair_slug, "--remove")
    ok("events", "texts", fair_slug, "--remove", "welcome")
    assert [row["text"] for row in rows("events", "texts", fair_slug)] == ["instructions"]
    assert run("events", "notice", fair_slug).exit_code == 2
    assert "bad_language" in run("events", "notice", fair_slug, "x", "--language", "xx").stderr


def test_days_have_hours_and_can_be_cancelled(ok: Run, run: Run, rows: Rows, fair_slug: str) -> None:
    ok("events", "day", fair_slug, "2027-01-10", "--hours", "11:00-18:00", "--capacity", "7")
    days = {row["day"]: row for row in rows("events", "days", fair_slug)}
    assert (days["2027-01-10"]["hours"], days["2027-01-10"]["left"], days["2027-01-09"]["hours"]) == (
        *("11:00-18:00", 7, None),
    )
    ok("events", "day", fair_slug, "2027-01-10", "--hours", "none")
    assert rows("events", "days", fair_slug)[1]["hours"] is None
    ok("events", "cancel", fair_slug, "--day", "2027-01-11", "--yes")
    assert [row["closed"] for row in rows("events", "days", fair_slug)] == [False, False, True]
    assert rows("events", "show", fair_slug)["status"] == "closed"
    assert "no_such_day" in run("events", "cancel", fair_slug, "--day", "2027-02-11", "--yes").stderr


def test_entry_is_stopped_and_its_volunteers_are_told(ok: Run, rows: Rows, fair_slug: str, database: Database) -> None:
    for name in ("North", "South"):
        ok("gates", "add", "--event", fair_slug, "--name", name)
    ok("volunteers", "add", "--event", fair_slug, "--phone", "+919812345678", "--name", "Ravi", "--gate", "north")
    ok("events", "pause", fair_slug, "--gate", "NORTH", "--as", "Mira")
    assert [bool(row["entry_paused_at"]) for row in rows("gates", "list", "--event", fair_slug)] == [True, False]
    entry = rows("audit", "list", "--event", fair_slug)[0]
    assert (entry["what"], entry["who"], len(entry["about"]["told"])) == (audit.ENTRY_PAUSED, "Mira", 1)
    ok("events", "resume", fair_slug)
    assert [bool(row["entry_paused_at"]) for row in rows("gates", "list", "--event", fair_slug)] == [False, False]
    with database.read() as db:
        assert [one.lane for one in db.query(Delivery)] == ["whatsapp:+919812345678"] * 2


def test_links_and_their_codes(ok: Run, run: Run, rows: Rows, fair_slug: str, tmp_path: Path) -> None:
    links = rows("events", "show", fair_slug, "--qr-dir", str(tmp_path))["links"]
    assert links["web"].endswith("/register/fair")
    assert "?text=hi%20fair" in links["whatsapp"]
    for name, link in links.items():
        found = zxingcpp.read_barcode(Image.open(tmp_path / f"fair-{name}.png"))
        assert found is not None
        assert found.text == link
    assert links["web"] in ok("events", "show", fair_slug, "--qr").stdout
    assert run("events", "show", fair_slug, "--qr-dir", str(tmp_path / "none")).exit_code == 1


def test_a_poster_is_written_and_its_code_is_read(
    ok: Run, run: Run, rows: Rows, fair_slug: str, tmp_path: Path
) -> None:
    links, out = rows("events", "show", fair_slug)["links"], tmp_path / "poster.pdf"
    ok("events", "poster", fair_slug, "--out", str(out))
    [page] = pypdfium2.PdfDocument(out)
    [found] = zxingcpp.read_barcodes(page.render(scale=2).to_pil().convert("L"))
    assert found.text == links["whatsapp"]
    (tmp_path / "logo.png").write_text("none")
    given = ("events", "poster", fair_slug, "--out", str(out), "--logo", str(tmp_path / "logo.png"))
    assert run(*given, stdin="n\n").exit_code == 1
    assert "bad_logo" in run(*given, "--yes").stderr


def test_colour_and_pictures_are_set_by_command_and_taken_away(
    ok: Run, run: Run, rows: Rows, fair_slug: str, tmp_path: Path
) -> None:
    (tmp_path / "logo.png").write_bytes(logo())
    (tmp_path / "head.jpg").write_bytes(header())
    ok(
        "events",
        "set",
        fair_slug,
        "--colour",
        "#0B6E4F",
        "--logo",
        str(tmp_path / "logo.png"),
        "--header",
        str(tmp_path / "head.jpg"),
    )
    shown = rows("events", "show", fair_slug)
    assert (shown["colour"], shown["logo"], shown["header"]) == ("#0b6e4f", True, True)
    no = run("events", "set", fair_slug, "--colour", "#7a7a7a")
    assert (no.exit_code, "#767676" in no.stderr) == (1, True)
    (tmp_path / "logo.png").write_text("<svg/>")
    assert run("events", "set", fair_slug, "--logo", str(tmp_path / "logo.png")).exit_code == 1
    assert run("events", "set", fair_slug, "--logo", str(tmp_path / "none.png")).exit_code == 2
    ok("events", "set", fair_slug, "--colour", "none", "--logo", "none", "--header", "none")
    assert not any(rows("events", "show", fair_slug)[name] for name in ("colour", "logo", "header"))


def test_a_clone_is_as_the_old_one_was_but_empty(
    ok: Run, run: Run, rows: Rows, fair_slug: str, database: Database
) -> None:
    ok("gates", "add", "--event", fair_slug, "--name", "Main")
    ok("events", "kinds", "add", "school", "--event", fair_slug, "--day", "2027-01-10", "--gate", "main")
    ok("events", "day", fair_slug, "2027-01-11", "--capacity", "9", "--hours", "11:00-18:00")
    ok("events", "texts", fair_slug, "--instructions", "en=Bring water")
    ok("events", "notice", fair_slug, "Rain")
    ok("events", "open", fair_slug)
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        asker = people.find_or_make(db, phone="+919876543210", now=NOON)
        registrations.register(db, ring, **asking(asker, visit_date=date(2027, 1, 9), now=NOON))
    ok("events", "alerts", fair_slug, "--inside", "500")
    ok("events", "set", fair_slug, "--otp-countries", "np, BT")
    cloned = ok("events", "clone", fair_slug, "--slug", "next", "--from", "2028-01-08", "--name", "Book Fair 2028")
    assert "2028-01-10 11:00-18:00" in cloned.stderr
    assert rows("events", "alerts", "next")["inside"] == 500
    assert rows("events", "show", "next")["otp_countries"] == ["NP", "BT"]
    assert "otp_countries" in str(rows("audit", "list", "--event", fair_slug))
    ok("events", "set", fair_slug, "--otp-countries", "none")
    assert rows("events", "show", fair_slug)["otp_countries"] == []
    assert "bad_country" in run("events", "set", fair_slug, "--otp-countries", "NP,Bhutan").stderr
    new, days = rows("events", "show", "next"), rows("events", "days", "next")
    assert (new["name"], new["status"], new["people"], new["gates"]) == ("Book Fair 2028", "closed", 0, ["main"])
    assert [(row["day"], row["capacity"], row["hours"]) for row in days] == [
        *(("2028-01-08", None, None), ("2028-01-09", None, None), ("2028-01-10", 9, "11:00-18:00")),
    ]
    assert [(row["slug"], row["days"]) for row in rows("events", "kinds", "list", "--event", "next")] == [
        *(("visitor", None), ("school", ["2028-01-09"])),
    ]
    assert [row["text"] for row in rows("events", "texts", "next")] == ["instructions"]
    assert "slug_taken" in run("events", "clone", fair_slug, "--slug", "next", "--from", "2028-01-08").stderr


def test_with_real_people_it_must_be_said_who_answers(
    ok: Run, run: Run, rows: Rows, fair_slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    monkeypatch.setenv("TWILIO_WHATSAPP_FROM", "whatsapp:+15550000000")
    monkeypatch.setenv("PUBLIC_URL", "https://pass.example.org")
    ok("events", "set", fair_slug, "--organiser", "Book Trust", "--purpose", "entry", "--retention-days", "30")
    refused = run("events", "open", fair_slug)
    assert ("event_lacks" in refused.stderr, "complaints" in refused.stderr, "organiser" in refused.stderr) == (
        *(True, True, False),
    )
    ok("events", "set", fair_slug, "--complaints", "privacy@example.org")
    ok("events", "open", fair_slug)
    shown = rows("events", "show", fair_slug)
    assert (shown["status"], shown["organiser"], shown["retention_days"]) == ("open", "Book Trust", 30)
    ok("events", "set", fair_slug, "--organiser-in", "hi=पुस्तक न्यास", "--purpose-in", "hi=प्रवेश")
    ok("events", "set", fair_slug, "--organiser-in", "ta=புத்தக அறக்கட்டளை")
    shown = rows("events", "show", fair_slug)
    assert shown["organisers"] == {"hi": "पुस्तक न्यास", "ta": "புத்தக அறக்கட்டளை"}
    assert (shown["organiser"], shown["purposes"]) == ("Book Trust", {"hi": "प्रवेश"})
    assert "bad_retention" in run("events", "set", fair_slug, "--retention-days", "0").stderr
