"""The scanner's page and what it asks: the same for everybody, kept whole, and nothing told to who has no business."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from bot.domain.models import Pass, Staff
from bot.domain.roster import devices, gates
from bot.service import Service
from flows.shapes.scans import ADMITTED, LEFT, RESULTS
from flows.text.languages import LANGUAGES
from tests.webhooks.staff.conftest import Browser, issue
from webhooks.assets import STATIC_FOLDER

WITHOUT_REASON = {ADMITTED, LEFT}


@pytest.fixture
def issued(staffed_gate: None, service: Service) -> Pass:
    """Asha's pass for two today."""
    return issue(service)


@pytest.fixture
def scanner(staffed_gate: None, service: Service) -> Callable[[str], dict[str, str]]:
    """Makes a device; the header by which it is known."""

    def add(name: str) -> dict[str, str]:
        with service.database.write() as db:
            _device, token = devices.add(db, "fair", name=name, gate="main", now=service.now())
        return {"Authorization": f"Bearer {token}"}

    return add


def test_the_page_is_the_same_for_everybody_and_names_nobody(staff_browser: Browser) -> None:
    before = staff_browser.client.get("/staff/scan").text
    staff_browser.sign_in()
    assert staff_browser.client.get("/staff/scan").text == before
    assert "csrf" not in before


def test_only_the_scanner_may_compile_and_see_and_nothing_runs_inline(staff_browser: Browser) -> None:
    scan, login = (staff_browser.client.get(f"/staff/{name}").headers for name in ("scan", "login"))
    assert "'wasm-unsafe-eval'" in scan["Content-Security-Policy"]
    assert "camera=(self)" in scan["Permissions-Policy"]
    assert "wasm" not in login["Content-Security-Policy"]
    assert "camera=()" in login["Permissions-Policy"]
    for policy in (scan["Content-Security-Policy"], login["Content-Security-Policy"]):
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy
    assert not re.search(
        r"<script(?![^>]*(src=|application/json))|\son\w+=|style=", staff_browser.client.get("/staff/scan").text
    )


def test_the_worker_keeps_files_that_there_are_and_all_that_modules_load(client: FlaskClient) -> None:
    worker = client.get("/staff/scan-worker.js")
    assert worker.headers["Cache-Control"] == "no-cache"
    kept = json.loads(re.findall(r"const FILES = (.*)", worker.text)[0])
    assert {path: client.get(path).status_code for path in kept} == dict.fromkeys(kept, 200)
    names = {path.rpartition("/")[2] for path in kept}
    for path in [path for path in kept if "/scan/" in path and path.endswith(".js")]:
        assert {name.rpartition("/")[2] for name in re.findall(r"from '([^']+)'", client.get(path).text)} <= names
    page = client.get("/staff/scan").text
    assert set(re.findall(r'(?:href|src)="(/assets/[^"#]+)', page)) <= set(kept)
    assert client.get("/staff/scan.webmanifest").get_json()["start_url"] == kept[0]


def test_it_can_be_installed_with_an_icon_and_a_splash(client: FlaskClient) -> None:
    told = client.get("/staff/scan.webmanifest").get_json()
    assert (told["display"], told["id"]) == ("standalone", "/staff/scan")
    drawn = [icon for icon in told["icons"] if icon["type"] == "image/png"]
    sizes = [Image.open(BytesIO(client.get(icon["src"]).data)).size for icon in drawn]
    assert [icon["sizes"] for icon in drawn] == [f"{width}x{height}" for width, height in sizes]
    assert [icon.get("purpose") for icon in drawn] == [None, None, "maskable"]
    tokens = (STATIC_FOLDER / "tokens.css").read_text(encoding="utf-8")
    assert f"--stage: {told['background_color']};" in tokens
    assert f'content="{told["theme_color"]}"' in client.get("/staff/scan").text


def test_every_result_has_its_words_in_every_language(client: FlaskClient) -> None:
    words = json.loads(re.findall(r'id="words">(.*?)</script>', client.get("/staff/scan").text)[0])
    assert set(words) == set(LANGUAGES)
    for said in words.values():
        assert set(RESULTS) <= set(said["titles"])
        assert set(RESULTS) - WITHOUT_REASON <= set(said["reasons"])
        for part in ("titles", "reasons", "labels"):
            assert said[part].keys() == words["en"][part].keys()
            assert all(said[part].values())


def test_it_is_told_where_it_stands_and_of_a_stop_at_once(
    client: FlaskClient, service: Service, scanner: Callable[[str], dict[str, str]]
) -> None:
    known = scanner("Phone 1")
    told = client.get("/staff/scan/state", headers=known).get_json()
    assert (told["event"], told["gate"], told["role"], told["gates"][0]["paused"]) == ("fair", "main", "", False)
    with service.database.write() as db:
        gates.close(db, "fair", "main")
    assert client.get("/staff/scan/state", headers=known).get_json()["gates"][0]["closed"]
    with service.database.write() as db:
        devices.revoke(db, "fair", "Phone 1", service.now())
    assert client.get("/staff/scan/state", headers=known).get_json() == {"who": None}


def test_whose_gate_is_closed_is_asked_for_another(staff_browser: Browser, service: Service) -> None:
    with service.database.write() as db:
        gates.add(db, "fair", "North")
        db.scalars(select(Staff)).one().gate_id = gates.find_open(db, "fair", "main").id
    staff_browser.sign_in()
    told = []
    for closed in ("", "main", "north"):
        if closed:
            with service.database.write() as db:
                gates.close(db, "fair", closed)
        told.append(staff_browser.client.get("/staff/scan/state").get_json()["gate"])
    assert told == ["main", None, "main"]


def test_an_admission_is_taken_back_by_who_made_it(
    client: FlaskClient, issued: Pass, scanner: Callable[[str], dict[str, str]]
) -> None:
    mine, other = scanner("Phone 1"), scanner("Phone 2")
    scan = {"pass": issued.code, "scan_id": "6f1c1f0e-6a0e-4b7e-9a53-0a8f7d1f7f10"}
    assert client.post("/api/v1/checkins", json=scan, headers=mine).get_json()["result"] == "admitted"
    wish = {"scan_id": scan["scan_id"]}
    refused = client.post("/staff/scan/undo", json=wish, headers=other)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "nothing_to_undo")
    assert client.post("/staff/scan/undo", json=wish).status_code == 401
    assert client.post("/staff/scan/undo", data=wish, headers=mine).status_code == 415
    assert client.post("/staff/scan/undo", json=wish, headers=mine).get_json()["people"] == 2
    assert client.post("/staff/scan/undo", json=wish, headers=mine).get_json()["code"] == "already_undone"


def test_only_a_person_searches_and_sees_no_phone_number(
    staff_browser: Browser, issued: Pass, scanner: Callable[[str], dict[str, str]]
) -> None:
    wish = {"text": "verma"}
    assert staff_browser.client.post("/staff/scan/find", json=wish, headers=scanner("Phone 1")).status_code == 401
    staff_browser.sign_in()
    found = staff_browser.client.post("/staff/scan/find", json=wish)
    assert [one["name"] for one in found.get_json()["passes"]] == ["Asha Verma"]
    assert "98123" not in found.text
    assert staff_browser.client.post("/staff/scan/find", json={"text": "+91 98123 45678"}).get_json()["passes"]
    assert staff_browser.client.post("/staff/scan/find", json={"text": "ve"}).status_code == 422
    assert staff_browser.client.post("/staff/scan/find", json={"text": "nobody"}).get_json() == {"passes": []}
    answer = staff_browser.client.post("/staff/scan/find", json=wish, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_whose_page_asks_is_heard_and_whose_is_silent_is_told_to_supervisors(
    staff_browser: Browser, service: Service, scanner: Callable[[str], dict[str, str]]
) -> None:
    staff_browser.sign_in()
    assert staff_browser.who()
    known = scanner("Desk")
    with time_machine.travel(service.now() + timedelta(minutes=7), tick=False):
        unheard = staff_browser.client.get("/api/v1/events/fair/stats", headers=known).get_json()["unheard"]
        assert [(one["name"], one["gate"]) for one in unheard] == [("Ravi", "main")]
        assert staff_browser.who()
        heard = staff_browser.client.get("/api/v1/events/fair/stats", headers=known).get_json()["unheard"]
        assert heard == []
