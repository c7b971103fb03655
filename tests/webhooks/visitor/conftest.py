from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from bot.domain import events
from bot.domain.models import Event, Pass
from bot.service import Service
from tests.webhooks.visitor.browser import Browser

CITY = {"name": "city", "kind": "text", "labels": {"en": "Which city?", "hi": "कौन सा शहर?"}}


def make_event(service: Service, slug: str = "fair", **changes: Any) -> None:
    """An open event of three days, the first of them tomorrow."""
    now = service.now()
    first = (now + timedelta(hours=5, minutes=30)).date() + timedelta(days=1)
    wanted: dict[str, Any] = {
        **{"slug": slug, "name": "Book <Fair>", "names": {"hi": "पुस्तक मेला"}, "starts_on": first},
        **{"ends_on": first + timedelta(days=2), "questions": [CITY], "languages": ["en", "hi"], "now": now},
    }
    with service.database.write() as db:
        events.create(db, **{**wanted, **changes})
        events.open_event(db, slug)


def first_day(service: Service, slug: str = "fair") -> date:
    with service.database.read() as db:
        return db.scalars(select(Event.starts_on).where(Event.slug == slug)).one()


def passes_of(service: Service) -> int:
    with service.database.read() as db:
        return db.scalars(select(func.count()).select_from(Pass)).one()


@pytest.fixture
def fair_on_web(service: Service) -> None:
    make_event(service)


@pytest.fixture
def visitor_browser(app: Flask, service: Service) -> Browser:
    return Browser(app.test_client(), service)


@pytest.fixture
def other(app: Flask, service: Service) -> Browser:
    """Somebody else's."""
    return Browser(app.test_client(), service)
