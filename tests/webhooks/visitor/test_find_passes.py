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
def test_the_qr_is_the_passs(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.register()
    drawn = re.search(r'src="data:image/png;base64,([^"]+)"', visitor_browser.page)
    assert drawn
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(b64decode(drawn[1]))))
    with service.database.read() as db:
        assert tokens.decode(found.text, service.ring).pass_id == db.scalars(select(Pass.id)).one()


@pytest.mark.usefixtures("fair_on_web")
def test_the_picture_is_a_file_to_save(visitor_browser: Browser) -> None:
    visitor_browser.register()
    visitor_browser.get(f"{visitor_browser.path}/picture.png")
    assert visitor_browser.answer
    assert visitor_browser.header["Content-Disposition"].startswith("attachment")
    assert visitor_browser.header["Cache-Control"] == "no-store"
    assert zxingcpp.read_barcodes(Image.open(BytesIO(visitor_browser.answer.data)))


def test_the_calendar_has_the_events_hours_and_no_code(visitor_browser: Browser, service: Service) -> None:
    make_event(service, opens=time(17), closes=time(1), venue="Hall 1, Gate; the red one — " + "लाल " * 20)
    visitor_browser.register()
    visitor_browser.get(f"{visitor_browser.path}/visit.ics")
    assert visitor_browser.answer
    assert visitor_browser.answer.mimetype == "text/calendar"
    raw = visitor_browser.answer.data
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    text = raw.decode().replace("\r\n ", "")
    assert f"DTSTART:{first_day(service):%Y%m%d}T113000Z" in text
    assert f"DTEND:{first_day(service):%Y%m%d}T193000Z" in text
    assert r"LOCATION:Hall 1\, Gate\; the red one" in text
    with service.database.read() as db:
        assert db.scalars(select(Pass.code)).one() not in text.replace("-", "")


@pytest.mark.usefixtures("fair_on_web")
def test_the_calendar_has_each_day_of_the_pass(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.register()
    days = [first_day(service) + timedelta(days=after) for after in (0, 2)]
    with service.database.write() as db:
        db.execute(update(Kind).values(days=[day.isoformat() for day in days]))
    visitor_browser.get(f"{visitor_browser.path}/visit.ics")
    assert visitor_browser.answer
    text = visitor_browser.answer.data.decode()
    assert text.count("BEGIN:VEVENT") == len(set(re.findall("UID:.*", text))) == 2
    assert [day for day in days if f"{day:%Y%m%d}" in text] == days


@pytest.mark.usefixtures("fair_on_web")
def test_it_goes_to_their_whatsapp_once_a_click(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.register()
    shown, form = visitor_browser.path, visitor_browser.page
    for _ in range(2):
        visitor_browser.page = form
        visitor_browser.post(f"{shown}/whatsapp")
        assert visitor_browser.path == shown
    with service.database.read() as db:
        owed = db.execute(select(Delivery.lane, Delivery.pass_id).where(Delivery.kind == "pass")).all()
        assert [tuple(row) for row in owed] == [(f"whatsapp:{PHONE}", db.scalars(select(Pass.id)).one())]


@pytest.mark.usefixtures("fair_on_web")
def test_a_pass_is_found_again_by_the_phone(visitor_browser: Browser, other: Browser) -> None:
    visitor_browser.register()
    other.get("/passes")
    other.post("/passes", phone_country="IN", phone="98765 43210")
    assert other.path == "/passes/code"
    other.post("/passes/code", otp="12")
    assert other.wrong == {"otp": "not_an_otp"}
    other.post("/passes/code", otp=other.otp())
    (code,) = set(re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", visitor_browser.page))
    assert code in other.page
    other.get(visitor_browser.path)
    assert code in other.page
    other.post("/passes/leave")
    other.get(visitor_browser.path)
    assert (other.path, code in other.page) == ("/passes", False)


@pytest.mark.usefixtures("fair_on_web")
def test_a_number_without_passes_is_told_so(visitor_browser: Browser) -> None:
    visitor_browser.get("/passes")
    visitor_browser.post("/passes", phone="1")
    assert visitor_browser.wrong == {"phone": "not_a_phone"}
    visitor_browser.post("/passes", phone_country="IN", phone="98765 43210")
    visitor_browser.post("/passes/code", otp=visitor_browser.otp())
    assert visitor_browser.path == "/passes"
    assert "<li>" not in visitor_browser.page


@pytest.mark.usefixtures("fair_on_web")
def test_a_cancelled_pass_is_not_shown_any_more(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.register()
    with service.database.write() as db:
        contact = people.find(db, phone=PHONE)
        assert contact
        passes.cancel(db, contact=contact, code=db.scalars(select(Pass.code)).one(), now=service.now())
    shown = visitor_browser.path
    visitor_browser.get(shown)
    assert visitor_browser.path == "/passes"
    visitor_browser.get(f"{shown}/picture.png")
    assert visitor_browser.status == 404


@pytest.mark.usefixtures("fair_on_web")
def test_the_page_opens_with_the_good_news_and_has_the_rule_and_a_picture_to_share(visitor_browser: Browser) -> None:
    visitor_browser.register()
    assert "<h1>You are registered</h1>" in visitor_browser.page
    assert "no re-entry" in visitor_browser.page
    [shared] = re.findall(r'id="share" href="([^"]+)"', visitor_browser.page)
    visitor_browser.get(shared)
    assert visitor_browser.answer
    assert visitor_browser.header["Content-Disposition"].startswith("inline")
    assert zxingcpp.read_barcodes(Image.open(BytesIO(visitor_browser.answer.data)))
