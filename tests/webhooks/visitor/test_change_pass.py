"""A pass changed and cancelled on the web by who has proved the phone: by the chat's rules, and after a question."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain import checkins, events
from bot.domain.models import Checkin, Delivery, Kind, Pass
from bot.service import Service
from flows.shapes.scans import Scan
from tests.webhooks.visitor.browser import Browser
from tests.webhooks.visitor.conftest import first_day, passes_of

pytestmark = pytest.mark.usefixtures("fair_on_web")


def rows(service: Service) -> list[tuple[str, Any, int]]:
    """All passes: status, day, party."""
    with service.database.read() as db:
        found = db.execute(select(Pass.status, Pass.day, Pass.party_size).order_by(Pass.id))
        return [(status, day, size) for status, day, size in found]


def registered(browser: Browser) -> str:
    """Register for three; the address of the pass."""
    browser.register()
    return browser.path


def test_another_day_and_number_make_a_new_pass(visitor_browser: Browser, service: Service) -> None:
    path, first = registered(visitor_browser), first_day(service)
    page = visitor_browser.get(f"{path}/change")
    assert f'value="{first}" selected' in page
    assert 'value="3"' in page
    form = visitor_browser.page
    later = first + timedelta(days=2)
    for _click in range(2):
        visitor_browser.page = form
        visitor_browser.post(f"{path}/change", visit_date=later.isoformat(), party_size="2")
        assert visitor_browser.status == 200
    assert rows(service) == [("replaced", first, 3), ("valid", later, 2)]
    visitor_browser.get("/passes/2?note=changed")
    assert 'role="status"' in visitor_browser.page
    with service.database.read() as db:
        assert db.scalars(select(Delivery).where(Delivery.kind == "pass")).all() == []


def test_what_stays_as_it_is_changes_nothing(visitor_browser: Browser, service: Service) -> None:
    path = registered(visitor_browser)
    visitor_browser.get(f"{path}/change")
    visitor_browser.post(f"{path}/change", visit_date=first_day(service).isoformat(), party_size="3")
    assert (visitor_browser.path, passes_of(service)) == (path, 1)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"party_size": "11"}, {"party_size": "party_too_large"}),
        ({"party_size": "a few"}, {"party_size": "not_a_number"}),
        ({"party_size": ""}, {"party_size": "empty"}),
        ({"visit_date": "2020-01-01"}, {"visit_date": "day_over"}),
        ({"visit_date": ""}, {"visit_date": "empty"}),
    ],
)
def test_what_cannot_be_is_refused_at_its_question(
    visitor_browser: Browser, service: Service, typed: dict[str, str], wrong: dict[str, str]
) -> None:
    path = registered(visitor_browser)
    visitor_browser.get(f"{path}/change")
    form = {"visit_date": first_day(service).isoformat(), "party_size": "3", **typed}
    visitor_browser.post(f"{path}/change", **form)
    assert (visitor_browser.status, set(visitor_browser.wrong)) == (422, set(wrong))
    assert rows(service) == [("valid", first_day(service), 3)]


def test_a_day_that_fills_meanwhile_leaves_the_old_pass(visitor_browser: Browser, service: Service) -> None:
    path, first = registered(visitor_browser), first_day(service)
    visitor_browser.get(f"{path}/change")
    with service.database.write() as db:
        events.set_day(db, "fair", first + timedelta(days=1), capacity=1)
    visitor_browser.post(f"{path}/change", visit_date=(first + timedelta(days=1)).isoformat(), party_size="3")
    assert visitor_browser.status == 422
    assert rows(service) == [("valid", first, 3)]


def test_a_closed_event_says_so_and_the_pass_stays(visitor_browser: Browser, service: Service) -> None:
    path = registered(visitor_browser)
    with service.database.write() as db:
        events.close_event(db, "fair")
    page = visitor_browser.get(f"{path}/change")
    assert 'name="party_size"' not in page
    visitor_browser.post(f"{path}/change", visit_date=first_day(service).isoformat(), party_size="1")
    assert rows(service) == [("valid", first_day(service), 3)]


def test_nobody_chooses_among_the_days_of_a_kind(visitor_browser: Browser, service: Service) -> None:
    path = registered(visitor_browser)
    with service.database.write() as db:
        db.execute(update(Kind).values(days=[first_day(service).isoformat()]))
    assert 'name="visit_date"' not in visitor_browser.get(f"{path}/change")
    visitor_browser.post(f"{path}/change", party_size="2")
    assert rows(service)[-1] == ("valid", first_day(service), 2)


def test_cancelling_asks_first_and_is_told_afterwards(visitor_browser: Browser, service: Service) -> None:
    path = registered(visitor_browser)
    visitor_browser.get(f"{path}/cancel")
    form = visitor_browser.page
    assert rows(service)[0][0] == "valid"
    visitor_browser.post(f"{path}/cancel", agree="no")
    assert rows(service)[0][0] == "valid"
    for _click in range(2):
        visitor_browser.page = form
        visitor_browser.post(f"{path}/cancel")
        assert visitor_browser.path == "/passes"
    assert rows(service) == [("revoked", first_day(service), 3)]


def test_a_pass_that_was_used_stays(visitor_browser: Browser, service: Service) -> None:
    path = registered(visitor_browser)
    with service.database.write() as db:
        code = db.scalars(select(Pass.code)).one()
        at = service.now() + timedelta(days=1)
        assert checkins.admit(db, service.ring, Scan(code, "one", event="fair", channel="api"), at).result == "admitted"
    for what in ("change", "cancel"):
        visitor_browser.get(f"{path}/{what}")
        visitor_browser.post(f"{path}/{what}", visit_date=first_day(service).isoformat(), party_size="2")
    assert [row[0] for row in rows(service)] == ["valid"]
    with service.database.read() as db:
        assert len(db.scalars(select(Checkin)).all()) == 1


def test_only_who_has_proved_the_phone_gets_at_it(visitor_browser: Browser, other: Browser, service: Service) -> None:
    path = registered(visitor_browser)
    for what in ("change", "cancel"):
        other.get(f"{path}/{what}")
        assert other.path == "/passes"
        other.post(f"{path}/{what}", agree="yes", visit_date=first_day(service).isoformat(), party_size="1")
        assert other.path == "/passes"
    assert rows(service) == [("valid", first_day(service), 3)]
