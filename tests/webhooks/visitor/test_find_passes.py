"""The page of a pass and what it offers; and finding it again."""

import re
from base64 import b64decode
from datetime import time, timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select, update

from bot.domain import passes, people
from bot.domain.models import Delivery, Kind, Pass
from bot.domain.passes import tokens
from bot.service import Service
from tests.webhooks.visitor.browser import PHONE, Browser
from tests.webhooks.visitor.conftest import first_day, make_event


@pytest.mark.usefixtures("fair_on_web")
def test_the_qr_is_the_passs(browser: Browser, service: Service) -> None:
    browser.register()
    drawn = re.search(r'src="data:image/png;base64,([^"]+)"', browser.page)
    assert drawn
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(b64decode(drawn[1]))))
    with service.database.read() as db:
        assert tokens.decode(found.text, service.ring).pass_id == db.scalars(select(Pass.id)).one()


@pytest.mark.usefixtures("fair_on_web")
def test_the_picture_is_a_file_to_save(browser: Browser) -> None:
    browser.register()
    browser.get(f"{browser.path}/picture.png")
    assert browser.answer
    assert browser.header["Content-Disposition"].startswith("attachment")
    assert browser.header["Cache-Control"] == "no-store"
    assert zxingcpp.read_barcodes(Image.open(BytesIO(browser.answer.data)))


def test_the_calendar_has_the_events_hours_and_no_code(browser: Browser, service: Service) -> None:
    make_event(service, opens=time(17), closes=time(1), venue="Hall 1, Gate; the red one — " + "लाल " * 20)
    browser.register()
    browser.get(f"{browser.path}/visit.ics")
    assert browser.answer
    assert browser.answer.mimetype == "text/calendar"
    raw = browser.answer.data
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    text = raw.decode().replace("\r\n ", "")
    assert f"DTSTART:{first_day(service):%Y%m%d}T113000Z" in text
    assert f"DTEND:{first_day(service):%Y%m%d}T193000Z" in text
    assert r"LOCATION:Hall 1\, Gate\; the red one" in text
    with service.database.read() as db:
        assert db.scalars(select(Pass.code)).one() not in text.replace("-", "")


@pytest.mark.usefixtures("fair_on_web")
def test_the_calendar_has_each_day_of_the_pass(browser: Browser, service: Service) -> None:
    browser.register()
    days = [first_day(service) + timedelta(days=after) for after in (0, 2)]
    with service.database.write() as db:
        db.execute(update(Kind).values(days=[day.isoformat() for day in days]))
    browser.get(f"{browser.path}/visit.ics")
    assert browser.answer
    text = browser.answer.data.decode()
    assert text.count("BEGIN:VEVENT") == len(set(re.findall("UID:.*", text))) == 2
    assert [day for day in days if f"{day:%Y%m%d}" in text] == days


@pytest.mark.usefixtures("fair_on_web")
def test_it_goes_to_their_whatsapp_once_a_click(browser: Browser, service: Service) -> None:
    browser.register()
    shown, form = browser.path, browser.page
    for _ in range(2):
        browser.page = form
        browser.post(f"{shown}/whatsapp")
        assert browser.path == shown
    with service.database.read() as db:
        owed = db.execute(select(Delivery.lane, Delivery.pass_id).where(Delivery.kind == "pass")).all()
        assert [tuple(row) for row in owed] == [(f"whatsapp:{PHONE}", db.scalars(select(Pass.id)).one())]


@pytest.mark.usefixtures("fair_on_web")
def test_a_pass_is_found_again_by_the_phone(browser: Browser, other: Browser) -> None:
    browser.register()
    other.get("/passes")
    other.post("/passes", phone_country="IN", phone="98765 43210")
    assert other.path == "/passes/code"
    other.post("/passes/code", otp="12")
    assert other.wrong == {"otp": "not_an_otp"}
    other.post("/passes/code", otp=other.otp())
    (code,) = set(re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", browser.page))
    assert code in other.page
    other.get(browser.path)
    assert code in other.page
    other.post("/passes/leave")
    other.get(browser.path)
    assert (other.path, code in other.page) == ("/passes", False)


@pytest.mark.usefixtures("fair_on_web")
def test_a_number_without_passes_is_told_so(browser: Browser) -> None:
    browser.get("/passes")
    browser.post("/passes", phone="1")
    assert browser.wrong == {"phone": "not_a_phone"}
    browser.post("/passes", phone_country="IN", phone="98765 43210")
    browser.post("/passes/code", otp=browser.otp())
    assert browser.path == "/passes"
    assert "<li>" not in browser.page


@pytest.mark.usefixtures("fair_on_web")
def test_a_cancelled_pass_is_not_shown_any_more(browser: Browser, service: Service) -> None:
    browser.register()
    with service.database.write() as db:
        contact = people.find(db, phone=PHONE)
        assert contact
        passes.cancel(db, contact=contact, code=db.scalars(select(Pass.code)).one(), now=service.now())
    shown = browser.path
    browser.get(shown)
    assert browser.path == "/passes"
    browser.get(f"{shown}/picture.png")
    assert browser.status == 404


@pytest.mark.usefixtures("fair_on_web")
def test_the_page_opens_with_the_good_news_and_has_the_rule_and_a_picture_to_share(browser: Browser) -> None:
    browser.register()
    assert "<h1>You are registered</h1>" in browser.page
    assert "no re-entry" in browser.page
    [shared] = re.findall(r'id="share" href="([^"]+)"', browser.page)
    browser.get(shared)
    assert browser.answer
    assert browser.header["Content-Disposition"].startswith("inline")
    assert zxingcpp.read_barcodes(Image.open(BytesIO(browser.answer.data)))
