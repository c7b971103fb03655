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
    visitor_browser: Browser, other: Browser, service: Service
) -> None:
    visitor_browser.register(city=CITY)
    for path in ("/passes/data", "/passes/data/file", "/passes/data/delete"):
        assert NAME not in other.get(path)
        assert other.path == "/passes"
    other.post("/passes/data/delete", agree="yes", again="yes", today="yes")
    assert statuses(service) == ["valid"]


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.usefixtures("fair_on_web")
def test_all_that_is_held_is_on_the_page_and_in_the_file(
    visitor_browser: Browser, service: Service, language: str
) -> None:
    visitor_browser.language = language
    visitor_browser.register(city=CITY)
    page = visitor_browser.get("/passes/data")
    assert [word for word in (grouped(PHONE), NAME, CITY) if word not in page] == []
    visitor_browser.get("/passes/data/file")
    assert visitor_browser.answer
    assert visitor_browser.header["Content-Disposition"].startswith("attachment")
    told = json.loads(visitor_browser.answer.data)
    assert (told["phones"], told["registrations"][0]["name"], told["passes"][0]["status"]) == ([PHONE], NAME, "valid")
    assert list(told["consents"].values()) != [""]
    with service.database.read() as db:
        seen = [
            one for one in db.scalars(select(AuditEntry).order_by(AuditEntry.id)) if one.what == audit.PERSON_VIEWED
        ]
        assert [(one.actor, one.about["report"]) for one in seen] == [("visitor", False), ("visitor", True)]


@pytest.mark.usefixtures("fair_on_web")
def test_deleted_after_one_yes_and_nothing_is_left(visitor_browser: Browser, service: Service, redis: "Redis") -> None:
    visitor_browser.register(city=CITY)
    visitor_browser.get("/passes/data/delete")
    assert statuses(service) == ["valid"]
    visitor_browser.post("/passes/data/delete")
    assert (visitor_browser.path, statuses(service)) == ("/passes/deleted", ["revoked"])
    visitor_browser.get("/passes/data")
    assert visitor_browser.path == "/passes"  # the phone must be proved anew
    here = replace(service.trace_eraser, account="")  # Twilio's half has its own test
    assert here.sweep(datetime.now(UTC) + timedelta(minutes=1)) == 1
    after = dump(service.database, redis)
    assert [trace for trace in (PHONE[1:], NAME, "Asha", CITY) if trace in after] == []


def test_who_could_enter_today_is_asked_twice(visitor_browser: Browser, service: Service) -> None:
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    make_event(service, starts_on=today, ends_on=today)
    visitor_browser.register()
    visitor_browser.get("/passes/data/delete")
    visitor_browser.post("/passes/data/delete")
    assert (visitor_browser.path, statuses(service)) == ("/passes/data/delete", ["valid"])
    visitor_browser.post("/passes/data/delete")
    assert (visitor_browser.path, statuses(service)) == ("/passes/deleted", ["revoked"])


def test_a_pass_of_several_days_that_holds_today_too(visitor_browser: Browser, service: Service) -> None:
    """The first of its days is over: only the rules know that it still lets people in."""
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    make_event(service, starts_on=today - timedelta(days=1), ends_on=today)
    visitor_browser.register()
    with service.database.write() as db:
        issued = db.scalars(select(Pass)).one()
        issued.day = today - timedelta(days=1)
        db.execute(update(EventDay).values(taken=issued.party_size))
        events.by_slug(db, "fair").kinds[0].days = [str(today - timedelta(days=1)), str(today)]
    visitor_browser.get("/passes/data/delete")
    visitor_browser.post("/passes/data/delete")
    assert statuses(service) == ["valid"]
    visitor_browser.post("/passes/data/delete")
    assert statuses(service) == ["revoked"]
