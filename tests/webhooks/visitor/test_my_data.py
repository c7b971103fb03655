"""On the web: who proves a phone sees what is held, saves it, and has it deleted after a yes; today after two."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import select, update

from bot.domain import audit, events
from bot.domain.models import AuditEntry, EventDay, Pass
from bot.service import Service
from flows.fields.phone import grouped
from tests.table_dump import dump
from tests.webhooks.visitor.browser import PHONE, Browser
from tests.webhooks.visitor.conftest import make_event

NAME, CITY = "Asha Verma", "Pondicherry"


def statuses(service: Service) -> list[str]:
    with service.database.read() as db:
        return list(db.scalars(select(Pass.status)))


@pytest.mark.usefixtures("fair_on_web")
def test_only_who_has_proved_the_phone_sees_or_deletes_anything(
    browser: Browser, other: Browser, service: Service
) -> None:
    browser.register(city=CITY)
    for path in ("/passes/data", "/passes/data/file", "/passes/data/delete"):
        assert NAME not in other.get(path)
        assert other.path == "/passes"
    other.post("/passes/data/delete", agree="yes", again="yes", today="yes")
    assert statuses(service) == ["valid"]


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.usefixtures("fair_on_web")
def test_all_that_is_held_is_on_the_page_and_in_the_file(browser: Browser, service: Service, language: str) -> None:
    browser.language = language
    browser.register(city=CITY)
    page = browser.get("/passes/data")
    assert [word for word in (grouped(PHONE), NAME, CITY) if word not in page] == []
    browser.get("/passes/data/file")
    assert browser.answer
    assert browser.header["Content-Disposition"].startswith("attachment")
    told = json.loads(browser.answer.data)
    assert (told["phones"], told["registrations"][0]["name"], told["passes"][0]["status"]) == ([PHONE], NAME, "valid")
    assert list(told["consents"].values()) != [""]
    with service.database.read() as db:
        seen = [
            one for one in db.scalars(select(AuditEntry).order_by(AuditEntry.id)) if one.what == audit.PERSON_VIEWED
        ]
        assert [(one.actor, one.about["report"]) for one in seen] == [("visitor", False), ("visitor", True)]


@pytest.mark.usefixtures("fair_on_web")
def test_deleted_after_one_yes_and_nothing_is_left(browser: Browser, service: Service, redis: "Redis") -> None:
    browser.register(city=CITY)
    browser.get("/passes/data/delete")
    assert statuses(service) == ["valid"]
    browser.post("/passes/data/delete")
    assert (browser.path, statuses(service)) == ("/passes/deleted", ["revoked"])
    browser.get("/passes/data")
    assert browser.path == "/passes"  # the phone must be proved anew
    here = replace(service.trace_eraser, account="")  # Twilio's half has its own test
    assert here.sweep(datetime.now(UTC) + timedelta(minutes=1)) == 1
    after = dump(service.database, redis)
    assert [trace for trace in (PHONE[1:], NAME, "Asha", CITY) if trace in after] == []


def test_who_could_enter_today_is_asked_twice(browser: Browser, service: Service) -> None:
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    make_event(service, starts_on=today, ends_on=today)
    browser.register()
    browser.get("/passes/data/delete")
    browser.post("/passes/data/delete")
    assert (browser.path, statuses(service)) == ("/passes/data/delete", ["valid"])
    browser.post("/passes/data/delete")
    assert (browser.path, statuses(service)) == ("/passes/deleted", ["revoked"])


def test_a_pass_of_several_days_that_holds_today_too(browser: Browser, service: Service) -> None:
    """The first of its days is over: only the rules know that it still lets people in."""
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    make_event(service, starts_on=today - timedelta(days=1), ends_on=today)
    browser.register()
    with service.database.write() as db:
        issued = db.scalars(select(Pass)).one()
        issued.day = today - timedelta(days=1)
        db.execute(update(EventDay).values(taken=issued.party_size))
        events.by_slug(db, "fair").kinds[0].days = [str(today - timedelta(days=1)), str(today)]
    browser.get("/passes/data/delete")
    browser.post("/passes/data/delete")
    assert statuses(service) == ["valid"]
    browser.post("/passes/data/delete")
    assert statuses(service) == ["revoked"]
