"""Lists of people, dropped on a page: read, mended, registered, handed out; and what goes wrong on the way."""

import os
import re
import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from admin_cli.visitors import import_texts as shell_texts
from bot.domain import audit
from bot.domain.imports import rows, stored
from bot.domain.imports import run as run_import
from bot.domain.models import AuditEntry, Delivery, ListImport, ListImportChunk, Pass, Registration
from bot.domain.privacy import erasure
from bot.jobs import import_process, work_process
from bot.jobs.import_process import ImportDeps
from tests.listening import statements
from tests.webhooks.staff.manage.pages import ASHA, Office, wrong
from webhooks import app_setup, uploads
from webhooks.serving.body_limits import body_limit
from webhooks.serving.request_bytes import Head
from webhooks.staff.manage import file_texts
from webhooks.staff.manage.visitors import import_texts

MESSY = (
    "Guest,Mobile No,Visit day,Head count\n"
    "Dev Rao,98123 45601,{day},3\n"
    "Mira Das,,{day},1\n"
    "Nobody,12,{day},1\n"
    "Late,98123 45603,1999-01-01,1\n"
)
CONSENT = "signed list, January 2027"


def drop(office: Office, text: str | bytes = MESSY, name: str = "guests.csv", **more: Any) -> TestResponse:
    data = (text.format(day=office.today) if isinstance(text, str) else text) or b""
    file = (BytesIO(data.encode() if isinstance(data, str) else data), name)
    return office.post("/visitors/imports", file=file, **more)


def work(office: Office, number: int = 1) -> bool:
    """What a worker's process does for a list."""
    service = office.service
    deps = ImportDeps(service.database, service.ring, service.settings, service.redis)

    return import_process.work(deps, number, service.now, threading.Event(), os.getppid())


def row(office: Office, number: int = 1) -> ListImport:
    with office.service.database.read() as db:
        return db.get_one(ListImport, number)


def act(office: Office, what: str, **fields: Any) -> TestResponse:
    """A button of the list's page, with what its own form holds."""
    return office.send("/visitors/imports/1", {**office.form("/visitors/imports/1"), "what": what, **fields})


def registered(office: Office) -> list[str]:
    with office.service.database.read() as db:
        mine = select(Registration.full_name).where(Registration.channel == "import").order_by(Registration.id)
        return list(db.scalars(mine))


def page_of(office: Office, name: str) -> str:
    """The page of somebody who is registered."""
    with office.service.database.read() as db:
        mine = select(Pass.id).join(Registration, Registration.id == Pass.registration_id)
        return f"/visitors/{db.scalars(mine.where(Registration.full_name == name)).one()}"


def pieces(office: Office) -> set[str]:
    with office.service.database.read() as db:
        return set(db.scalars(select(ListImportChunk.part).distinct()))


@pytest.fixture
def looked(office: Office) -> Office:
    """The messy list was dropped, and looked at."""
    assert drop(office).status_code == 303
    assert work(office)
    return office


def test_a_list_is_dropped_looked_at_registered_and_handed_out(looked: Office) -> None:
    office = looked
    page = office.get("/visitors/imports/1")
    assert registered(office) == []
    assert "Dev Rao" in page  # as the first is understood
    assert [f"<strong>Row {number}" in page for number in range(1, 6)] == [False, False, False, True, True]
    assert act(office, "import", consent=CONSENT).status_code == 303
    assert work(office)
    assert registered(office) == ["Dev Rao", "Mira Das"]
    assert (row(office).registered, pieces(office)) == (2, {"passes"})  # the file is gone
    assert CONSENT in office.get(page_of(office, "Dev Rao"))
    assert office.get("/visitors/imports/1/progress")
    ask = "/visitors/imports/1/send"
    assert "/staff/manage/fair" + ask in office.get("/visitors/imports/1")
    assert re.search(r"<h1>\D*1\D*</h1>", office.get(ask)), "of two passes one has a phone"
    assert office.count(Delivery) == 0, "it was asked, and nothing was sent"
    for what, left in (("sheet", {"passes", "sheet"}), ("send", {"passes", "sheet"})):
        page = ask if what == "send" else "/visitors/imports/1"
        fields = {**office.form(page, to="/visitors/imports/1"), "what": what}
        assert office.send("/visitors/imports/1", fields).status_code == 303
        assert work(office)
        assert pieces(office) == left
    sheet = office.of("anna").get("/staff/manage/fair/visitors/imports/1/passes.pdf")
    assert (sheet.status_code, sheet.data[:5]) == (200, b"%PDF-")
    assert office.count(Delivery) == 1  # who has no phone gets none
    assert office.of("anna").get(f"/staff/manage/fair{ask}").status_code == 303, "nothing is left to send"
    assert act(office, "send").status_code == 303
    assert work(office)
    assert office.count(Delivery) == 1
    told = [what for what, _ in office.acts()]
    for what in (audit.LIST_ADDED, audit.LIST_CONFIRMED, audit.VISITORS_IMPORTED, audit.SHEET_FETCHED):
        assert told.count(what) == 1, what
    assert told.count(audit.PASSES_HANDED_OUT) == 3
    assert act(office, "delete").status_code == 303
    assert (office.count(ListImport), pieces(office), len(registered(office))) == (0, set(), 2)


def test_the_mapping_is_changed_and_the_list_read_anew(office: Office) -> None:
    drop(office, "A,B,C\nDev Rao,98123 45601,{day}\n")
    assert work(office)
    assert (row(office).status, row(office).reason) == ("failed", "no_column")
    page = office.get("/visitors/imports/1")
    assert 'name="column-0"' in page
    chosen = {"column-0": "name", "column-1": "phone", "column-2": "day"}
    assert act(office, "look", **chosen).status_code == 303
    assert work(office)
    assert row(office).report["rows"] == {"all": 1, "new": 1}
    assert row(office).report["columns"] == [["A", "name"], ["B", "phone"], ["C", "day"]]
    assert act(office, "look", **{**chosen, "column-1": "-"}).status_code == 303
    assert work(office)
    assert (row(office).report["columns"][1], row(office).report["unreachable"]) == (["B", ""], 1)


def test_a_class_gets_one_pass_for_the_whole_list(office: Office) -> None:
    drop(office, "Name,Day\nDev Rao,{day}\nMira Das,{day}\n")
    assert work(office)
    refused = act(office, "look", passes="one", one_pass="7")
    assert (refused.status_code, wrong(refused)) == (422, ["one_pass"])
    assert act(office, "look", passes="one", one_pass="Class 7B").status_code == 303
    assert work(office)
    assert (row(office).report["rows"], row(office).report["people"]) == ({"all": 1, "new": 1}, 2)
    assert act(office, "import", consent=CONSENT).status_code == 303
    assert work(office)
    assert registered(office) == ["Class 7B"]


def test_parts_of_a_name_are_shown_as_such_and_stay_so(office: Office) -> None:
    drop(office, "First name,Surname,Day\nDev,Rao,{day}\n")
    assert work(office)
    columns = [["First name", "first_name"], ["Surname", "last_name"], ["Day", "day"]]
    assert row(office).report["columns"] == columns
    page = office.get("/visitors/imports/1")
    chosen = {f"column-{place}": thing for place, (_, thing) in enumerate(columns)}
    assert all(f'value="{thing}" selected' in page for thing in chosen.values())
    assert act(office, "look", **chosen).status_code == 303
    assert work(office)
    assert (row(office).options["given_columns"], row(office).report["rows"]) == ([], {"all": 1, "new": 1})


def test_a_sheet_has_an_end(looked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    act(looked, "import", consent=CONSENT)
    assert work(looked)
    monkeypatch.setattr(stored, "MAX_SHEET_ROWS", 3)
    assert (act(looked, "sheet").status_code, row(looked).task) == (422, "import")


def test_of_two_admins_the_second_does_not_confirm_what_they_have_not_seen(looked: Office) -> None:
    office = looked
    seen = office.form("/visitors/imports/1", who="binod")
    assert act(office, "look", **{"column-1": "-"}).status_code == 303
    work(office)
    beaten = office.send("/visitors/imports/1", {**seen, "what": "import", "consent": CONSENT}, "binod")
    assert (beaten.status_code, registered(office), row(office).task) == (422, [], "look")


def test_without_a_consent_nothing_is_registered(looked: Office) -> None:
    answer = act(looked, "import", consent=" ")
    assert (answer.status_code, wrong(answer), row(looked).task) == (422, ["consent"], "look")


@pytest.mark.parametrize("data", [b"", b"name\nDev Rao\n"], ids=["empty", "too large"])
def test_a_file_that_cannot_be_kept(office: Office, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(stored, "MAX_UPLOAD_BYTES", 10)
    answer = drop(office, data)
    assert (answer.status_code, wrong(answer), office.count(ListImport)) == (422, ["file"], 0)


def test_a_list_may_be_larger_than_other_forms_but_not_endless(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    large = b"name\n" + b"x" * 2 * app_setup.MAX_BODY_BYTES
    assert _sent_whole(office, large).status_code == 303
    assert row(office).size == len(large)
    monkeypatch.setattr(uploads, "MAX_LIST_BYTES", len(large))
    assert _sent_whole(office, large).status_code == 413


def test_what_comes_with_a_list_is_waited_for_only_from_somebody_with_a_session() -> None:
    limits = {
        (path, cookie): body_limit(Head(path, b"\r\nCookie: session=x" if cookie else b""))
        for path in (
            "/staff/manage/fair/visitors/imports",
            "/staff/manage/fair/visitors/imports/1",
            "/staff/manage/fair/volunteers/list",
        )
        for cookie in (True, False)
    }
    assert [place for place, most in limits.items() if most > app_setup.MAX_BODY_BYTES] == [
        ("/staff/manage/fair/visitors/imports", True)
    ]


def _sent_whole(office: Office, data: bytes) -> TestResponse:
    """A form as a browser writes it; the test client's own keeps large ones in files that it does not close."""
    head = 'Content-Disposition: form-data; name="'
    fields = "".join(
        f'--x\r\n{head}{name}"\r\n\r\n{value}\r\n' for name, value in office.form("/visitors/imports").items()
    )
    file = f'--x\r\n{head}file"; filename="a.csv"\r\n\r\n'
    body, kind = (fields + file).encode() + data + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
    return office.of("anna").post("/staff/manage/fair/visitors/imports", data=body, content_type=kind)


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"\x89PNG\r\n\x1a\n\x00\x00", "no_text"), (b"PK\x03\x04 none", "no_workbook"), (b"\n", "no_rows")],
    ids=["a picture", "no workbook", "nothing"],
)
def test_what_is_no_list_is_told_why(office: Office, data: bytes, reason: str) -> None:
    drop(office, data)
    assert work(office)
    assert (row(office).status, row(office).reason) == ("failed", reason)
    assert 'role="alert"' in office.get("/visitors/imports/1")


def test_the_same_form_twice_is_one_list_and_there_are_not_too_many(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = office.form("/visitors/imports")
    for _ in range(2):
        file = (BytesIO(b"name\nAsha\n"), "a.csv")
        assert office.send("/visitors/imports", {**sent, "file": file}).status_code == 303
    assert office.count(ListImport) == 1
    monkeypatch.setattr(stored, "MAX_KEPT", 1)
    assert drop(office).status_code == 422


def test_of_another_event_it_is_not_there(looked: Office) -> None:
    for path in ("/visitors/imports/1", "/visitors/imports/1/progress", "/visitors/imports/1/passes.pdf"):
        assert looked.of("chitra").get(f"/staff/manage/other{path}").status_code == 404


def test_a_busy_list_is_not_begun_twice(looked: Office) -> None:
    kept = looked.form("/visitors/imports/1")
    assert act(looked, "import", consent=CONSENT).status_code == 303
    for what in ("import", "look", "sheet"):
        assert looked.send("/visitors/imports/1", {**kept, "what": what, "consent": CONSENT}).status_code == 422, what
    assert (
        looked.of("anna").post("/staff/manage/fair/visitors/imports/1", data={**kept, "what": "x"}).status_code == 404
    )


# --- whoever works on it dies ---------------------------------------------------------------------


def test_what_a_killed_process_has_registered_stays_and_nobody_is_registered_twice(
    looked: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = looked
    act(office, "import", consent=CONSENT)
    monkeypatch.setattr(run_import, "BATCH_SIZE", 1)
    monkeypatch.setattr(import_process, "_failed", lambda *_: None)  # a killed process says nothing
    monkeypatch.setattr(work_process.WorkRun, "report_rows", _die)
    assert not work(office)
    monkeypatch.undo()
    assert (registered(office), row(office).registered, row(office).status) == (["Dev Rao"], 1, "running")
    assert not work(office)  # it may be alive
    with office.service.database.write() as db:
        db.execute(update(ListImport).values(seen_at=row(office).created_at - 10 * stored.LIST_TTL))
        assert stored.LISTS.waiting(db, office.service.now()) == [1]
    assert work(office)
    assert (registered(office), row(office).registered) == (["Dev Rao", "Mira Das"], 2)
    assert row(office).status == "ready"
    with office.service.database.read() as db:
        acts = db.scalars(select(AuditEntry.about).where(AuditEntry.what == audit.VISITORS_IMPORTED))
        assert [about.get("new") for about in acts] == [1, 1]


def _die(self: Any, rows: int) -> None:
    raise RuntimeError("killed")


@pytest.mark.parametrize("end", ["deleted", "erased"])
def test_a_list_that_goes_in_the_middle_stops_with_its_batch(
    looked: Office, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    office = looked
    act(office, "import", consent=CONSENT)
    monkeypatch.setattr(run_import, "BATCH_SIZE", 1)
    ends: dict[str, Callable[[], object]] = {"deleted": lambda: _delete(office), "erased": lambda: _erase(office)}
    report, done = work_process.WorkRun.report_rows, list[int]()

    def once(self: Any, rows: int) -> None:
        if not done:
            done.append(rows)
            ends[end]()
        report(self, rows)

    monkeypatch.setattr(work_process.WorkRun, "report_rows", once)
    assert not work(office)
    assert (registered(office), pieces(office)) == (["Dev Rao"], set())
    if end == "erased":
        assert (row(office).status, row(office).reason, row(office).report) == ("failed", "erased", {})


def _delete(office: Office) -> None:
    with office.service.database.write() as db:
        stored.remove(db, "fair", 1)


def _erase(office: Office) -> None:
    now = office.service.now()
    with office.service.database.write() as db:
        erasure.erase(db, erasure.by_name(db, phone=ASHA), now, even_today=True, actor="visitor")


def test_a_task_that_fails_three_times_says_so_and_can_be_begun_again(looked: Office) -> None:
    act(looked, "import", consent=CONSENT)
    with looked.service.database.write() as db:
        db.execute(update(ListImport).values(attempts=3))
    assert not work(looked)
    assert (row(looked).status, row(looked).reason) == ("failed", "gave_up")
    assert act(looked, "again").status_code == 303
    assert work(looked)
    assert len(registered(looked)) == 2


def test_lists_are_kept_for_a_day(looked: Office) -> None:
    with looked.service.database.write() as db:
        assert stored.purge(db, looked.service.now()) == 0
        assert stored.purge(db, looked.service.now() + 2 * stored.LIST_TTL) == 1
        assert db.scalar(select(func.count()).select_from(ListImportChunk)) == 0


def test_the_page_costs_the_same_however_long_the_list(office: Office) -> None:
    costs = []
    for number, size in ((1, 3), (2, 40)):
        drop(office, "name,day\n" + "".join(f"Dev {one},1999-01-01\n" for one in range(size)))
        assert work(office, number)
        with statements() as told:
            office.get(f"/visitors/imports/{number}")
        costs.append(len(told))
    assert costs[0] == costs[1], told


def test_everything_that_can_be_wrong_has_its_words() -> None:
    assert {*rows.CODES, *rows.DOUBTS} <= import_texts.ROW_PROBLEMS.keys()
    assert set(import_texts.NOTE_TEXTS) == set(shell_texts.NOTE_TEXTS)
    assert set(file_texts.FILE_PROBLEMS) == set(shell_texts.FILE_PROBLEMS)
