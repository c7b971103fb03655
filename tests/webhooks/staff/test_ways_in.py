"""Strangers lock nobody out: a browser that is known has codes of its own, and WhatsApp gives a link."""

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select

from bot.domain import events, roster
from bot.domain.models import Delivery, Staff, TurnRecord
from bot.domain.roster import owners
from bot.inbound import Inbound
from bot.service import Service
from tests.webhooks.staff.conftest import RAVI, STRANGER, TOKEN, Browser

NewBrowser = Callable[[], Browser]
LINK = re.compile(r"https://[^/]+(/staff/link/\S+)")
A_MINUTE = timedelta(minutes=1)


def say(service: Service, text: str, phone: str = RAVI, sid: str = "SM1", lane: str = "") -> str:
    """The answer to a message from this phone."""
    senders = service.settings.twilio_whatsapp_from
    return service.dialogue.handle(Inbound(sid, lane or f"whatsapp:{phone}", senders[0], phone=phone, text=text))


def link(service: Service, **said: str) -> str:
    """The path of the link that comes back."""
    found = LINK.search(say(service, said.pop("text", "sign in"), **said))
    assert found
    return found[1]


def press(client: FlaskClient, path: str) -> Any:
    """Open a link and press its button, if it has one."""
    page = client.get(path)
    found = TOKEN.search(page.text)
    return client.post(path, data={"csrf_token": found[1]}) if found else page


# --- codes ----------------------------------------------------------------------------------------


def test_five_requests_of_strangers_leave_a_known_browser_its_codes(
    staff_browser: Browser, new_browser: NewBrowser, service: Service
) -> None:
    staff_browser.sign_in()
    staff_browser.sign_out()
    now = service.now()
    for number in range(1, 8):
        with time_machine.travel(now + number * A_MINUTE):
            stranger = new_browser().ask(RAVI)
    assert stranger.status_code == 429
    assert "/simulator?text=sign" in stranger.text
    with time_machine.travel(now + 8 * A_MINUTE):
        assert staff_browser.ask(RAVI).status_code == 302
        assert staff_browser.send("/staff/login", otp=staff_browser.code(RAVI)).location == "/staff/scan"


def test_a_known_browser_is_known_for_its_own_numbers_only(
    staff_browser: Browser, new_browser: NewBrowser, service: Service
) -> None:
    """Whoever works here too gets no more tries at a supervisor's number by it."""
    with service.database.write() as db:
        roster.add(db, "fair", phone=STRANGER, name="Mira", region="IN", now=service.now())
    staff_browser.sign_in(STRANGER)
    staff_browser.sign_out()
    now = service.now()
    asked = []
    for number in range(1, 8):
        with time_machine.travel(now + number * A_MINUTE):
            staff_browser.send("/staff/login", change="1")
            asked.append(staff_browser.ask(RAVI).status_code)
    assert asked == [302] * 5 + [429] * 2


@pytest.mark.parametrize("cookie", ["", "x", "eyJuYW1lIjoiYSIsIm51bWJlcnMiOltdfQ.forged"])
def test_a_forged_cookie_makes_no_browser_known(new_browser: NewBrowser, staffed_gate: None, cookie: str) -> None:
    stranger = new_browser()
    stranger.client.set_cookie("staff_browser", cookie, path="/staff", secure=True)
    assert stranger.ask(RAVI).status_code == 302


def test_the_cookie_of_a_known_browser_tells_no_number_and_outlives_the_session(staff_browser: Browser) -> None:
    staff_browser.sign_in()
    staff_browser.sign_out()
    cookie = staff_browser.client.get_cookie("staff_browser", path="/staff")
    assert cookie
    assert (cookie.http_only, cookie.secure, cookie.same_site) == (True, True, "Lax")
    assert RAVI[3:] not in cookie.value


def test_forms_of_visitors_use_up_nothing_of_the_staffs(staff_browser: Browser, service: Service) -> None:
    now = service.now()
    for number in range(5):
        moment = now + number * timedelta(seconds=31)
        service.otps.ask("web", RAVI, f"web:{number}", moment, f"try {number}")
    with time_machine.travel(now + 3 * A_MINUTE):
        assert staff_browser.ask(RAVI).status_code == 302


# --- the link -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "text"), [("volunteer", "Sign In."), ("supervisor", "login"), ("admin", "साइन इन")])
def test_the_link_lets_whoever_is_on_the_roster_in(
    staff_browser: Browser, service: Service, role: str, text: str
) -> None:
    with service.database.write() as db:
        db.scalars(select(Staff)).one().role = role
    done = press(staff_browser.client, link(service, text=text))
    assert (done.status_code, done.location) == (302, "/staff/dashboard" if role == "admin" else "/staff/scan")
    assert staff_browser.who()


def test_an_owner_gets_a_link_too_and_is_a_visitor_in_all_else(staff_browser: Browser, service: Service) -> None:
    with service.database.write() as db:
        owners.add(db, phone=STRANGER, name="Olga", region="IN", now=service.now())
    assert press(staff_browser.client, link(service, phone=STRANGER)).location == "/staff/manage"
    assert "/staff/link/" not in say(service, "hi", STRANGER, "SM2")
    assert "/staff/link/" not in say(service, "sign in", STRANGER, "SM3")
    assert "/staff/link/" not in say(service, "sign in", "+919800000002", "SM4")


def test_looking_at_a_link_spends_nothing_and_tells_nobodys_name(
    new_browser: NewBrowser, staff_browser: Browser, service: Service
) -> None:
    path = link(service)
    for _ in range(3):
        page = new_browser().client.get(path)
        assert (page.status_code, "Ravi" in page.text, RAVI[3:] in page.text) == (200, False, False)
    new_browser().client.head(path)
    assert new_browser().client.post(path).status_code == 400
    assert press(staff_browser.client, path).status_code == 302


def test_a_link_works_once_for_five_minutes_and_the_newest_only(
    staff_browser: Browser, new_browser: NewBrowser, service: Service
) -> None:
    old, new = link(service), link(service, sid="SM2")
    assert press(staff_browser.client, old).status_code == 410
    other = new_browser().client
    token = TOKEN.search(other.get(new).text)
    assert token
    assert press(staff_browser.client, new).status_code == 302
    late = other.post(new, data={"csrf_token": token[1]})
    assert late.status_code == 410
    assert "/simulator?text=sign" in late.text
    assert new_browser().who() is None
    third = link(service, sid="SM3")
    with time_machine.travel(service.now() + 5 * A_MINUTE):
        assert press(other, third).status_code == 410
    assert other.get("/staff/link/nothing-of-ours").status_code == 410


def test_of_many_presses_at_once_one_opens(app: Flask, staff_browser: Browser, service: Service) -> None:
    path = link(service)
    token = TOKEN.search(staff_browser.client.get(path).text)
    cookie = staff_browser.client.get_cookie("session")
    assert token
    assert cookie

    def one(_number: int) -> int:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        return client.post(path, data={"csrf_token": token[1]}).status_code

    with ThreadPoolExecutor(6) as presses:
        assert sorted(presses.map(one, range(6))) == [302] + [410] * 5


def test_whoever_is_disabled_meanwhile_is_told_so(staff_browser: Browser, service: Service) -> None:
    path = link(service)
    token = TOKEN.search(staff_browser.client.get(path).text)
    assert token
    with service.database.write() as db:
        roster.set_enabled(db, RAVI, False, region="IN")
    assert staff_browser.client.get(path).status_code == 403
    assert staff_browser.client.post(path, data={"csrf_token": token[1]}).status_code == 403
    assert staff_browser.who() is None
    assert LINK.search(say(service, "sign in", sid="SM2")) is None


def test_nobody_but_the_rosters_own_whatsapp_gets_a_link(staff_browser: Browser, service: Service) -> None:
    assert LINK.search(say(service, "sign in", phone=STRANGER)) is None
    assert LINK.search(say(service, "sign in", lane=RAVI, sid="SM2")) is None


def test_the_same_message_again_brings_the_same_link(staff_browser: Browser, service: Service) -> None:
    assert link(service) == link(service)
    assert press(staff_browser.client, link(service)).status_code == 302


def test_a_link_is_kept_nowhere_but_in_the_answer(
    staff_browser: Browser, service: Service, redis: "Redis", caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        token = link(service).rpartition("/")[2]
        staff_browser.client.get(f"/staff/link/{token}")
    assert token not in caplog.text
    kept = {name: redis.get(name) for name in redis.keys("staff:link:*")}
    assert len(kept) == 2
    assert token not in repr(kept)
    with service.database.read() as db:
        assert db.query(Delivery).count() == 0
        assert db.query(TurnRecord).count() == 1


def test_who_works_at_several_events_chooses_and_browsers_are_known_by_links_too(
    staff_browser: Browser, service: Service
) -> None:
    now = service.now()
    with service.database.write() as db:
        events.create(db, slug="mela", name="Mela", starts_on=now.date(), ends_on=now.date(), now=now)
        roster.add(db, "mela", phone=RAVI, name="Ravi K", region="IN", now=now)
    assert press(staff_browser.client, link(service)).location == "/staff/events"
    assert staff_browser.client.get_cookie("staff_browser", path="/staff")


def test_after_the_event_the_staff_pages_open_by_a_link_too(staff_browser: Browser, service: Service) -> None:
    with service.database.write() as db:
        events.cancel_event(db, "fair")
    assert press(staff_browser.client, link(service)).status_code == 302
