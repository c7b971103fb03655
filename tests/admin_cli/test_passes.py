"""`passes`: sent again, taken out of use, issued anew; and what went wrong without a network."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import checkins, passes, people
from bot.domain.checkins.offline import upload as offline_upload
from bot.domain.keys import KeyRing
from bot.domain.models import ContactAlias, Delivery
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from flows.shapes.scans import Scan
from flows.understanding.codes import shown
from tests.bot.domain.builders import asking

Run = Callable[..., Result]
Rows = Callable[..., Any]
PHONE, OTHER = "+919876543210", "+919855555555"
DAY = date(2027, 1, 9)
NOON = datetime(2027, 1, 9, 6, 30, tzinfo=UTC)


@pytest.fixture
def pass_code(ok: Run, fair_slug: str, database: Database, ring: KeyRing) -> str:
    """A pass of two for the fair, as it is shown."""
    ok("events", "open", fair_slug)
    with database.write() as db:
        gates.add(db, fair_slug, "Main")
        asker = people.find_or_make(db, phone=PHONE, now=NOON)
        return shown(registrations.register(db, ring, **asking(asker, visit_date=DAY, now=NOON)).code)


def scanned(database: Database, ring: KeyRing, code: str, **more: Any) -> str:
    """What a scan of it comes to."""
    scan = Scan(**{"text": code, "scan_id": f"look {code}", "event": "fair", "channel": "api", "gate": "main"} | more)
    with database.write() as db:
        return checkins.admit(db, ring, scan, NOON).result


def owed(database: Database) -> list[tuple[str, str | None]]:
    """Lane and sender of each image that is owed."""
    with database.read() as db:
        rows = db.execute(select(Delivery.lane, Delivery.sender).where(Delivery.kind == "pass").order_by(Delivery.id))
        return [(row.lane, row.sender) for row in rows]


def test_resend_goes_to_where_the_image_went_before(ok: Run, database: Database, pass_code: str) -> None:
    ok("passes", "resend", pass_code)
    assert owed(database) == [(f"whatsapp:{PHONE}", None)]
    with database.write() as db:
        db.execute(update(Delivery).values(lane="whatsapp:IN.abc", sender="whatsapp:+15550001111"))
    ok("passes", "resend", pass_code.lower())
    assert owed(database)[1] == ("whatsapp:IN.abc", "whatsapp:+15550001111")


def test_somebody_without_a_phone_cannot_be_sent_anything(
    run: Run, ok: Run, database: Database, pass_code: str
) -> None:
    with database.write() as db:
        db.query(ContactAlias).delete()
    refused = run("passes", "resend", pass_code)
    assert (refused.exit_code, "pass_unreachable" in refused.stderr) == (1, True)
    assert "nobody" in ok("passes", "reissue", pass_code, "--yes").stdout


def test_revoke_asks_first_and_ends_the_pass(run: Run, database: Database, ring: KeyRing, pass_code: str) -> None:
    assert run("passes", "revoke", pass_code, stdin="n\n").exit_code == 1
    assert scanned(database, ring, pass_code, simulate=True) == "admitted"
    assert run("passes", "revoke", pass_code, stdin="y\n").exit_code == 0
    assert scanned(database, ring, pass_code) == "revoked"
    again = run("passes", "revoke", pass_code, "--yes")
    assert (again.exit_code, "pass_not_valid" in again.stderr) == (1, True)
    assert "pass_not_valid" in run("passes", "resend", pass_code).stderr


def test_reissue_prints_the_new_code_and_sends_its_image(
    ok: Run, database: Database, ring: KeyRing, pass_code: str
) -> None:
    new = ok("passes", "reissue", pass_code, "--yes").stdout.split()[-1]
    assert (scanned(database, ring, pass_code), scanned(database, ring, new)) == ("replaced", "admitted")
    assert owed(database) == [(f"whatsapp:{PHONE}", None)]
    with database.read() as db:
        assert passes.by_code(db, pass_code).replaced_by_id == passes.by_code(db, new).id


def test_a_pass_moves_to_another_person(
    ok: Run, rows: Rows, run: Run, database: Database, ring: KeyRing, pass_code: str
) -> None:
    assert run("passes", "move", pass_code, "--phone", OTHER, stdin="n\n").exit_code == 1
    assert scanned(database, ring, pass_code, simulate=True) == "admitted"
    said = ok("passes", "move", pass_code.lower(), "--phone", "98555 55555", "--yes", "--as", "Mira").stdout
    new = said.split()[-1]
    assert (scanned(database, ring, pass_code), scanned(database, ring, new, count=1)) == ("replaced", "admitted")
    with database.read() as db:
        sent = db.scalars(select(Delivery)).one()
        assert (sent.kind, sent.lane, sent.pass_id) == ("link", OTHER, passes.by_code(db, new).id)
        held = {phone: _codes(db, phone) for phone in (PHONE, OTHER)}
    assert held == {PHONE: [], OTHER: [new]}
    [entry] = [one for one in rows("audit", "list", "--event", "fair") if one["what"] == "pass_moved"]
    assert entry["who"] == "Mira"
    assert {"passes", "registrations"} <= {one["table"] for one in entry["about"]["changes"]}
    again = ok("passes", "move", new, "--phone", PHONE, "--yes").stdout.split()[-1]
    assert scanned(database, ring, again, scan_id="once more", count=2) == "too_many"


def test_what_cannot_be_moved_is_refused_and_stays(
    run: Run, ok: Run, database: Database, ring: KeyRing, pass_code: str
) -> None:
    with database.write() as db:
        other = people.find_or_make(db, phone=OTHER, now=NOON)
        second = shown(registrations.register(db, ring, **asking(other, visit_date=DAY, now=NOON)).code)

    def refusal(what: str, phone: str) -> str:
        result = run("passes", "move", what, "--phone", phone, "--yes")
        assert result.exit_code == 1
        return result.stderr

    assert "holds_it_already" in refusal(pass_code, PHONE)
    assert "already_registered" in refusal(pass_code, OTHER)
    assert "not_a_phone" in refusal(pass_code, "12")
    assert "no_such_pass" in refusal("0000-0000", OTHER)
    ok("passes", "revoke", second, "--yes")
    assert "pass_not_valid" in refusal(second, PHONE)
    assert scanned(database, ring, pass_code, simulate=True) == "admitted"


def test_who_has_stopped_our_messages_is_sent_nothing(ok: Run, database: Database, pass_code: str) -> None:
    with database.write() as db:
        people.find_or_make(db, phone=OTHER, now=NOON).stopped_at = NOON
    ok("passes", "move", pass_code, "--phone", OTHER, "--yes")
    with database.read() as db:
        assert db.scalars(select(Delivery)).all() == []


def _codes(db: Session, phone: str) -> list[str]:
    found = people.find_all(db, phone=phone)
    return [shown(one.code) for person in found for one in passes.of_person(db, person, NOON)]


@pytest.mark.parametrize("command", ["show", "resend", "revoke", "reissue"])
def test_a_wrong_code_is_said_before_anything_is_asked(run: Run, pass_code: str, command: str) -> None:
    for typed, why in (("0000-0000", "no_such_pass"), ("0000-0001", "mistyped_code"), ("hello", "not_a_code")):
        result = run("passes", command, typed)
        assert (result.exit_code, why in result.stderr) == (1, True)


def test_conflicts_are_listed_with_both_gates(
    ok: Run, rows: Rows, fair_slug: str, database: Database, ring: KeyRing, pass_code: str
) -> None:
    assert "none" in ok("passes", "conflicts", "--event", fair_slug).stderr
    with database.write() as db:
        gates.add(db, fair_slug, "North")
    scan = Scan(pass_code, "first", fair_slug, "batch", gate="main", scanned_at=NOON)
    later = Scan(pass_code, "second", fair_slug, "batch", gate="north", scanned_at=NOON.replace(minute=35))
    offline_upload.record(database, ring, [scan, later], NOON.replace(hour=9))
    (row,) = rows("passes", "conflicts", "--event", fair_slug, "--day", "2027-01-09")
    assert (row["code"], row["party_size"], row["went_in"], row["counted"]) == (pass_code, 2, 2, 0)
    assert (row["gate"], row["first_gate"]) == ("north", "main")
    assert (row["result"], row["clock"]) == ("conflict", False)
    assert row["scanned_at"] == "2027-01-09T12:05:00+05:30"
    assert rows("passes", "conflicts", "--event", fair_slug, "--day", "2027-01-10") == []
    ahead = Scan(pass_code, "third", fair_slug, "batch", scanned_at=NOON.replace(hour=20), shown="wrong_day")
    offline_upload.record(database, ring, [ahead], NOON.replace(hour=10))
    newest, _ = rows("passes", "conflicts", "--event", fair_slug)
    assert (newest["result"], newest["clock"], newest["went_in"]) == ("wrong_day", True, 0)
