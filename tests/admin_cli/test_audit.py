"""The audit log: no command changes anything without an entry of who did what, before and after."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select

from bot.database import Database
from bot.domain import audit, people
from bot.domain.keys import KeyRing
from bot.domain.models import AuditEntry
from bot.domain.passes import registration as registrations
from bot.domain.roster import invitations, owners
from flows.understanding.codes import shown
from tests.admin_cli.shell import walk as shell_walk
from tests.bot.domain.builders import SECRET, asking
from tests.paths import ROOT

Run = Callable[..., Result]
Rows = Callable[..., Any]
NOON = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
RAVI, ASHA = "+919812345678", "+919876543210"
OF = ("--event", "fair")


@pytest.fixture
def audited_code(ok: Run, fair_slug: str, database: Database) -> str:
    """The code of a pass of the fair, which has a gate and a volunteer."""
    ok("events", "open", fair_slug)
    ok("gates", "add", *OF, "--name", "Main")
    ok("volunteers", "add", *OF, "--phone", RAVI, "--name", "Ravi")
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        owners.add(db, phone="+919812345670", name="Olga", region="IN", now=NOON)
        asker = people.find_or_make(db, phone=ASHA, now=NOON)
        wish = asking(asker, visit_date=date(2027, 1, 9), full_name="Asha Verma", now=NOON)
        return shown(registrations.register(db, ring, **wish).code)


def _acts(rows: Rows, *of: str) -> list[dict[str, Any]]:
    return list(reversed(rows("audit", "list", *of)))


def test_who_what_before_and_after(ok: Run, rows: Rows, fair_slug: str) -> None:
    ok("events", "set", fair_slug, "--capacity-per-day", "50", "--as", "Asha")
    entry = rows("audit", "list", *OF)[0]
    assert (entry["who"], entry["what"]) == ("Asha", audit.EVENT_CHANGED)
    changed = {one["table"]: one for one in entry["about"]["changes"]}
    assert changed["events"]["of"] == fair_slug
    assert (changed["events"]["before"], changed["events"]["after"]) == (
        *({"capacity_per_day": None}, {"capacity_per_day": 50}),
    )
    assert sum(one["table"] == "event_days" for one in entry["about"]["changes"]) == 3
    assert "capacity_per_day none -> 50" in ok("audit", "list", *OF).stdout


def test_a_text_is_told_as_it_was_and_is(ok: Run, fair_slug: str) -> None:
    ok("events", "notice", fair_slug, "Gate 2 is closed")
    assert "none -> notice: en: Gate 2 is closed" in ok("audit", "list", *OF).stdout


def test_what_statements_change_is_seen_too(ok: Run, rows: Rows, audited_code: str) -> None:
    ok("passes", "revoke", audited_code, "--yes")
    found = rows("audit", "search", audited_code, "--what", "pass_")
    assert [one["what"] for one in found] == [audit.PASS_REVOKED]
    by_table = {one["table"]: one for one in found[0]["about"]["changes"]}
    assert (by_table["passes"]["of"], by_table["passes"]["before"], by_table["passes"]["after"]) == (
        *(audited_code, {"status": "valid"}, {"status": "revoked"}),
    )
    assert by_table["event_days"]["after"]["taken"] < by_table["event_days"]["before"]["taken"]


def test_what_was_refused_leaves_nothing(run: Run, rows: Rows, fair_slug: str) -> None:
    before = _acts(rows)
    assert run("gates", "close", *OF, "--name", "nowhere").exit_code == 1
    assert _acts(rows) == before


def test_nothing_personal_or_secret_is_in_it(ok: Run, rows: Rows, audited_code: str) -> None:
    token = ok("devices", "add", *OF, "--gate", "main", "--name", "Phone 7").stdout.split()[-1]
    ok("devices", "roll", *OF, "--name", "Phone 7", "--yes")
    ok("volunteers", "disable", "--phone", RAVI)
    ok("passes", "reissue", audited_code, "--yes")
    ok("passes", "show", audited_code)
    whole = json.dumps(_acts(rows))
    for private in (RAVI, ASHA, "Ravi", "Asha", token):
        assert private not in whole
    assert RAVI[-4:] in whole


def test_search_and_its_borders(ok: Run, rows: Rows, run: Run, audited_code: str) -> None:
    ok("gates", "close", *OF, "--name", "main", "--as", "Mira Rao")
    assert [one["what"] for one in rows("audit", "list", "--who", "mira")] == [audit.GATE_CLOSED]
    assert {one["what"] for one in rows("audit", "list", "--what", "gate_")} == {audit.GATE_ADDED, audit.GATE_CLOSED}
    assert rows("audit", "list", *OF, "--until", "2020-01-01") == []
    assert rows("audit", "list", *OF, "--since", "2020-01-01", "--limit", "1")[0]["what"] == audit.GATE_CLOSED
    assert rows("audit", "search", "100%") == []
    assert "no_such_event" in run("audit", "list", "--event", "fare").stderr


def test_every_act_about_a_pass_is_found_by_its_code(ok: Run, rows: Rows, audited_code: str) -> None:
    for command in (
        ("passes", "show", audited_code),
        ("passes", "resend", audited_code),
        ("visitors", "show", audited_code),
    ):
        ok(*command)
    ok("visitors", "find", audited_code, *OF)
    told = [audit.SEARCHED, audit.PERSON_VIEWED, audit.PASS_RESENT, audit.PERSON_VIEWED]
    assert [one["what"] for one in rows("audit", "search", audited_code.lower().replace("-", ""))] == told


CHANGING: dict[str, tuple[str, ...]] = {
    "db upgrade": (),
    "deliveries resume-sender": ("whatsapp:+14155238886",),
    "deliveries retry": ("--failed", "--yes"),
    "devices add": (*OF, "--gate", "main", "--name", "Phone 7"),
    "devices roll": (*OF, "--name", "Phone 7", "--yes"),
    "devices revoke": (*OF, "--name", "Phone 7", "--yes"),
    "events kinds add": ("school", *OF),
    "events kinds set": ("school", *OF, "--policy", "once"),
    "events kinds retire": ("school", *OF),
    "events kinds restore": ("school", *OF),
    "events create": ("--slug", "s", "--name", "N", "--from", "2027-01-09", "--to", "2027-01-09"),
    "events set": ("fair", "--venue", "Hall 1"),
    "events day": ("fair", "2027-01-10", "--close"),
    "events questions": ("fair", "--file", "-", "--yes"),
    "events texts": ("fair", "--welcome", "en=Entry is free"),
    "events notice": ("fair", "Gate 2 is closed"),
    "events reminder": ("fair", "on"),
    "broadcast send": (*OF, "--text", "We are open until 8 pm.", "--yes"),
    "broadcast pause": ("1",),
    "broadcast resume": ("1",),
    "broadcast cancel": ("1", "--yes"),
    "stats rebuild": OF,
    "report on": (*OF, "--at", "21:00"),
    "report off": OF,
    "events alerts": ("fair", "--inside", "500"),
    "events pause": ("fair",),
    "events resume": ("fair", "--gate", "main"),
    "events clone": ("fair", "--slug", "next", "--from", "2028-01-08"),
    "events close": ("fair",),
    "events open": ("fair",),
    "export visitors": (*OF, "--out", "OUT", "--yes"),
    "export passes": (*OF, "--out", "OUT", "--yes"),
    "export checkins": (*OF, "--out", "OUT", "--yes"),
    "export deliveries": (*OF, "--out", "OUT", "--yes"),
    "export audit": (*OF, "--out", "OUT", "--yes"),
    "export waiting": (*OF, "--out", "OUT", "--yes"),
    "export needs": (*OF, "--out", "OUT", "--yes"),
    "gates add": (*OF, "--name", "South"),
    "gates close": (*OF, "--name", "South"),
    "gates open": (*OF, "--name", "South"),
    "keys roll": (),
    "keys retire": ("1", "--yes"),
    "owners add": ("--phone", RAVI, "--name", "Ravi"),
    "owners remove": ("--phone", RAVI, "--yes"),
    "passes show": ("CODE",),
    "visitors find": ("CODE", *OF),
    "visitors show": ("CODE",),
    "privacy report": ("--code", "CODE", "--out", "OUT", "--yes"),
    "privacy retention set": ("fair", "30"),
    "passes resend": ("CODE",),
    "passes reissue": ("CODE", "--yes"),
    "passes move": ("NEW", "--phone", "+919812345699", "--yes"),
    "passes revoke": ("NEW", "--yes"),
    "volunteers add": (*OF, "--phone", "+919812345679", "--name", "Mira"),
    "volunteers import": (*OF, "--file", "-"),
    "volunteers invite": (*OF, "--people", "3"),
    "volunteers confirm": (*OF, "--phone", "+919812345601"),
    "volunteers decline": (*OF, "--phone", "+919812345602"),
    "volunteers end-invitation": ("WORDS", *OF),
    "visitors import": ("-", *OF, "--consent", "signed lists", "--yes"),
    "volunteers disable": ("--phone", RAVI),
    "volunteers enable": ("--phone", RAVI),
    "events cancel": ("fair", "--yes"),
    "keys rewrap": ("--new-secret", "9TgRfV3kLmQwZ8xBnYp2", "--yes"),
}
"""Every command that changes something or shows one person, in an order in which all succeed."""
NEW_CODES = {"passes reissue", "passes move"}
"""Commands whose last word is the pass's new code."""
ELSEWHERE = {"templates sync", "templates remove", "privacy erase", "privacy purge", "db restore", "doctor"}
"""Their own tests look at their entries: the first two need Twilio's Content API; the next must keep nothing of what
they erase, so the domain notes them without a before; the last want an empty database, and Twilio's list."""
TYPED = {
    "events questions": "[]",
    "volunteers import": f"phone,name\n{RAVI},Ravi K\n",
    "visitors import": "name,day\nRavi Rao,2027-01-09\n",
}


def test_every_command_that_changes_something_leaves_an_entry(
    ok: Run, audited_code: str, database: Database, tmp_path: Path
) -> None:
    new = {"CODE": audited_code, "OUT": str(tmp_path / "file.csv")}
    for name, arguments in CHANGING.items():
        before = len(_who(database))
        given = (new.get(one, one) for one in arguments)
        done = ok(*name.split(), *given, "--as", f"who {name}", stdin=TYPED.get(name))
        new["NEW"] = done.stdout.split()[-1] if name in NEW_CODES else new.get("NEW", "")
        assert _who(database)[before:] == [f"who {name}"], name
        if name == "volunteers invite":
            new["WORDS"] = _two_accept(database)


def _two_accept(database: Database) -> str:
    """The words of the invitation, which two people have accepted."""
    with database.write() as db:
        [made] = invitations.list_invitations(db, "fair", datetime.now(UTC))
        for number in (1, 2):
            invitations.accept(db, made.words, f"+91981234560{number}", "Dev", datetime.now(UTC))
        return made.words


def _who(database: Database) -> list[str]:
    with database.read() as db:
        return list(db.scalars(select(AuditEntry.actor).order_by(AuditEntry.id)))


def test_every_command_that_can_change_something_asks_who() -> None:
    """A write transaction asks for `--as` (admin_cli.console.session), so a command without it fails its own tests."""
    asking_who = {
        path for path, command in shell_walk.commands() if "--as" in {opt for one in command.params for opt in one.opts}
    }
    assert asking_who == CHANGING.keys() | ELSEWHERE


def test_no_command_opens_a_write_by_itself() -> None:
    doors = ROOT / "admin_cli"
    writing = {file.name for file in doors.rglob("*.py") if ".write()" in file.read_text("utf-8")}
    assert writing - {"privacy.py"} == {"session.py"}
