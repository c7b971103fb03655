"""`visitors import`: from an organiser's list to passes on paper, whatever is wrong with the list or the disk."""

import csv
import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
import zxingcpp
from click.testing import Result
from PIL import Image
from redis import Redis
from sqlalchemy import func, select

from bot.database import Database
from bot.delivery.outbox.enqueue import BULK
from bot.domain.exports import files
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, ContactAlias, Delivery, EventDay, Pass, Registration
from bot.domain.passes import tokens
from flows.understanding.codes import shown
from tests.admin_cli.visitors.dying_import import DIED
from tests.bot.domain.builders import SECRET

Run = Callable[..., Result]
Rows = Callable[..., Any]
OF = ("--event", "fair", "--consent", "signed lists")
GOOD = "Asha Verma;9812345678;2027-01-09;2;;Delhi\nमीरा शर्मा;;10 Jan 2027;40;school;\n"
BAD = "Ravi Rao;9.81234E+09;2027-01-09;1;;\n=Mira;;2027-02-30;none;schol;\n"
HEADS = "Full Name;Mobile No.;Visit Date;People;Kind;City\n"


@pytest.fixture
def fair_with_school(ok: Run, fair_slug: str) -> str:
    """The fair, with a kind for schools."""
    ok("events", "kinds", "add", "school", "--event", fair_slug, "--max-party", "60")
    return fair_slug


@pytest.fixture
def guests(tmp_path: Path, fair_with_school: str) -> Path:
    """Two good rows and two bad ones."""
    file = tmp_path / "guests.csv"
    file.write_text(HEADS + GOOD + BAD, "utf-8")
    return file


def registered(database: Database) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(Registration)) or 0


def codes(database: Database) -> list[str]:
    with database.read() as db:
        return [shown(code) for code in db.scalars(select(Pass.code).where(Pass.status == "valid").order_by(Pass.id))]


def test_a_dry_run_names_every_bad_row_and_changes_nothing(
    run: Run, rows: Rows, guests: Path, database: Database
) -> None:
    looked = run("visitors", "import", str(guests), *OF, "--dry-run")
    assert looked.exit_code == 1
    assert registered(database) == 0
    told = [line for line in looked.stderr.splitlines() if line.startswith("row ")]
    assert [(line.split(":")[0], line.rsplit("(")[-1]) for line in told] == [
        *(("row 4, Mobile No.", "phone_cut)."), ("row 5, Visit Date", "day_unclear).")),
        *(("row 5, People", "not_a_number)."), ("row 5, Kind", "no_such_kind).")),
    ]
    assert "did you mean school?" in told[-1]
    assert "City" in looked.stdout
    assert [one["what"] for one in rows("audit", "list", "--what", "visitors_")] == []


def test_bad_rows_are_mended_and_imported(run: Run, ok: Run, rows: Rows, guests: Path, database: Database) -> None:
    bad = guests.with_name("bad.csv")
    first = run("visitors", "import", str(guests), *OF, "--errors", str(bad), "--yes", "--as", "Meena")
    assert (first.exit_code, registered(database)) == (1, 2)
    text = bad.read_text("utf-8-sig")
    kept = list(csv.DictReader(io.StringIO(text)))
    assert [(row["import_row"], row["Full Name"]) for row in kept] == [("4", "Ravi Rao"), ("5", "'=Mira")]
    bad.write_text(text.replace("9.81234E+09", "9812345679").replace("2027-02-30,none,schol", "9 Jan,1,"), "utf-8")
    ok("visitors", "import", str(bad), *OF, "--yes")
    assert registered(database) == 4
    assert run("visitors", "import", str(guests), *OF, "--yes").exit_code == 1
    assert registered(database) == 4
    whole = rows("audit", "list", "--what", "visitors_imported")
    assert [one["who"] for one in whole][-1] == "Meena"
    assert [one["about"].get("new") for one in whole] == [2, 2]
    assert "guests" not in str(whole)
    brought = [rows("audit", "search", code, "--what", "visitors_")[0]["id"] for code in codes(database)]
    assert brought == [whole[1]["id"]] * 2 + [whole[0]["id"]] * 2


def test_it_asks_and_can_be_all_or_nothing(run: Run, guests: Path, database: Database) -> None:
    assert run("visitors", "import", str(guests), *OF, stdin="n\n").exit_code == 1
    assert "2 of 4" in run("visitors", "import", str(guests), *OF, "--all-or-nothing", "--yes").stderr
    assert run("visitors", "import", str(guests), "--event", "fair", "--yes").exit_code == 2
    assert run("visitors", "import", str(guests), *OF, "--yes", "--sheet", "/nowhere/a.pdf").exit_code == 1
    assert "did you mean mobile no?" in run("visitors", "import", str(guests), *OF, "--map", "Mobil No=phone").stderr
    assert registered(database) == 0
    assert run("visitors", "import", str(guests), *OF, stdin="y\n").exit_code == 1
    assert registered(database) == 2


def test_a_sheet_that_scanners_read(ok: Run, fair_with_school: str, database: Database, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["नाम", "तारीख", "लोग", "श्रेणी", "भाषा"])
    for number in range(11):
        name = "लक्ष्मीनारायण वेंकटरमण सुब्रह्मण्यम अय्यर" if number % 2 else "Asha Verma"
        book.active.append([f"{name} {number}", "2027-01-09", 1 + number, "school" if number == 3 else None, "hi"])
    file, sheet = tmp_path / "guests.xlsx", tmp_path / "passes.pdf"
    book.save(file)
    ok("visitors", "import", str(file), *OF, "--yes")
    ok("visitors", "import", str(file), *OF, "--yes", "--sheet", str(sheet), "--images", str(tmp_path))
    assert sorted(path.name for path in tmp_path.glob("*-*.png")) == sorted(f"{code}.png" for code in codes(database))
    ring = KeyRing.open(database, SECRET)
    pages = [page.render(scale=300 / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(sheet)]
    assert [page.size for page in pages] == [(2481, 3508), (2481, 3508)]
    read = [{found.text for found in zxingcpp.read_barcodes(page)} for page in pages]
    assert [len(texts) for texts in read] == [8, 3]
    found = {tokens.decode(text, ring).pass_id for texts in read for text in texts}
    assert found == set(range(1, 12))
    picture = Image.open(tmp_path / f"{codes(database)[0]}.png").convert("L")
    assert tokens.decode(zxingcpp.read_barcodes(picture)[0].text, ring).pass_id == 1


def test_passes_are_sent_once_and_only_to_who_can_and_wants(
    run: Run, rows: Rows, guests: Path, database: Database, redis: "Redis"
) -> None:
    guests.write_text(HEADS + GOOD + "Ravi Rao;9812345679;9 Jan 2027;1;;\n", "utf-8")
    sent = rows("visitors", "import", str(guests), *OF, "--yes", "--send")["handed_out"]["send"]
    assert sent == {"sms": 2, "no_phone": 1}
    with database.write() as db:
        told = [(one.priority, one.kind, one.status) for one in db.scalars(select(Delivery))]
        for one in db.scalars(select(Contact).join(ContactAlias)):
            one.stopped_at = one.created_at
    assert told == [(BULK, "link", "owed")] * 2
    guests.write_text(HEADS + GOOD + "Dev;9812345670;9 Jan 2027;1;;\nMira;9812345679;10/01/2027;1;;\n", "utf-8")
    again = rows("visitors", "import", str(guests), *OF, "--yes", "--send")["handed_out"]["send"]
    assert again == {"before": 1, "no_phone": 1, "sms": 1, "stopped": 1}


def test_a_run_that_was_killed_goes_on_where_it_was(
    ok: Run, fair_with_school: str, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    phones = (f"98{number:08}" if number % 4 else "" for number in range(600))
    lines = (f"Visitor {number % 7}x;{phone};2027-01-09;2;;" for number, phone in enumerate(phones))
    file.write_text(HEADS + "\n".join(lines), "utf-8")
    importing = ("visitors", "import", str(file), *OF, "--yes")
    dying = [sys.executable, "-m", "tests.admin_cli.visitors.dying_import", "100", "4", *importing]
    assert subprocess.run(dying, env=os.environ, capture_output=True, check=False).returncode == DIED
    assert registered(database) == 300
    told = ok(*importing).stdout
    assert "300 registered" in told
    assert "600 already there" in ok(*importing).stdout
    with database.read() as db:
        taken = db.scalars(select(EventDay.taken).order_by(EventDay.day)).first()
        holders = db.scalar(select(func.count(Pass.holder_id.distinct())))
    assert (registered(database), holders, taken) == (600, 600, 1200)


def test_a_full_disk_leaves_nothing_under_the_final_name(
    run: Run, guests: Path, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(files, "_to_disk", _full)
    for option, path in (("--errors", folder / "bad.csv"), ("--sheet", folder / "a.pdf"), ("--images", folder)):
        full = run("visitors", "import", str(guests), *OF, "--yes", option, str(path))
        assert (full.exit_code, "No space" in full.stderr) == (1, True)
        assert list(folder.iterdir()) == []
    assert registered(database) == 2


def _full(path: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
