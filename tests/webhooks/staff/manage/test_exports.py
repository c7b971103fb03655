"""Exports on the page: asked for once, made by a worker, fetched whole by the event's admins alone."""

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.delivery.outbox import queues
from bot.domain import audit, checkins, events, stored_work
from bot.domain.exports import pages
from bot.domain.exports.tables import TABLES
from bot.domain.models import Export, Registration
from bot.domain.privacy import erasure
from bot.jobs import export_process
from flows.shapes.scans import Scan
from tests.paths import ROOT
from tests.webhooks.staff.manage.pages import ASHA, HIDDEN, OWNER, Office, wrong
from webhooks.staff.manage.exports import STATE_NAMES


def make_all(office: Office, folder: Path) -> None:
    """What the worker would do with what is in its queue."""
    service = office.service
    for job in queues.queue(service.redis, queues.PERIODIC).jobs:
        assert job.func_name == queues.EXPORT
        export_process.make(service.database, int(job.args[0]), folder, service.now, threading.Event())


def test_asked_for_made_and_fetched(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_work, "CHUNK_BYTES", 64)
    form = {**office.form("/exports"), "table": "visitors", "form": "csv", "columns_visitors": ["code", "full_name"]}
    for _click in range(2):
        assert office.send("/exports", form).status_code == 303
    assert office.count(Export) == 1
    assert "every 2s" in office.get("/exports/list")
    assert office.of("anna").get("/staff/manage/fair/exports/1/file").status_code == 410
    make_all(office, tmp_path)
    page = office.get("/exports")
    assert ("every 2s" in page, "Rows: 1" in page, "/exports/1/file" in page) == (False, True, True)
    answer = office.of("anna").get("/staff/manage/fair/exports/1/file")
    assert answer.get_data(as_text=True).lstrip("\ufeff") == f"code,full_name\r\n{office.code},Asha Verma\r\n"
    assert (answer.mimetype, answer.content_length) == ("text/csv", len(answer.data))
    assert f'filename="fair-visitors-{office.today:%Y-%m}' in answer.headers["Content-Disposition"]
    assert office.acts()[-1] == (audit.EXPORT_FETCHED, office.staff["anna"])
    assert office.of("chitra").get("/staff/manage/fair/exports/1/file").status_code == 403
    assert office.of("chitra").get("/staff/manage/other/exports/1/file").status_code == 404
    assert [what for what, _who in office.acts()].count(audit.EXPORT_STARTED) == 1
    assert office.post("/exports/1", on="/exports", what="delete").status_code == 303
    assert (office.count(Export), office.acts()[-1][0]) == (0, audit.EXPORT_DELETED)


def test_who_asked_is_named_also_where_it_was_an_owner_of_no_team(office: Office) -> None:
    form = {"table": "visitors", "form": "csv"}
    for who in ("anna", OWNER):
        hidden = dict(HIDDEN.findall(office.of(who).get("/staff/manage/fair/exports").text))
        assert office.of(who).post("/staff/manage/fair/exports", data={**hidden, **form}).status_code == 303
    asked = office.get("/exports/list")
    assert ("Olga," in asked, "Anna," in asked) == (True, True)


def test_scans_of_one_day_of_the_event(office: Office, tmp_path: Path) -> None:
    service, found = office.service, []
    with service.database.write() as db:
        checkins.admit(db, service.ring, Scan(office.code, "one", event="fair", channel="api"), service.now())
    for day in (office.today, office.today + timedelta(days=1)):
        office.post(
            "/exports", table="checkins", form="csv", event_day=str(day), columns_checkins=["event_day", "result"]
        )
    make_all(office, tmp_path)
    for number in (1, 2):
        answer = office.of("anna").get(f"/staff/manage/fair/exports/{number}/file")
        found.append(answer.get_data(as_text=True).split()[1:])
    assert found == [[f"{office.today},admitted"], []]
    assert "event_day" in office.get("/exports")


def test_the_columns_that_there_are_stand_there_to_be_ticked(office: Office) -> None:
    page = office.get("/exports")
    with office.service.database.read() as db:
        wanted = pages.scope_of(db, events.by_slug(db, "fair"))
    css = (ROOT / "webhooks/static/manage/manage.css").read_text(encoding="utf-8")
    for name, table in TABLES.items():
        offered = re.findall(rf'name="columns_{name}" value="(\w+)"', page)
        assert offered == [*table.columns(wanted)]
        assert f"[value={name}]:checked" in css  # the others' are hidden
    answer = office.post("/exports", table="visitors", form="csv", columns_visitors="code", since="soon")
    assert re.findall(r'value="(\w+)"[^>]* checked', answer.get_data(as_text=True)) == ["code"]


def test_a_removed_question_is_among_the_columns_while_somebody_has_answered_it(office: Office) -> None:
    with office.service.database.write() as db:
        for name in ("city", "colour"):
            events.set_questions(db, "fair", [{"name": name, "kind": "text", "labels": {"en": "Which?"}}])
        events.set_questions(db, "fair", [])
        for one in db.scalars(select(Registration).where(Registration.event.has(slug="fair"))):
            one.answers = {"city": "Delhi"}
    page = office.get("/exports")
    assert ("answer_city" in page, "answer_colour" in page) == (True, False)


def test_what_is_wrong_stands_at_its_input(office: Office) -> None:
    for name, value in (("columns_visitors", "colour"), ("since", "9 Jan"), ("table", "people"), ("form", "pdf")):
        answer = office.post("/exports", **{"table": "visitors", "form": "csv", name: value})
        assert (answer.status_code, wrong(answer)) == (422, [name])
    days = {"table": "checkins", "form": "csv", "event_day": "2020-01-01"}
    for more in ({}, {"event_day": "x"}, {"table": "passes"}):
        assert wrong(office.post("/exports", **days | more)) == ["event_day"]
    backwards = {"table": "visitors", "form": "csv", "since": "2027-01-09", "until": "2027-01-08"}
    assert wrong(office.post("/exports", **backwards)) == ["until"]
    assert office.count(Export) == 0


def test_somebody_is_erased_while_it_is_fetched(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has not gone out yet does not go; the page says why the file is gone, and makes it again without them."""
    monkeypatch.setattr(stored_work, "CHUNK_BYTES", 64)
    office.post("/exports", table="visitors", form="jsonl")
    make_all(office, tmp_path)
    answer = office.of("anna").get("/staff/manage/fair/exports/1/file", buffered=False)
    pieces = answer.iter_encoded()
    first = next(pieces)
    service = office.service
    with service.database.write() as db:
        erasure.erase(db, erasure.by_name(db, phone=ASHA), service.now(), even_today=True, actor="test")
    with pytest.raises(LookupError):
        list(pieces)
    assert len(first) == 64
    assert STATE_NAMES[stored_work.ERASED].source in office.get("/exports")
    assert office.of("anna").get("/staff/manage/fair/exports/1/file").status_code == 410
    assert office.post("/exports/1", on="/exports", what="again").status_code == 303
    make_all(office, tmp_path)
    again = office.of("anna").get("/staff/manage/fair/exports/2/file").text
    assert (again.count("\n"), "Asha" in again, ASHA in again) == (1, False, False)
