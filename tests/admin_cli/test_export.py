"""`export`: whole files, harmless to spreadsheets, in the event's own time."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from string import ascii_uppercase
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from click.testing import Result
from sqlalchemy import select

from bot.database import Database
from bot.delivery.outbox import enqueue
from bot.domain import checkins, events, people, roster
from bot.domain.exports import files, pages, workbook, writers
from bot.domain.keys import KeyRing
from bot.domain.models import Registration
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from flows.shapes.scans import Scan
from flows.understanding.codes import shown
from tests.bot.domain.builders import SECRET, asking

Run = Callable[..., Result]
Rows = Callable[..., Any]
DAY = date(2027, 1, 9)
NOON = datetime(2027, 1, 9, 6, 30, tzinfo=UTC)
FORMULA = '=HYPERLINK("http://evil.example","Asha")'
TABLES = {"visitors": 3, "passes": 3, "checkins": 2, "deliveries": 1}
"""How many rows each has."""


@pytest.fixture
def codes(ok: Run, fair_slug: str, database: Database) -> list[str]:
    """Three registrations at the fair, one by somebody who writes formulas; an entry, a refusal, a message."""
    ok("events", "open", fair_slug)
    ring = KeyRing.open(database, SECRET)
    question = {"name": "city", "kind": "text", "labels": {"en": "City?"}}
    with database.write() as db:
        events.set_questions(db, fair_slug, [question])
        gates.add(db, fair_slug, "Main")
        ravi = roster.add(db, fair_slug, phone="+919811111111", name="Ravi", region="IN", now=NOON)
        issued = []
        for number, name in enumerate(("Asha Verma", FORMULA, "मीरा")):
            asker = people.find_or_make(db, phone=f"+9198765432{number:02}", now=NOON)
            wish = asking(asker, visit_date=DAY, full_name=name, answers={"city": "+Delhi"}, now=NOON)
            issued.append(registrations.register(db, ring, **wish))
        enqueue.enqueue_pass(db, issued[0], address="whatsapp:+919876543200", sender=None, language="en", now=NOON)
        same: dict[str, Any] = {"event": fair_slug, "channel": "api", "gate": "main", "staff_id": ravi.id}
        checkins.admit(db, ring, Scan(issued[0].code, "one", **same), NOON)
        checkins.admit(db, ring, Scan("nonsense", "two", **same), NOON.replace(minute=31))
        return [shown(one.code) for one in issued]


@pytest.fixture
def export_folder(tmp_path: Path) -> Path:
    """Where the files go: nothing else is there."""
    made = tmp_path / "files"
    made.mkdir()
    return made


def read(path: Path) -> list[dict[str, Any]]:
    """A file that was written, whatever its form; every cell a text, but of JSON lines."""
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = _sheet(path) if path.suffix == ".xlsx" else list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]


def _sheet(path: Path) -> list[list[str]]:
    """The first sheet's cells; a formula among them fails."""
    space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert sheet.find(".//s:f", space) is None
    return [_cells(row) for row in sheet.findall(".//s:row", space)]


def _cells(row: ElementTree.Element) -> list[str]:
    """A row's cells by the letters of their columns: empty ones are not in the file."""
    found = {re.sub(r"\d", "", cell.attrib["r"]): "".join(cell.itertext()) for cell in row}
    letters = [f"{first}{second}" for first in ("", "A") for second in ascii_uppercase]
    return [found.get(letter, "") for letter in letters[: letters.index(list(found)[-1]) + 1]]


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_visitors_in_every_form(ok: Run, fair_slug: str, codes: list[str], export_folder: Path, form: str) -> None:
    out = export_folder / f"visitors.{form}"
    ok("export", "visitors", "--event", fair_slug, "--format", form, "--out", str(out))
    rows = read(out)
    assert [row["code"] for row in rows] == codes
    assert (rows[0]["full_name"], rows[0]["phone"]) == ("Asha Verma", "+919876543200")
    assert rows[0]["registered_at"] == "2027-01-09T12:00:00+05:30"
    assert rows[0]["first_entry_at"] == "2027-01-09T12:00:00+05:30"
    assert (str(rows[0]["people_admitted"]), str(rows[1]["people_admitted"])) == ("2", "0")
    assert rows[2]["full_name"] == "मीरा"
    harmed = "" if form == "jsonl" else "'"
    assert (rows[1]["full_name"], rows[1]["answer_city"]) == (harmed + FORMULA, f"{harmed}+Delhi")


def test_a_question_that_was_removed_keeps_its_column_while_it_has_an_answer(
    ok: Run, run: Run, fair_slug: str, codes: list[str], export_folder: Path, database: Database
) -> None:
    other = {"name": "school", "kind": "text", "labels": {"en": "School?"}}
    never = {"name": "colour", "kind": "text", "labels": {"en": "Colour?"}}
    with database.write() as db:
        for questions in ([never], [other]):
            events.set_questions(db, fair_slug, questions)
    for form in writers.FORMATS:
        out = export_folder / f"visitors.{form}"
        ok("export", "visitors", "--event", fair_slug, "--format", form, "--out", str(out))
        found = [str(row["answer_city"]).lstrip("'") for row in read(out)]
        assert found == ["+Delhi"] * 3
        assert [name for name in read(out)[0] if name.startswith("answer_")] == ["answer_school", "answer_city"]
    some = (
        "export",
        "visitors",
        "--event",
        fair_slug,
        "--out",
        str(export_folder / "some.csv"),
        "--columns",
        "answer_city",
    )
    ok(*some)
    with database.write() as db:
        events.set_questions(db, fair_slug, [{"name": "city", "kind": "text", "labels": {"en": "City?"}}])
    ok(*some, "--yes")
    with database.write() as db:
        events.set_questions(db, fair_slug, [])
        for one in db.scalars(select(Registration)):
            one.answers = {**one.answers, "city": None}
    assert "no_such_column" in run(*some, "--yes").stderr


def test_scans_of_a_night_event_by_its_day(
    ok: Run, run: Run, fair_slug: str, codes: list[str], export_folder: Path, database: Database
) -> None:
    ring, out = KeyRing.open(database, SECRET), str(export_folder / "night.jsonl")
    ok("events", "set", fair_slug, "--hours", "18:00-02:00")
    evening, midnight = NOON.replace(hour=14), NOON.replace(hour=19, minute=30)  # 20:00, and 1:00 of the next date
    with database.write() as db:
        for number, moment in enumerate((evening, midnight, evening.replace(day=10))):
            for text in (codes[1], "nonsense"):
                wish = Scan(text, f"{text} {number}", event=fair_slug, channel="api", gate="main", count=1)
                checkins.admit(db, ring, wish, moment)
    some = ("export", "checkins", "--event", fair_slug, "--format", "jsonl", "--out", out, "--yes")
    ok(*some, "--event-day", "2027-01-09")
    found = [(row["event_day"], row["scanned_at"][:13], row["result"]) for row in read(Path(out))]
    assert found[2:] == [
        *(("2027-01-09", "2027-01-09T20", "admitted"), ("2027-01-09", "2027-01-09T20", "unreadable")),
        *(("2027-01-09", "2027-01-10T01", "admitted"), ("2027-01-09", "2027-01-10T01", "unreadable")),
    ]
    ok(*some, "--event-day", "2027-01-10")
    assert {row["event_day"] for row in read(Path(out))} == {"2027-01-10"}
    ok(*some, "--event-day", "2027-01-09", "--since", "2027-01-10")
    assert len(read(Path(out))) == 2
    assert "no_such_day" in run(*some, "--event-day", "2027-02-01").stderr
    assert run(*some, "--event-day", "soon").exit_code == 2
    visitors = ("export", "visitors", "--event", fair_slug, "--out", out, "--event-day", "2027-01-09")
    assert run(*visitors).exit_code == 2


@pytest.mark.parametrize(("table", "number"), TABLES.items())
def test_every_table(
    ok: Run, rows: Rows, fair_slug: str, codes: list[str], export_folder: Path, table: str, number: int
) -> None:
    out = export_folder / "out.csv"
    ok("export", table, "--event", fair_slug, "--out", str(out), "--as", "Meena")
    found = read(out)
    assert len(found) == number
    if table == "checkins":
        assert [(row["result"], row["volunteer"]) for row in found] == [("admitted", "Ravi"), ("unreadable", "Ravi")]
    if table == "deliveries":
        assert (found[0]["to"], found[0]["code"]) == ("…3200", codes[0])
    ok("export", "audit", "--event", fair_slug, "--format", "jsonl", "--out", str(export_folder / "audit.jsonl"))
    act = read(export_folder / "audit.jsonl")[-1]
    assert (act["who"], act["what"], json.loads(act["about"])["table"]) == ("Meena", "exported", table)


def test_to_standard_output(
    ok: Run, fair_slug: str, codes: list[str], export_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(export_folder)
    done = ok("export", "passes", "--event", fair_slug, "--out", "-", "--columns", "code", "--format", "jsonl")
    assert [json.loads(line)["code"] for line in done.stdout.splitlines()] == codes
    assert "3 rows" in done.stderr
    assert list(export_folder.iterdir()) == []


def test_columns_and_times_choose(ok: Run, run: Run, fair_slug: str, codes: list[str], export_folder: Path) -> None:
    out = export_folder / "some.csv"
    some = ("export", "passes", "--event", fair_slug, "--out", str(out), "--columns", "code,day")
    ok(*some, "--since", "2027-01-09 12:00", "--until", "2027-01-09")
    assert read(out) == [{"code": code, "day": "2027-01-09"} for code in codes]
    ok(*some, "--until", "2027-01-09T11:59+05:30", "--yes")
    assert out.read_text("utf-8-sig") == "code,day\n"
    wrong = run("export", "passes", "--event", fair_slug, "--out", str(export_folder / "no.csv"), "--columns", "colour")
    assert (wrong.exit_code, "no_such_column" in wrong.stderr, "party_size" in wrong.stderr) == (1, True, True)
    assert run(*some, "--since", "yesterday").exit_code == 2
    assert [file.name for file in export_folder.iterdir()] == ["some.csv"]


def test_what_cannot_be_written_leaves_nothing(
    run: Run, fair_slug: str, codes: list[str], export_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = export_folder / "visitors.csv"
    before.write_text("the last one\n")
    nowhere = run("export", "visitors", "--event", fair_slug, "--out", str(export_folder / "none" / "a.csv"))
    assert (nowhere.exit_code, "folder" in nowhere.stderr) == (1, True)
    monkeypatch.setattr(files, "_to_disk", _full)
    full = run("export", "visitors", "--event", fair_slug, "--out", str(before), "--yes")
    assert (full.exit_code, "No space" in full.stderr) == (1, True)
    assert [(file.name, file.read_text()) for file in export_folder.iterdir()] == [("visitors.csv", "the last one\n")]


def _full(path: Path) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_that_is_there_is_not_written_over_unasked(
    run: Run, ok: Run, fair_slug: str, codes: list[str], export_folder: Path
) -> None:
    out = export_folder / "mended.csv"
    out.write_text("an afternoon's work\n")
    exporting = ("export", "passes", "--event", fair_slug, "--out", str(out), "--columns", "code")
    reporting = ("privacy", "report", "--phone", "+919876543200", "--out", str(out))
    for command in (exporting, reporting):
        assert (run(*command).exit_code, run(*command, stdin="n\n").exit_code) == (1, 1)
    assert out.read_text() == "an afternoon's work\n"
    ok(*exporting, stdin="y\n")
    assert [row["code"] for row in read(out)] == codes
    ok(*reporting, "--yes")
    assert json.loads(out.read_text())
    assert [file.name for file in export_folder.iterdir()] == [out.name]
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_one(ok: Run, fair_slug: str, codes: list[str], export_folder: Path) -> None:
    link, file = export_folder / "latest.csv", export_folder / "passes.csv"
    link.symlink_to(file)
    for _ in range(2):
        ok("export", "passes", "--event", fair_slug, "--out", str(link), "--columns", "code", "--yes")
        assert (link.is_symlink(), [row["code"] for row in read(file)]) == (True, codes)


def test_a_killed_export_leaves_nobody_on_the_disk(
    fair_slug: str, codes: list[str], export_folder: Path, tmp_path: Path
) -> None:
    """In the folder of the file as little as where programs keep files for a while."""
    passing = tmp_path / "passing"
    passing.mkdir()
    for out in (str(export_folder / "visitors.xlsx"), "-"):
        exporting = ("export", "visitors", "--event", fair_slug, "--format", "xlsx", "--out", out, "--yes")
        dying = [sys.executable, "-m", "tests.admin_cli.dying_export", str(int(signal.SIGKILL)), *exporting]
        done = subprocess.run(dying, env={**os.environ, "TMPDIR": str(passing)}, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")
        assert [*export_folder.iterdir(), *passing.iterdir()] == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("form", writers.FORMATS)
def test_whatever_ends_the_process_leaves_nothing(export_folder: Path, form: str, number: signal.Signals) -> None:
    """Whether another file is there or not; by a child that has all modules, so that it costs nothing."""
    out = export_folder / "out"
    out.write_text("before")
    child = os.fork()
    if not child:
        signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
        try:
            with files.placed(out) as part, writers.FORMATS[form](part, ["name"]) as put:
                put(["Asha Verma"])
                os.kill(os.getpid(), number)
        finally:
            os._exit(3)
    assert os.waitpid(child, 0)[1] in (number, 3 << 8)
    assert [(file.name, file.read_text()) for file in export_folder.iterdir()] == [("out", "before")]


def test_systems_without_nameless_files_have_named_ones(
    ok: Run, fair_slug: str, codes: list[str], export_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_without_name", lambda folder, mode: None)
    out = export_folder / "passes.xlsx"
    for wanted in (str(out), "-"):
        ok("export", "passes", "--event", fair_slug, "--format", "xlsx", "--out", wanted)
    assert [row["code"] for row in read(out)] == codes
    assert ([file.name for file in export_folder.iterdir()], out.stat().st_mode & 0o777) == ([out.name], 0o600)
    monkeypatch.setattr(workbook, "_parts", lambda sheets: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(SystemExit), files.write_whole(out) as part, workbook.written(part, ["a"]):
        assert len(list(export_folder.iterdir())) == 2
    assert [file.name for file in export_folder.iterdir()] == [out.name]


def test_pages_and_sheets_lose_nobody(
    ok: Run, fair_slug: str, codes: list[str], export_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_ROWS", 1)
    monkeypatch.setattr(workbook, "MAX_SHEET_ROWS", 3)
    out = export_folder / "paged.xlsx"
    ok("export", "visitors", "--event", fair_slug, "--format", "xlsx", "--out", str(out))
    with zipfile.ZipFile(out) as book:
        assert [name for name in book.namelist() if "sheet2" in name]
    assert [row["code"] for row in read(out)] == codes[:2]


def test_a_workbook_keeps_every_character(export_folder: Path) -> None:
    texts = ["a & b <c>", ' two  "spaces" ', "मीरा\nशर्मा", "\x07bell", "_x0041_ as typed", "x" * 40_000, "'=1"]
    with workbook.written(export_folder / "a.xlsx", ["Head"] * 8) as book:
        book.write_row([*texts, 1.5])

    plain = openpyxl.load_workbook(export_folder / "a.xlsx").active[2]
    assert [cell.value for cell in plain][2:] == [texts[2], "bell", "_x005F_x0041_ as typed", "x" * 32_767, "'=1", 1.5]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"])
def test_what_begins_a_formula(text: str) -> None:
    assert writers.harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Asha", "+919876543210", "3-4", "", None, 3])
def test_what_does_not(text: Any) -> None:
    assert writers.harmless(text) == text
