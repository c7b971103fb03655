"""`visitors`: found by what people say of themselves, and shown with all that became of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import Result
from redis import Redis
from sqlalchemy import update

from bot.conversation.store import ConversationStore
from bot.database import Database
from bot.delivery.outbox import enqueue
from bot.domain import audit, checkins, people
from bot.domain.keys import KeyRing
from bot.domain.models import Registration
from bot.domain.passes import registration as registrations
from flows.shapes.scans import Scan
from flows.understanding.codes import shown
from tests.bot.domain.builders import SECRET, asking

Run = Callable[..., Result]
Rows = Callable[..., Any]
NOON = datetime(2027, 1, 9, 6, 30, tzinfo=UTC)
OF = ("--event", "fair")
PHONE = "+919876543210"


@pytest.fixture
def entered_code(ok: Run, fair_slug: str, database: Database) -> str:
    """The code of Asha's pass, by which two of three have entered, and whose image is owed; Mira has one too."""
    ok("events", "open", fair_slug)
    ok("gates", "add", *OF, "--name", "Main")
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        for phone, name in (("+919876543211", "मीरा"), (PHONE, "Asha Verma")):
            asker = people.find_or_make(db, phone=phone, now=NOON)
            wish = asking(asker, visit_date=date(2027, 1, 9), full_name=name, party_size=3, now=NOON)
            issued = registrations.register(db, ring, **wish)
        enqueue.enqueue_pass(db, issued, address=f"whatsapp:{PHONE}", sender=None, language="en", now=NOON)
        checkins.admit(db, ring, Scan(issued.code, "one", "fair", "api", "main", count=2), NOON)
        return shown(issued.code)


def test_found_by_name_phone_and_code(ok: Run, run: Run, rows: Rows, entered_code: str) -> None:
    for text in ("VERM", "+91 98765-43210", "9876543210", entered_code, entered_code.replace("-", "").lower()):
        assert [row["code"] for row in rows("visitors", "find", text, *OF)] == [entered_code], text
    assert [row["name"] for row in rows("visitors", "find", "मीरा", *OF)] == ["मीरा"]
    assert rows("visitors", "find", "nobody", *OF) == []
    assert "search_too_short" in run("visitors", "find", "a", *OF).stderr
    ok("passes", "revoke", entered_code, "--yes")
    assert [row["status"] for row in rows("visitors", "find", "asha", *OF)] == ["revoked"]


def test_a_search_is_audited_without_its_words(rows: Rows, entered_code: str) -> None:
    rows("visitors", "find", "asha", *OF)
    entry = rows("audit", "list", *OF)[0]
    assert (entry["what"], entry["about"]["by"], len(entry["about"]["passes"])) == (audit.SEARCHED, "name", 1)
    assert "asha" not in str(entry).lower()


def test_shown_by_phone_and_by_code(ok: Run, rows: Rows, run: Run, entered_code: str, redis: Redis) -> None:
    talk = ConversationStore(redis, state_seconds=60)
    held = talk.accept("SM1", [f"phone:{PHONE}"], {}, 1)
    talk.commit(held, {"flow": "registration", "asked": "visit_date"}, {}, 2, in_outbox=True)  # type: ignore[arg-type]  # nobody else holds
    by_code, by_phone = rows("visitors", "show", entered_code), rows("visitors", "show", PHONE)
    assert by_code == by_phone
    assert (by_code["phones"], by_code["flow"], by_code["question"]) == ([PHONE], "registration", "visit_date")
    assert [one["name"] for one in by_code["registrations"]] == ["Asha Verma"]
    assert [(one["code"], one["status"]) for one in by_code["passes"]] == [(entered_code, "valid")]
    assert [(one["result"], one["people"], one["gate"]) for one in by_code["entries"]] == [("admitted", 2, "main")]
    assert [one["kind"] for one in by_code["deliveries"]] == ["pass"]
    assert rows("audit", "list", *OF)[0]["what"] == audit.PERSON_VIEWED
    assert "no_such_person" in run("visitors", "show", "+919876543299").stderr
    assert "Asha Verma" in ok("visitors", "show", PHONE).stdout


def test_nothing_of_a_name_moves_the_terminal(ok: Run, rows: Rows, entered_code: str, database: Database) -> None:
    name = "Asha\x1b[2J\x9b31m\u202eVerma\x7f"
    with database.write() as db:
        db.execute(update(Registration).where(Registration.full_name == "Asha Verma").values(full_name=name))
    for command in (("visitors", "show", entered_code), ("passes", "show", entered_code)):
        for more in ((), ("--json",)):
            said = ok(*command, *more).stdout
            assert [sign for sign in said if not sign.isprintable() and sign != "\n"] == [], command
    assert rows("visitors", "show", entered_code)["registrations"][0]["name"] == name
