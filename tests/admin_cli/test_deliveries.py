"""`deliveries` and `passes`: codes and reasons, never what a message says, never a whole number."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select, update

from bot.database import Database
from bot.delivery.dispatch import enqueue
from bot.domain import events, people
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery
from bot.domain.passes import registration as registrations
from flows.understanding.codes import shown
from tests.bot.domain.builders import SECRET

Run = Callable[..., Result]
Rows = Callable[..., Any]
NOW = datetime(2027, 1, 1, 6, 0, tzinfo=UTC)
PHONE = "+919876543210"


@pytest.fixture
def failed(database: Database) -> int:
    """The id of a reply that failed for good, next to one that is still owed and an OTP that failed."""
    with database.write() as db:
        ids = [
            enqueue(db, kind=kind, address=f"whatsapp:{PHONE}", payload={"body": "Namaste Asha"}, priority=0, now=NOW)
            for kind in ("reply", "reply", "otp")
        ]
        values = {"status": "failed", "error_code": 63024, "reason": "bad_recipient", "told_at": NOW}
        db.execute(update(Delivery).where(Delivery.id.in_([ids[0], ids[2]])).values(**values))
    return ids[0]


def test_list_says_why_but_not_what(ok: Run, rows: Rows, failed: int) -> None:
    assert [row["status"] for row in rows("deliveries", "list")] == ["failed", "owed", "failed"]
    only = rows("deliveries", "list", "--failed")
    assert [(row["kind"], row["error_code"], row["reason"]) for row in only] == [
        ("otp", 63024, "bad_recipient"),
        ("reply", 63024, "bad_recipient"),
    ]
    for output in (ok("deliveries", "list").stdout, ok("deliveries", "list", "--json").stdout):
        assert "63024" in output
        assert "Asha" not in output
        assert PHONE not in output


def test_limit_and_event(run: Run, rows: Rows, fair_slug: str, failed: int) -> None:
    assert len(rows("deliveries", "list", "--limit", "1")) == 1
    assert rows("deliveries", "list", "--event", fair_slug) == []
    assert "no_such_event" in run("deliveries", "list", "--event", "nowhere").stderr


def test_a_mistyped_status_or_reason_is_no_good_news(run: Run, rows: Rows, failed: int) -> None:
    for option, typo, there in (("--status", "faild", "failed"), ("--reason", "window", "window_closed")):
        refused = run("deliveries", "list", option, typo)
        assert (refused.exit_code, there in refused.stderr) == (2, True)
    assert rows("deliveries", "list", "--reason", "window_closed") == []


def test_one_listing_has_one_zone(rows: Rows, fair_slug: str, failed: int) -> None:
    assert {row["owed_at"][-6:] for row in rows("deliveries", "list")} == {"+05:30"}
    assert rows("deliveries", "show", str(failed))["owed_at"][-6:] == "+05:30"


def test_retry_owes_it_anew(ok: Run, database: Database, failed: int) -> None:
    ok("deliveries", "retry", str(failed))
    with database.read() as db:
        row = db.scalars(select(Delivery).where(Delivery.id == failed)).one()
        assert (row.status, row.attempts, row.error_code, row.reason, row.message_sid, row.told_at) == (
            *("owed", 0, None, None, None, None),
        )
        assert row.give_up_at > datetime.now(UTC)


def test_retry_refuses_what_did_not_fail(run: Run, failed: int) -> None:
    assert "delivery_not_failed" in run("deliveries", "retry", str(failed + 1)).stderr
    refused = run("deliveries", "retry", "99999").stderr
    assert "no_such_delivery" in refused
    assert "99999" in refused
    assert "otp_not_repeated" in run("deliveries", "retry", str(failed + 2)).stderr
    assert run("deliveries", "retry").exit_code == 2


def test_retry_of_all_asks_first(run: Run, rows: Rows, failed: int) -> None:
    assert run("deliveries", "retry", "--failed", stdin="n\n").exit_code == 1
    assert run("deliveries", "retry", "--failed", "--yes").exit_code == 0
    assert [row["kind"] for row in rows("deliveries", "list", "--failed")] == ["otp"]


def _give(database: Database, delivery_id: int, **values: Any) -> None:
    with database.write() as db:
        db.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))


def test_what_was_cancelled_on_purpose_did_not_fail(run: Run, rows: Rows, database: Database, failed: int) -> None:
    _give(database, failed + 1, status="canceled", reason="pass_replaced")
    assert {row["id"] for row in rows("deliveries", "list", "--failed")} == {failed, failed + 2}
    assert run("deliveries", "retry", "--failed", "--yes").exit_code == 0
    assert "delivery_not_failed" in run("deliveries", "retry", str(failed + 1)).stderr
    assert {row["id"]: row["status"] for row in rows("deliveries", "list")}[failed + 1] == "canceled"


def test_one_that_cannot_be_retried_keeps_no_other_back(run: Run, rows: Rows, failed: int) -> None:
    result = run("deliveries", "retry", str(failed + 1), str(failed), "999")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 2)
    assert {row["id"]: row["status"] for row in rows("deliveries", "list")}[failed] == "owed"


def test_the_question_counts_what_would_be_sent(run: Run, failed: int) -> None:
    assert "1 message " in run("deliveries", "retry", "--failed", stdin="n\n").output


def _register(database: Database) -> str:
    ring = KeyRing.open(database, SECRET, None)
    with database.write() as db:
        events.open_event(db, "fair")
        issued = registrations.register(
            db,
            ring,
            event="fair",
            asked_by=people.find_or_make(db, phone=PHONE, now=NOW),
            phone=None,
            full_name="Asha Rao",
            visit_date=date(2027, 1, 9),
            party_size=3,
            answers={},
            language="en",
            channel="whatsapp",
            consent_version=1,
            consent_text="I agree.",
            now=NOW,
        )
        return shown(issued.code)


def test_a_pass_is_shown_by_its_code(ok: Run, run: Run, rows: Rows, fair_slug: str, database: Database) -> None:
    code = _register(database)
    found = rows("passes", "show", code.lower().replace("-", ""))
    kept = {name: found[name] for name in ("code", "status", "event", "day", "name", "party_size", "kind")}
    assert kept == {
        **{"code": code, "status": "valid", "event": "fair", "day": "2027-01-09"},
        **{"name": "Asha Rao", "party_size": 3, "kind": "visitor"},
    }
    assert found["issued_at"] == "2027-01-01T11:30:00+05:30"
    assert "Asha Rao" in ok("passes", "show", code).stdout
    assert rows("events", "list")[0]["people"] == 3


@pytest.mark.parametrize(
    ("code", "why"),
    [("hello", "not_a_code"), ("", "not_a_code"), ("abcd-efgh", "mistyped_code"), ("0000-0000", "no_such_pass")],
)
def test_a_code_that_leads_to_no_pass(run: Run, code: str, why: str) -> None:
    result = run("passes", "show", code)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert why in result.stderr
    assert code in result.stderr
    assert "*" not in result.stderr
