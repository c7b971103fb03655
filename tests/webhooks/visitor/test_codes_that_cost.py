"""Whoever earns by codes gets none; whoever gets none is told what to do, before and after."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.domain import events
from bot.domain.messaging import otp_limits
from bot.domain.messaging.otp_limits import Budget
from bot.domain.models import Delivery
from bot.service import Service
from tests.webhooks.visitor.browser import Browser
from tests.webhooks.visitor.conftest import make_event

ABROAD = {"SO": "+25261{:07}", "SL": "+23276{:06}", "LV": "+3712{:07}"}
"""Numbers at which codes are collected for money."""


def codes_owed(service: Service) -> int:
    with service.database.read() as db:
        return db.scalars(select(func.count()).select_from(Delivery).where(Delivery.kind == "otp")).one()


@pytest.mark.usefixtures("fair_on_web")
def test_fifty_numbers_abroad_from_one_address_with_fresh_cookies_get_nothing(app: Flask, service: Service) -> None:
    forms = list(ABROAD.values())
    for number in range(50):
        browser = Browser(app.test_client(), service)
        browser.get("/passes")
        browser.post(
            "/passes", phone=forms[number % 3].format(number + 1_234_567 if number % 3 != 1 else 123_456 + number)
        )
        assert browser.wrong == {"phone": "otp_country"}
    assert codes_owed(service) == 0
    browser = Browser(app.test_client(), service)
    browser.details()
    assert browser.path == "/register/fair/code"


@pytest.mark.usefixtures("fair_on_web")
@pytest.mark.parametrize(("language", "country"), [("en", "India"), ("hi", "भारत")])
def test_the_door_says_where_codes_go_before_the_first_question(
    visitor_browser: Browser, language: str, country: str
) -> None:
    visitor_browser.language = language
    page = visitor_browser.get("/register/fair")
    assert page.index(country) < page.index('name="full_name"')
    assert country in visitor_browser.get("/passes").split('name="phone"')[0]


@pytest.mark.usefixtures("fair_on_web")
@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_phone_of_another_country_is_shown_the_way_to_whatsapp(visitor_browser: Browser, language: str) -> None:
    visitor_browser.language = language
    page = visitor_browser.details(language=language, phone=ABROAD["LV"].format(1234567))
    assert (visitor_browser.status, visitor_browser.wrong) == (422, {"phone": "otp_country"})
    assert "/simulator?text=hi" in page.split("<form")[0]
    assert bool(re.search("[ऀ-ॿ]", page.split('id="phone-error"')[1][:300])) == (language == "hi")


def test_an_event_adds_countries_for_itself(visitor_browser: Browser, other: Browser, service: Service) -> None:
    make_event(service, otp_countries=["LV"])
    make_event(service, "mela")
    phone = ABROAD["LV"].format(1234567)
    assert "Latvia" in visitor_browser.get("/register/fair")
    visitor_browser.details(phone=phone)
    assert visitor_browser.path == "/register/fair/code"
    other.details("mela", phone=ABROAD["LV"].format(1234568))
    assert other.wrong == {"phone": "otp_country"}
    with service.database.write() as db:
        assert events.sms_countries(db, "", service.now()) == ("LV",)
        events.cancel_event(db, "fair")
        assert events.sms_countries(db, "", service.now()) == ()


@pytest.mark.usefixtures("fair_on_web")
def test_where_no_more_codes_can_be_sent_the_form_says_so_before_the_first_question(
    app: Flask, visitor_browser: Browser, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otp_limits, "ADDRESS", Budget(1, 1))
    visitor_browser.details()
    assert visitor_browser.path == "/register/fair/code"
    late = Browser(app.test_client(), service)
    page = late.get("/register/fair")
    assert page.index("/simulator?text=hi") < page.index('name="full_name"')
    with capture_logs() as logs:
        late.details(phone="98123 45678")
    assert (late.status, late.wrong) == (429, {"phone": "otp_budget"})
    assert 0 < int(late.header["Retry-After"]) <= 3600
    assert [line["budget"] for line in logs if line["event"] == "otp_budget_reached"] == ["address, hour"]
    assert codes_owed(service) == 1
    told = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
    assert "pravesh_otp_budgets_used_up 1.0" in told
