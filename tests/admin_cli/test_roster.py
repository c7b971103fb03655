"""`volunteers`, `gates`, `devices` and `events kinds`, as an organiser uses them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bot.database import Database
from bot.domain import roster
from bot.domain.checkins import code_guessing
from bot.domain.roster import devices

Run = Callable[..., Result]
Rows = Callable[..., Any]
RAVI = "+919812345678"


@pytest.fixture
def gate_slug(ok: Run, fair_slug: str) -> str:
    """The slug of a gate of the fair."""
    return ok("gates", "add", "--event", fair_slug, "--name", "North  Gate (1)").stdout.strip()


def test_gates(ok: Run, run: Run, rows: Rows, fair_slug: str, gate_slug: str) -> None:
    assert gate_slug == "north-gate-1"
    assert "gate_taken" in run("gates", "add", "--event", fair_slug, "--name", "north gate 1").stderr
    assert "bad_gate_name" in run("gates", "add", "--event", fair_slug, "--name", "–").stderr
    ok("volunteers", "add", "--event", fair_slug, "--phone", RAVI, "--name", "Ravi", "--gate", gate_slug)
    assert ok("gates", "close", "--event", fair_slug, "--name", "NORTH gate (1)").stdout.endswith("told: 1\n")
    assert "gate_closed" in run("events", "resume", fair_slug, "--gate", gate_slug).stderr
    assert f"still closed: {gate_slug}" in ok("events", "resume", fair_slug).stdout
    assert [(row["slug"], row["name"], row["open"]) for row in rows("gates", "list", "--event", fair_slug)] == [
        ("north-gate-1", "North Gate (1)", False)
    ]
    ok("gates", "open", "--event", fair_slug, "--gate", gate_slug)
    assert rows("gates", "list", "--event", fair_slug)[0]["open"] is True
    assert "no_such_gate" in run("gates", "close", "--event", fair_slug, "--name", "south").stderr


def test_volunteers_come_go_and_come_back(ok: Run, run: Run, rows: Rows, fair_slug: str, gate_slug: str) -> None:
    ok("volunteers", "add", "--event", fair_slug, "--phone", "+91 98123-45678", "--name", "Ravi", "--gate", gate_slug)
    ok("volunteers", "add", "--event", fair_slug, "--phone", "9812345679", "--name", "Mira", "--role", "supervisor")
    assert [(row["phone"], row["role"], row["gate"]) for row in rows("volunteers", "list", "--event", fair_slug)] == [
        ("+919812345679", "supervisor", None),
        (RAVI, "volunteer", gate_slug),
    ]
    again = run("volunteers", "add", "--event", fair_slug, "--phone", RAVI, "--name", "R")
    assert "on_roster_already" in again.stderr
    assert RAVI not in again.stderr
    ok("volunteers", "disable", "--phone", RAVI)
    assert [row["enabled"] for row in rows("volunteers", "show", "--phone", RAVI)] == [False]
    ok("volunteers", "enable", "--phone", RAVI, "--event", fair_slug)
    assert [row["enabled"] for row in rows("volunteers", "show", "--phone", RAVI)] == [True]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"--phone": "12"}, "not_a_phone"),
        ({"--gate": "south"}, "no_such_gate"),
        ({"--name": " "}, "bad_name"),
        ({"--event": "fare"}, "no_such_event"),
    ],
)
def test_a_volunteer_who_cannot_be(run: Run, fair_slug: str, changed: dict[str, str], code: str) -> None:
    given = {"--event": fair_slug, "--phone": RAVI, "--name": "Ravi", **changed}
    result = run("volunteers", "add", *(word for pair in given.items() for word in pair))
    assert (result.exit_code, result.stdout) == (1, "")
    assert code in result.stderr


def test_what_there_is_in_the_place_of_what_there_is_not(run: Run, fair_slug: str, gate_slug: str) -> None:
    refused = run("volunteers", "add", "--event", fair_slug, "--phone", RAVI, "--name", "Ravi", "--gate", "south")
    assert f": {gate_slug} (no_such_gate)" in refused.stderr
    assert "events list" in run("volunteers", "list", "--event", "nothing-like-it").stderr


def test_nobody_of_that_phone(run: Run, fair_slug: str) -> None:
    for verb in ("enable", "disable", "show"):
        assert "not_on_roster" in run("volunteers", verb, "--phone", RAVI).stderr


def test_import_takes_all_or_nothing(
    ok: Run, run: Run, rows: Rows, fair_slug: str, gate_slug: str, tmp_path: Path
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(f"\ufeffPhone,Name,Role,Gate\n{RAVI},Ravi,,{gate_slug}\n+919812345679,Mira,Supervisor,\n", "utf-8")
    assert ok("volunteers", "import", "--event", fair_slug, "--file", str(file)).stdout == "2 added, 0 changed\n"
    file.write_text(f"phone,name,role\n{RAVI},Ravi K,admin\n+919812345670,Dev,\n", "utf-8")
    assert ok("volunteers", "import", "--event", fair_slug, "--file", str(file)).stdout == "1 added, 1 changed\n"
    before = rows("volunteers", "list", "--event", fair_slug)
    file.write_text(f"phone,name,role,gate\n1,A,,\n+919812345671,B,,\n{RAVI},,,\n{RAVI},C,chief,\n,,,\n{RAVI},D,,south")
    bad = run("volunteers", "import", "--event", fair_slug, "--file", str(file))
    assert (bad.exit_code, bad.stdout) == (1, "")
    assert [line.split(":")[0] for line in bad.stderr.splitlines() if line.startswith("line")] == [
        *("line 2", "line 4", "line 5", "line 5", "line 7", "line 7")
    ]
    assert "4 of 5" in bad.stderr
    assert rows("volunteers", "list", "--event", fair_slug) == before


@pytest.mark.parametrize("body", ["", "name\nRavi\n", 'phone,name\n"+91', "phone,name,salary\n", "\xff\xfe\x00"])
def test_import_of_no_table(run: Run, fair_slug: str, tmp_path: Path, body: str) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(body.encode("latin-1"))
    result = run("volunteers", "import", "--event", fair_slug, "--file", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1


def test_a_scanner_and_its_tokens(
    ok: Run, run: Run, rows: Rows, fair_slug: str, gate_slug: str, database: Database
) -> None:
    place = ("--event", fair_slug, "--name", "Phone 7")
    token = ok("devices", "add", *place, "--gate", gate_slug).stdout.split()[-1]
    assert "device_taken" in run("devices", "add", *place, "--gate", gate_slug).stderr
    rolled = ok("devices", "roll", *place, "--yes").stdout.split()[-1]
    assert _known(database, token, rolled) == [False, True]
    assert run("devices", "revoke", *place, stdin="n\n").exit_code == 1
    ok("devices", "revoke", *place, "--yes")
    assert _known(database, token, rolled) == [False, False]
    assert "no_such_device" in run("devices", "revoke", *place, "--yes").stderr
    ok("devices", "add", *place, "--gate", gate_slug)
    shown = ok("devices", "list", "--event", fair_slug, "--json").stdout
    assert [row["state"] for row in rows("devices", "list", "--event", fair_slug)] == ["revoked", "in use"]
    assert token not in shown
    assert devices.hashed(token) not in shown


def _known(database: Database, *tokens: str) -> list[bool]:
    return [devices.by_token(database, token) is not None for token in tokens]


def test_kinds(ok: Run, run: Run, rows: Rows, fair_slug: str, gate_slug: str) -> None:
    of = ("--event", fair_slug)
    days = ("--day", "2027-01-11", "--day", "2027-01-09")
    ok("events", "kinds", "add", "staff", *of, "--label", "en=Exhibitor", "--label", "hi=प्रदर्शक", *days)
    ok("events", "kinds", "set", "staff", *of, "--policy", "in_out", "--gate", gate_slug, "--max-party", "45")
    assert rows("events", "kinds", "list", *of)[1] == {
        **{"slug": "staff", "number": 1, "labels": {"en": "Exhibitor", "hi": "प्रदर्शक"}},
        **{
            "days": ["2027-01-09", "2027-01-11"],
            "policy": "in_out",
            "max_party": 45,
            "gates": [gate_slug],
            "retired": False,
        },
    }
    ok("events", "kinds", "set", "staff", *of, "--policy", "none", "--gate", "none", "--day", "none")
    kept = rows("events", "kinds", "list", *of)[1]
    assert (kept["policy"], kept["gates"], kept["days"], kept["max_party"]) == (None, None, None, 45)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["add", "visitor"], "kind_taken"),
        (["add", "School Bus"], "bad_slug"),
        (["add", "school", "--day", "2027-02-01"], "no_such_day"),
        (["add", "school", "--gate", "south"], "no_such_gate"),
        (["add", "school", "--max-party", "300"], "bad_party_limit"),
        (["add", "school", "--label", "xx=School"], "bad_language"),
        (["set", "school", "--policy", "once"], "no_such_kind"),
    ],
)
def test_a_kind_that_cannot_be(run: Run, rows: Rows, fair_slug: str, arguments: list[str], code: str) -> None:
    assert code in run("events", "kinds", *arguments, "--event", fair_slug).stderr
    assert [row["slug"] for row in rows("events", "kinds", "list", "--event", fair_slug)] == ["visitor"]


def test_a_pause_is_told(ok: Run, rows: Rows, fair_slug: str, database: Database) -> None:
    ok("volunteers", "add", "--event", fair_slug, "--phone", RAVI, "--name", "Ravi")
    with database.write() as db:
        code_guessing.pause(db, roster.of_phone(db, RAVI)[0], datetime.now(UTC))
    assert rows("volunteers", "list", "--event", fair_slug)[0]["paused_until"] is not None
    ok("volunteers", "enable", "--phone", RAVI)
    assert rows("volunteers", "list", "--event", fair_slug)[0]["paused_until"] is None
