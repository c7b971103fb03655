"""The first page: each open event with its two doors, or why there is none."""

import pytest

from bot.domain.events import changes as event_changes
from bot.service import Service
from tests.webhooks.visitor.browser import Browser
from tests.webhooks.visitor.conftest import make_event


def test_each_open_event_has_both_doors(visitor_browser: Browser, service: Service) -> None:
    make_event(service)
    make_event(service, "zoo")
    make_event(service, "shut")
    with service.database.write() as db:
        event_changes.close_event(db, "shut")
    page = visitor_browser.get("/")
    for slug in ("fair", "zoo"):
        assert f'href="/register/{slug}"' in page
        assert f"text=hi+{slug}" in page
    assert "shut" not in page
    assert 'href="/passes"' in page


@pytest.mark.parametrize("language", ["en", "hi"])
def test_where_nothing_is_open_it_says_why(visitor_browser: Browser, service: Service, language: str) -> None:
    make_event(service)
    with service.database.write() as db:
        event_changes.cancel_event(db, "fair")
    visitor_browser.language = language
    page = visitor_browser.get("/")
    assert "/register/" not in page
    assert {"en": "Book <Fair>", "hi": "पुस्तक मेला"}[language] in page


def test_without_any_event_it_still_stands(visitor_browser: Browser) -> None:
    visitor_browser.get("/")
    assert visitor_browser.status == 200
