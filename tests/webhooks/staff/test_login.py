"""Signing in to the staff pages: who gets in, what a stranger learns, and how a session ends."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from bot import __version__
from bot.domain import events, roster
from bot.domain.models import Delivery, Staff
from bot.domain.roster import trial
from bot.ops import prepare_database
from bot.service import Service
from flows.shapes import duty
from tests.webhooks.staff.conftest import RAVI, STRANGER, Browser
from webhooks.staff import session

NewBrowser = Callable[[], Browser]


def test_a_code_to_the_phone_opens_the_scanner(staff_browser: Browser) -> None:
    assert staff_browser.who() is None
    assert staff_browser.ask("98111 11111").status_code == 302
    answer = staff_browser.send("/staff/login", otp=staff_browser.code(RAVI))
    assert answer.location == "/staff/scan"
    assert staff_browser.client.get("/staff/scan/state").get_json()["gate"] == "main"
    assert "Ravi" in staff_browser.client.get("/staff/login").text


def test_every_staff_page_tells_the_version(staff_browser: Browser) -> None:
    foot = f"Pravesh {__version__}<"
    assert foot in staff_browser.client.get("/staff/login").text
    assert foot in staff_browser.client.get("/staff/link/of-nobody").text
    assert foot in staff_browser.client.get("/staff/scan").text
    staff_browser.sign_in()
    assert foot in staff_browser.client.get("/staff/login").text
    assert foot in staff_browser.client.get("/staff/desk").text


def test_the_way_to_the_team_is_called_a_sign_in_only_where_nobody_is_signed_in(staff_browser: Browser) -> None:
    paths = ("/", "/staff/login", "/staff/desk", "/staff/link/of-nobody", "/nothing-is-here")
    assert "Team sign-in</a>" in staff_browser.client.get("/").text
    staff_browser.sign_in()
    assert [path for path in paths if "Team sign-in" in staff_browser.client.get(path).text] == []
    assert "Team pages</a>" in staff_browser.client.get("/").text


def test_the_cookie_is_for_this_site_and_no_script_and_tells_nothing(staff_browser: Browser) -> None:
    staff_browser.sign_in()
    cookie = staff_browser.client.get_cookie("session")
    assert cookie
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.secure
    assert cookie.expires  # it outlives a browser that the phone has ended
    with staff_browser.client.session_transaction() as kept:
        assert RAVI[3:] not in str(dict(kept))
        assert "Ravi" not in str(dict(kept))


def test_a_stranger_is_answered_like_somebody_of_the_roster(new_browser: NewBrowser, staffed_gate: None) -> None:
    """Statuses, pages, limits and rows are equal; only the worker knows, and sends no code."""
    seen = []
    for phone in (RAVI, STRANGER):
        browser = new_browser()
        asked = browser.ask(phone)
        page = browser.client.get("/staff/login").text.replace(phone.removeprefix("+"), "the number")
        wrong = browser.send("/staff/login", otp="000000")
        soon = browser.send("/staff/login", again="1")
        seen.append((asked.status_code, asked.location, _without_tokens(page), wrong.status_code, soon.status_code))
        assert "the number" in page
    assert seen[0] == seen[1]
    assert seen[0][3:] == (422, 429)


def test_a_refused_code_holds_no_thread(staff_browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError(f"a thread slept for {seconds} s")

    staff_browser.ask(RAVI)
    monkeypatch.setattr(time, "sleep", sleep)
    tries = [staff_browser.send("/staff/login", otp="000000", attempt=str(number)).status_code for number in range(7)]
    assert tries == [422] * 7


def test_nobody_without_a_row_gets_in_even_with_a_code(staff_browser: Browser) -> None:
    assert staff_browser.sign_in(STRANGER).status_code == 422
    assert staff_browser.who() is None


def test_the_worker_sends_a_code_only_to_the_roster(
    staff_browser: Browser, new_browser: NewBrowser, service: Service
) -> None:
    staff_browser.ask(RAVI)
    new_browser().ask(STRANGER)
    with service.database.read() as db:
        rows = db.scalars(select(Delivery).order_by(Delivery.id)).all()
    for row in rows:
        service.outbox.deliver(row.id)
    with service.database.read() as db:
        rows = db.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [row.reason for row in rows][1:] == ["not_on_roster"]
    assert rows[1].message_sid is None
    assert rows[0].reason != "not_on_roster"


def test_a_code_that_was_typed_has_arrived(staff_browser: Browser, service: Service) -> None:
    staff_browser.ask(RAVI)
    with service.database.write() as db:
        db.scalars(select(Delivery)).one().status = "sent"
    staff_browser.send("/staff/login", otp=staff_browser.code(RAVI))
    with service.database.read() as db:
        assert db.scalars(select(Delivery.status)).one() == "delivered"


@pytest.mark.parametrize("path", ["/staff", "/staff/"])
def test_the_short_address_leads_to_the_sign_in(staff_browser: Browser, path: str) -> None:
    assert staff_browser.client.get(path).location == "/staff/login"


def test_disabled_is_out_everywhere_at_once_and_stays_out(
    staff_browser: Browser, new_browser: NewBrowser, service: Service
) -> None:
    other = new_browser()
    staff_browser.sign_in()
    with time_machine.travel(service.now() + timedelta(minutes=1), tick=False):
        other.sign_in()
        assert staff_browser.who()
        assert other.who()
        for enabled in (False, True):
            with service.database.write() as db:
                roster.set_enabled(db, RAVI, enabled, region="IN")
            assert (staff_browser.who(), other.who()) == (None, None)
            assert staff_browser.client.post("/api/v1/checkins", json={}).status_code == 401


def test_a_session_lasts_a_shift(staff_browser: Browser, service: Service) -> None:
    staff_browser.sign_in()
    begun = service.now()
    assert _who_at(staff_browser, begun + timedelta(hours=11, minutes=59))
    assert _who_at(staff_browser, begun + timedelta(hours=12, seconds=1)) is None


def test_who_signs_out_is_out_and_the_old_code_opens_nothing(staff_browser: Browser) -> None:
    staff_browser.ask(RAVI)
    otp = staff_browser.code(RAVI)
    staff_browser.send("/staff/login", otp=otp, attempt="one")
    staff_browser.send("/staff/login", attempt="x")
    staff_browser.sign_out()
    assert staff_browser.who() is None
    staff_browser.send("/staff/login", otp=otp, attempt="one")
    assert staff_browser.who() is None


def test_a_cookie_that_was_copied_is_dead_after_signing_out(staff_browser: Browser, new_browser: NewBrowser) -> None:
    staff_browser.sign_in()
    thief = new_browser()
    cookie = staff_browser.client.get_cookie("session")
    assert cookie
    thief.client.set_cookie("session", cookie.value, domain="localhost", secure=True)
    assert thief.who()
    staff_browser.sign_out()
    assert (staff_browser.who(), thief.who()) == (None, None)
    assert thief.client.post("/api/v1/checkins", json={}).status_code == 401
    assert thief.client.get("/staff/events").location.startswith("/staff/login")
    with time_machine.travel(staff_browser.service.now() + timedelta(minutes=1)):
        staff_browser.sign_in()
        assert staff_browser.who()
        assert thief.who() is None


@pytest.mark.parametrize("ahead", [1, 100])
def test_a_session_that_began_at_a_machine_ahead_holds_at_once(staff_browser: Browser, ahead: int) -> None:
    with time_machine.travel(staff_browser.service.now() + timedelta(seconds=ahead)):
        staff_browser.sign_in()
    assert staff_browser.who()


def test_an_answer_that_changes_nothing_brings_no_cookie(staff_browser: Browser) -> None:
    """One on its way while somebody signs out would sign them in again."""
    staff_browser.sign_in()
    for path in ("/staff/scan/state", "/staff/scan", "/healthz"):
        assert "Set-Cookie" not in staff_browser.client.get(path).headers


def test_a_form_of_another_site_signs_nobody_out(staff_browser: Browser) -> None:
    staff_browser.sign_in()
    assert staff_browser.client.post("/staff/logout").status_code == 400
    assert staff_browser.who()


def test_who_works_at_several_events_chooses(staff_browser: Browser, service: Service) -> None:
    now = service.now()
    with service.database.write() as db:
        events.create(db, slug="mela", name="Mela", starts_on=now.date(), ends_on=now.date(), now=now)
        roster.add(db, "mela", phone=RAVI, name="Ravi K", role="supervisor", region="IN", now=now)
        events.create(db, slug="theirs", name="Theirs", starts_on=now.date(), ends_on=now.date(), now=now)
        roster.add(db, "theirs", phone=STRANGER, name="Mira", region="IN", now=now)
    assert staff_browser.sign_in().location == "/staff/events"
    assert "Mela" in staff_browser.client.get("/staff/events").text
    assert staff_browser.send("/staff/events", event="theirs").status_code == 403
    assert staff_browser.send("/staff/events", event="mela").status_code == 302
    assert staff_browser.client.get("/staff/scan/state").get_json()["event"] == "mela"


def test_a_role_opens_its_own_doors_and_those_below(app: Flask, staff_browser: Browser, service: Service) -> None:
    def room() -> str:
        return "in"

    for role in duty.ROLES:
        app.add_url_rule(f"/only/{role}", role, session.require_role(role)(room))
    assert staff_browser.client.get("/only/volunteer").status_code == 302
    staff_browser.sign_in()
    assert [staff_browser.client.get(f"/only/{role}").status_code for role in duty.ROLES] == [200, 403, 403]
    with service.database.write() as db:
        db.scalars(select(Staff)).one().role = "admin"
    assert [staff_browser.client.get(f"/only/{role}").status_code for role in duty.ROLES] == [200, 200, 200]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/p/x", "/\\evil.example", "/simulator"])
def test_after_signing_in_nobody_is_sent_to_another_site(staff_browser: Browser, elsewhere: str) -> None:
    assert staff_browser.sign_in(path=f"/staff/login?next={elsewhere}").location == "/staff/scan"


def test_a_page_that_was_asked_for_opens_after_signing_in(staff_browser: Browser) -> None:
    assert staff_browser.client.get("/staff/events").location == "/staff/login?next=%2Fstaff%2Fevents"
    assert staff_browser.sign_in(path="/staff/login?next=/staff/events").location == "/staff/events"


def _who_at(browser: Browser, moment: datetime) -> str | None:
    with time_machine.travel(moment, tick=False):
        return browser.who()


def _without_tokens(page: str) -> str:
    return "".join(line for line in page.splitlines() if 'type="hidden"' not in line)


def test_a_trial_leads_to_the_phone_of_the_demos_admin_and_nothing_else_does(
    service: Service, new_browser: Callable[[], Browser]
) -> None:
    way = f"/simulator?text=sign+in&amp;phone={quote(trial.ADMIN)}"
    browser = new_browser()
    assert way not in browser.client.get("/staff/login").text, "there is no demo"
    prepare_database.make_demo(service.database, staffed=True)
    assert way in browser.client.get("/staff/login").text
