"""How an event's pages look: its colour and pictures, fetched once and kept for good."""

import re

from flask.testing import FlaskClient

from bot.domain import events
from bot.service import Service
from tests.bot.domain.events.drawn import header, logo
from tests.webhooks.visitor.conftest import make_event
from webhooks.look import style_sheet

COLOUR = "#7a1f5c"


def dressed(service: Service) -> None:
    """The fair, in a colour of its own and with both pictures."""
    make_event(service)
    with service.database.write() as db:
        events.change(db, "fair", colour=COLOUR, logo=logo(), header=header())


def test_the_form_and_the_first_page_have_the_colour_and_the_pictures(client: FlaskClient, service: Service) -> None:
    dressed(service)
    for path in ("/", "/register/fair"):
        page = client.get(path).text
        assert 'href="/look/7a1f5c.css"' in page
        for address in re.findall(r'src="(/look/[^"]*)"', page):
            kept = client.get(address)
            assert (kept.status_code, (kept.mimetype or "").partition("/")[0]) == (200, "image")
            assert "immutable" in kept.headers["Cache-Control"]
            assert client.get(address, headers={"If-None-Match": kept.headers["ETag"]}).status_code == 304
        assert len(re.findall(r'src="/look/fair/\w+\.(png|jpg)"', page)) == 2


def test_an_event_without_any_has_ours(client: FlaskClient, service: Service) -> None:
    make_event(service)
    page = client.get("/register/fair").text
    assert "event-head" in page
    assert "/look/" not in page


def test_days_have_weekday_and_year_and_hours_stand_beside_them(client: FlaskClient, service: Service) -> None:
    make_event(service)
    with service.database.read() as db:
        first = events.by_slug(db, "fair").starts_on
    assert f"{first:%Y}" in client.get("/register/fair").text.partition("event-head")[2].partition("</header>")[0]


def test_what_is_not_there_any_more_or_never_was_is_not_found(client: FlaskClient, service: Service) -> None:
    dressed(service)
    address = re.findall(r'src="(/look/fair/\w+\.png)"', client.get("/register/fair").text)[0]
    missing = ["/look/7a7a7a.css", "/look/red.css", "/look/fair/0123456789abcdef.png", address.replace(".png", ".jpg")]
    missing.append(address.replace("fair", "other"))
    assert [client.get(path).status_code for path in missing] == [404] * len(missing)
    with service.database.write() as db:
        events.change(db, "fair", logo=None)
    assert address not in client.get("/register/fair").text


def test_a_style_sheet_holds_colours_alone() -> None:
    sheet = style_sheet(COLOUR)
    assert set(re.findall(r"(--[\w-]+):", sheet)) == {
        *("--event", "--event-ink", "--brand", "--brand-strong", "--brand-ink", "--brand-tint")
    }
    assert sheet.count("{") == sheet.count("}") == 3
