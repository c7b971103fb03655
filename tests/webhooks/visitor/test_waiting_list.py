"""A full day on the page: people are asked whether they want to wait, and told where they stand."""

import pytest
from sqlalchemy import select, update

from bot.domain import events
from bot.domain.models import EventDay, Pass, WaitingEntry
from bot.service import Service
from tests.webhooks.visitor.browser import PHONE, Browser
from tests.webhooks.visitor.conftest import first_day, make_event


@pytest.fixture
def full_day(service: Service) -> None:
    """The fair with a waiting list and a full first day."""
    make_event(service, capacity_per_day=40)
    with service.database.write() as db:
        events.change(db, "fair", waiting_list=True)
        db.execute(update(EventDay).where(EventDay.day == first_day(service)).values(taken=40))


@pytest.mark.usefixtures("full_day")
def test_whoever_wants_to_wait_is_in_the_line_and_has_no_pass(visitor_browser: Browser, service: Service) -> None:
    day = first_day(service).isoformat()
    visitor_browser.details(visit_date=day)
    assert (visitor_browser.status, visitor_browser.wrong) == (422, {"wait": "other_day"})
    assert 'type="checkbox" name="wait"' in visitor_browser.page
    visitor_browser.details(visit_date=day, wait="yes")
    visitor_browser.prove()
    assert visitor_browser.path == "/register/fair/review"
    visitor_browser.post("/register/fair/review", agree="yes")
    assert "You are on the waiting list for" in visitor_browser.page
    with service.database.read() as db:
        assert db.scalars(select(Pass)).all() == []
        entry = db.scalars(select(WaitingEntry)).one()
        assert (entry.status, entry.channel, entry.party_size) == ("waiting", "web", 3)
        assert entry.address.endswith(PHONE)


@pytest.mark.usefixtures("full_day")
def test_another_day_needs_no_box(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.details(visit_date=first_day(service).isoformat())
    with service.database.read() as db:
        other = db.scalars(select(EventDay.day).where(EventDay.taken == 0).order_by(EventDay.day)).first()
    visitor_browser.details(visit_date=str(other))
    assert visitor_browser.path == "/register/fair/code"
