"""Admitting on the page behind a pass's QR, with nothing but forms."""

import re
from datetime import time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.domain import checkins, roster
from bot.domain.checkins import code_guessing
from bot.domain.models import Attempt, Checkin, Pass, Staff
from bot.domain.passes import tokens
from bot.domain.roster import gates
from bot.service import Service
from flows.shapes.scans import EVENT_CLOSED, Admission
from flows.understanding import codes
from tests.webhooks.staff.conftest import RAVI, TOKEN, Browser, issue

SCAN_ID = re.compile(r'name="scan_id" value="([^"]+)"')
LOOK = re.compile(r'class="verdict (\w+)"')


@pytest.fixture
def pass_path(staff_browser: Browser, service: Service) -> str:
    """The page of a pass for three today."""
    issued = issue(service, party_size=3)
    with service.database.read() as db:
        return f"/p/{tokens.encode(tokens.token_of(db.get_one(Pass, issued.id)), service.ring)}"


def tap(browser: Browser, path: str, scan_id: str = "", **fields: str) -> str:
    """Send the page's form; how the answer looks."""
    scan_id = scan_id or SCAN_ID.findall(browser.client.get(path).text)[0]
    [look] = LOOK.findall(browser.send(path, scan_id=scan_id, **fields).text)
    return str(look)


def entries(service: Service) -> list[tuple[str, int, str | None]]:
    """Who was let in: channel, people, the gate's slug."""
    with service.database.read() as db:
        rows = db.scalars(select(Checkin).order_by(Checkin.id))
        return [(row.channel, row.people, row.gate.slug if row.gate else None) for row in rows]


def test_only_somebody_of_the_roster_gets_the_button(staff_browser: Browser, service: Service, pass_path: str) -> None:
    assert not SCAN_ID.search(staff_browser.client.get(pass_path).text)
    staff_browser.sign_in()
    assert SCAN_ID.search(staff_browser.client.get(pass_path).text)
    with service.database.write() as db:
        roster.set_enabled(db, RAVI, False, region="IN")
    assert not SCAN_ID.search(staff_browser.client.get(pass_path).text)
    token = re.findall(r'csrf_token" value="([^"]+)', staff_browser.client.get("/staff/login").text)[0]
    assert staff_browser.client.post(pass_path, data={"csrf_token": token}).location.startswith(
        "/staff/login?next=%2Fp%2F"
    )
    assert entries(service) == []


def test_a_party_comes_in_parts_and_a_double_tap_counts_once(
    staff_browser: Browser, service: Service, pass_path: str
) -> None:
    staff_browser.sign_in()
    scan_id = SCAN_ID.findall(staff_browser.client.get(pass_path).text)[0]
    assert [tap(staff_browser, pass_path, scan_id, count="1") for _ in range(2)] == ["good", "good"]
    assert tap(staff_browser, pass_path, count="3") == "bad"
    page = staff_browser.client.get(pass_path).text
    assert re.findall(r"<option>(\d+)", page) == ["1"]
    assert LOOK.findall(page) == ["good"]
    token = TOKEN.findall(page)[0]
    assert tap(staff_browser, pass_path) == "good"
    late = staff_browser.client.post(pass_path, data={"csrf_token": token, "scan_id": str(uuid4())})
    assert LOOK.findall(late.text) == ["wait"]
    assert entries(service) == [("page", 1, "main"), ("page", 2, "main")]


def test_a_pass_that_is_used_up_is_green_to_nobody_and_tells_who_to_the_roster_only(
    staff_browser: Browser, pass_path: str
) -> None:
    before = staff_browser.client.get(pass_path).text
    staff_browser.sign_in()
    assert tap(staff_browser, pass_path) == "good"
    used = staff_browser.client.get(pass_path).text
    assert not SCAN_ID.search(used)
    assert "by you" in used
    staff_browser.client.delete_cookie("session")
    stranger = staff_browser.client.get(pass_path).text
    assert [LOOK.findall(page) for page in (before, used, stranger)] == [["good"], ["wait"], ["wait"]]
    assert "by you" not in stranger


def test_another_site_and_a_forged_token_let_nobody_in(
    staff_browser: Browser, service: Service, pass_path: str
) -> None:
    staff_browser.sign_in()
    assert staff_browser.client.post(pass_path, data={"scan_id": ""}).status_code == 400
    forged = pass_path[:-3] + ("A" if pass_path[-3] != "A" else "B") + pass_path[-2:]
    token = re.findall(r'csrf_token" value="([^"]+)', staff_browser.client.get(pass_path).text)[0]
    assert LOOK.findall(staff_browser.client.post(forged, data={"csrf_token": token}).text) == ["bad"]
    assert entries(service) == []
    with service.database.read() as db:
        assert list(db.scalars(select(Attempt.result))) == ["forged"]


@pytest.mark.parametrize("count", ["0", "-1", "256", "x", "1.5", "२"])
def test_a_count_that_cannot_be_is_refused(
    staff_browser: Browser, service: Service, pass_path: str, count: str
) -> None:
    staff_browser.sign_in()
    assert staff_browser.send(pass_path, count=count).status_code == 400
    assert entries(service) == []


def test_who_has_no_gate_chooses_among_several(staff_browser: Browser, service: Service, pass_path: str) -> None:
    with service.database.write() as db:
        gates.add(db, "fair", "North")
        db.scalars(select(Staff)).one().gate_id = None
    staff_browser.sign_in()
    assert '<option value="north">' in staff_browser.client.get(pass_path).text
    assert tap(staff_browser, pass_path, gate="nowhere") == "bad"
    assert tap(staff_browser, pass_path, gate="north") == "good"
    assert entries(service) == [("page", 3, "north")]


def test_codes_that_are_tried_on_the_page_are_counted(
    staff_browser: Browser, service: Service, pass_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_guessing, "MAX_GUESSES", 3)
    staff_browser.sign_in()
    form = TOKEN.findall(staff_browser.client.get(pass_path).text)[0]
    bodies = (f"ZZZZZ{number:02}" for number in range(3))
    statuses = [
        staff_browser.client.post(f"/p/{body}{codes.check_character(body)}", data={"csrf_token": form}).status_code
        for body in bodies
    ]
    assert statuses == [200] * 3
    assert staff_browser.client.post(pass_path, data={"csrf_token": form}).status_code == 403
    assert entries(service) == []


def test_whose_gate_is_closed_chooses_among_the_others(
    staff_browser: Browser, service: Service, pass_path: str
) -> None:
    with service.database.write() as db:
        gates.add(db, "fair", "North")
        gates.close(db, "fair", "main")
    staff_browser.sign_in()
    assert tap(staff_browser, pass_path) == "bad"
    assert '<option value="north">' in staff_browser.client.get(pass_path).text
    assert tap(staff_browser, pass_path, gate="north") == "good"
    with service.database.write() as db:
        gates.close(db, "fair", "north")
        db.scalars(select(Staff)).one().gate_id = None
    assert tap(staff_browser, pass_path) == "bad"
    assert entries(service) == [("page", 3, "north")]


def test_who_is_paused_for_guessing_admits_nobody(staff_browser: Browser, service: Service, pass_path: str) -> None:
    with service.database.write() as db:
        code_guessing.pause(db, db.scalars(select(Staff)).one(), service.now())
    staff_browser.sign_in()
    assert staff_browser.send(pass_path).status_code == 403
    assert entries(service) == []


def test_on_a_wrong_day_there_is_no_button_and_the_roster_alone_reads_the_name(
    staff_browser: Browser, service: Service
) -> None:
    issued = issue(service, party_size=3)
    with service.database.write() as db:
        row = db.get_one(Pass, issued.id)
        row.day += timedelta(days=1)
        db.flush()
        path, name = f"/p/{tokens.encode(tokens.token_of(row), service.ring)}", row.registration.full_name
    assert name not in staff_browser.client.get(path).text
    staff_browser.sign_in()
    page = staff_browser.client.get(path).text
    assert (LOOK.findall(page), SCAN_ID.search(page), name in page) == (["wait"], None, True)


def test_a_pass_that_is_good_today_is_not_green_where_no_gate_would_admit_it(
    staff_browser: Browser, service: Service, pass_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_browser.sign_in()
    page = staff_browser.client.get(pass_path).text
    assert LOOK.findall(page) == ["good"]
    assert SCAN_ID.search(page)

    def shut(*_: object) -> Admission:
        return Admission(EVENT_CLOSED, "1", hours=(time(10), time(20)))

    monkeypatch.setattr(checkins, "admit", shut)
    page = staff_browser.client.get(pass_path).text
    assert (LOOK.findall(page), SCAN_ID.search(page), "10 am – 8 pm" in page) == (["bad"], None, True)
