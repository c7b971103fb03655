"""`visitors import` of lists as people have them: what is unsure is said before anything is made."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from sqlalchemy import select

from bot.database import Database
from bot.domain.exports.writers import FORMATS
from bot.domain.models import Pass, Registration
from tests.paths import VECTORS

Run = Callable[..., Result]
LISTS = VECTORS / "lists"
OF = ("--event", "year", "--consent", "signed lists")
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def year(ok: Run, month_before: None) -> str:
    """The slug of an event from January to March, with one kind of pass."""
    ok("events", "create", "--slug", "year", "--name", "Year", "--from", "2027-01-09", "--to", "2027-03-31")
    return "year"


def there(database: Database) -> dict[str, str]:
    """The day of each pass by its holder's name."""
    with database.read() as db:
        found = db.execute(select(Registration.full_name, Pass.day).join(Pass, Pass.registration_id == Registration.id))
        return {name: str(day) for name, day in found}


def looked(run: Run, file: Path, *more: str) -> dict[str, Any]:
    """What a look at a file tells."""
    told: dict[str, Any] = json.loads(run("visitors", "import", str(file), *OF, "--dry-run", "--json", *more).stdout)
    return told


def test_a_bad_byte_is_refused_and_read_when_told(run: Run, year: str, database: Database) -> None:
    file = str(LISTS / "bad_byte.csv")
    refused = run("visitors", "import", file, *OF, "--yes")
    assert (refused.exit_code, "encoding_broken" in refused.stderr, there(database)) == (1, True, {})
    run("visitors", "import", file, *OF, "--yes", "--encoding", "utf-8")
    assert set(there(database)) == {"राम", "सीता"}


def test_one_row_proves_that_the_month_stands_first(run: Run, ok: Run, year: str, database: Database) -> None:
    told = ok("visitors", "import", str(LISTS / "us.csv"), *OF, "--yes").stdout
    assert "the month stands first" in told
    assert there(database) == {"Asha": "2027-02-13", "Ravi": "2027-02-03", "Tara": "2027-03-02", "Uma": "2027-02-28"}
    told = looked(run, LISTS / "us.csv", "--dates", "dmy")["problems"]
    assert [(one["row"], one["code"]) for one in told if one["column"] == "Day"] == [
        (2, "day_unclear"),
        (5, "day_unclear"),
    ]


def test_several_days_in_a_cell_are_bad_rows_that_say_how(run: Run, year: str) -> None:
    told = looked(run, LISTS / "two_days.csv")
    assert (told["rows"]["all"], told["rows"]["bad"]) == (22, 22)
    days = [one for one in told["problems"] if one["column"] == "Day"]
    assert (len(days), [one for one in days if "with ; between" not in one["todo"]]) == (22, [])


def test_a_forms_own_heads(ok: Run, run: Run, year: str, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "form.csv"
    file.write_text((LISTS / "gforms.csv").read_text("utf-8").replace("9812345001", "919876000000"), "utf-8")
    told = looked(run, file)
    assert told["columns"] == {
        "name": "Full Name",
        "phone": "Mobile Number (WhatsApp)",
        "day": "Date of Visit",
        "party": "No. of persons (including you)",
    }
    assert [(one["row"], one["code"]) for one in told["doubts"]] == [(2, "phone_rounded")]
    assert run("visitors", "import", str(file), *OF, stdin="n\n").exit_code == 1
    assert there(database) == {}
    said = ok("visitors", "import", str(file), *OF, "--yes")
    assert ("row 2 is read as: Asha Verma" in said.stdout, "phone_rounded" in said.stderr) == (True, True)


def test_what_a_sheet_hides_and_where_its_heads_are(
    run: Run, ok: Run, year: str, database: Database, tmp_path: Path
) -> None:
    book, file = openpyxl.Workbook(), tmp_path / "guests.xlsx"
    book.active.title, book.active.sheet_state = "Old", "hidden"
    book.active.append(["Name"])
    sheet = book.create_sheet("New")
    for row in (["Guests"], ["First name", "Last name", "Day"], ["Asha", "Verma", "9 Jan"], ["Ravi", "#N/A", "9 Jan"]):
        sheet.append(row)
    sheet.append(["Mira", "Das", "9 Jan"])
    sheet.row_dimensions[5].hidden = True
    book.save(file)
    told = looked(run, file)
    assert [note["code"] for note in told["notes"]] == ["hidden_sheets", "hidden_rows", "title"]
    assert (told["columns"]["name"], told["rows"]["new"]) == ("First name + Last name", 2)
    assert [(one["row"], one["code"]) for one in told["problems"]] == [(4, "sheet_error")]
    run("visitors", "import", str(file), *OF, "--yes", "--without-hidden")
    assert list(there(database)) == ["Asha Verma"]


def test_files_that_are_there_are_not_written_over_unasked(run: Run, year: str, tmp_path: Path) -> None:
    mended = tmp_path / "bad.csv"
    mended.write_text("an afternoon's work")
    for option in ("--errors", "--sheet"):
        assert run("visitors", "import", str(LISTS / "us.csv"), *OF, option, str(mended)).exit_code == 1
    assert mended.read_text() == "an afternoon's work"


LIST = """Name,Mobile,Day,Ref,Kind,City
Asha Verma,9812345001,2027-01-09,,,Delhi
=Ravi Rao,,9 Jan 2027; 10 Jan 2027,GHS-7,,+Agra
मीरा,,2027-01-11,,,
मीरा,,2027-01-11,,,
Tara Das,9812345002,,,press,
Uma,,2027-01-12,U 1,,
"""


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "jsonl"])
def test_our_own_export_can_be_imported_again(
    ok: Run, rows: Callable[..., Any], year: str, database: Database, tmp_path: Path, form: str
) -> None:
    ok("events", "kinds", "add", "press", "--event", year, "--day", "2027-01-09", "--day", "2027-01-13")
    question = '[{"name": "city", "kind": "text", "required": false, "labels": {"en": "City?"}}]'
    ok("events", "questions", year, "--file", "-", "--yes", stdin=question)
    file, out = tmp_path / "guests.csv", tmp_path / f"out.{form}"
    file.write_text(LIST, "utf-8")
    importing = ("visitors", "import", "--consent", "signed lists", "--yes", "--event")
    first = rows(*importing, year, str(file), "--map", "City=city")
    assert first["rows"]["new"] == 6
    ok("export", "visitors", "--event", year, "--format", form, "--out", str(out))
    again = rows(*importing, year, str(out))
    assert (again["rows"], again["doubts"]) == ({**again["rows"], "all": 7, "already_there": 7}, [])
    # and at another event of the same days everybody is new, once
    ok("events", "create", "--slug", "next", "--name", "Next", "--from", "2027-01-09", "--to", "2027-03-31")
    ok("events", "kinds", "add", "press", "--event", "next", "--day", "2027-01-09", "--day", "2027-01-13")
    assert rows(*importing, "next", str(out))["rows"]["new"] == 7
    assert rows(*importing, "next", str(out))["rows"]["already_there"] == 7
    ok("export", "visitors", "--event", year, "--format", "jsonl", "--out", str(tmp_path / "refs"))
    exported = [json.loads(line) for line in (tmp_path / "refs").read_text("utf-8").splitlines()]
    assert [one["ref"] for one in exported] == [None, "GHS-7", "GHS-7", None, None, None, "U 1"]
    for table in ("passes", "checkins"):
        ok("export", table, "--event", year, "--out", "-", "--columns", "code,ref")


def test_who_cancelled_gets_no_pass_by_an_export(
    run: Run, ok: Run, year: str, database: Database, tmp_path: Path
) -> None:
    file, out = tmp_path / "guests.csv", tmp_path / "out.csv"
    file.write_text("Name,Mobile,Day\nAsha,9812345001,9 Jan\nRavi,9812345002,9 Jan\n", "utf-8")
    ok("visitors", "import", str(file), *OF, "--yes")
    with database.read() as db:
        code = db.scalars(select(Pass.code).order_by(Pass.id)).first()
    ok("passes", "revoke", str(code), "--yes")
    ok("export", "visitors", "--event", year, "--out", str(out))
    told = looked(run, out)
    assert [(one["row"], one["code"]) for one in told["problems"]] == [(2, "not_coming")]
    assert told["rows"]["already_there"] == 1
