"""The link that a pass's holder is sent: it shows the pass, changes nothing, and ends with the pass."""

import re
from base64 import b64decode
from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select, update

from bot.domain.models import Event, Pass
from bot.domain.passes import holder_links, tokens
from bot.service import Service
from flows.understanding import codes
from tests.webhooks.visitor.browser import Browser


@pytest.fixture
def web_pass(fair_on_web: None, visitor_browser: Browser, service: Service) -> Pass:
    visitor_browser.register()
    with service.database.read() as db:
        return db.scalars(select(Pass)).one()


@pytest.fixture
def link_path(web_pass: Pass, service: Service) -> str:
    link = holder_links.Links(service.settings.origin, service.settings.secret_key).to_pass(web_pass.id)
    return link.removeprefix(service.settings.origin)


def test_whoever_was_sent_it_sees_the_pass(other: Browser, service: Service, web_pass: Pass, link_path: str) -> None:
    page = other.get(link_path)
    drawn = re.search(r'src="data:image/png;base64,([^"]+)"', page)
    assert drawn
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(b64decode(drawn[1]))))
    assert tokens.decode(found.text, service.ring).pass_id == web_pass.id
    assert codes.shown(web_pass.code) in page
    assert "Asha Verma" in page
    assert (other.header["Cache-Control"], other.header["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")


def test_it_offers_the_picture_and_the_calendar(other: Browser, link_path: str) -> None:
    page = other.get(link_path)
    for name, kind in (("picture.png", "image/png"), ("visit.ics", "text/calendar")):
        assert f'href="{link_path}/{name}"' in page
        other.get(f"{link_path}/{name}")
        assert other.answer
        assert (other.status, other.answer.mimetype) == (200, kind)


def test_it_changes_nothing_and_signs_nobody_in(other: Browser, web_pass: Pass, link_path: str) -> None:
    page = other.get(link_path)
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    other.get(f"/passes/{web_pass.id}/cancel")
    assert other.path == "/passes"
    other.get("/passes")
    assert codes.shown(web_pass.code) not in other.page


@pytest.mark.parametrize("what", ["replaced", "revoked", "over"])
def test_what_became_of_the_pass_is_said_instead(
    other: Browser, service: Service, web_pass: Pass, link_path: str, what: str
) -> None:
    with service.database.write() as db:
        if what == "over":
            long_ago = web_pass.day - timedelta(days=30)
            db.execute(update(Event).values(starts_on=long_ago, ends_on=long_ago))
            db.execute(update(Pass).values(day=long_ago))
        else:
            db.execute(update(Pass).values(status=what))
    page = other.get(link_path)
    assert other.path.lower().startswith("/p/")
    assert 'class="verdict bad"' in page
    assert "Asha" not in page
    other.get(f"{link_path}/picture.png")
    assert other.status == 404


@pytest.mark.parametrize("token", ["x", "a" * 24, "é" * 24, "a" * 23, ""])
def test_no_other_token_shows_anything(other: Browser, web_pass: Pass, token: str) -> None:
    other.get(f"/pass/{token}")
    assert other.status == 404


def test_a_token_of_another_pass_or_secret_shows_nothing(other: Browser, service: Service, web_pass: Pass) -> None:
    for number, secret in ((web_pass.id + 1, service.settings.secret_key), (web_pass.id, "another secret of sixteen")):
        other.get(f"/pass/{holder_links.sign(number, secret)}")
        assert other.status == 404


def test_it_holds_nothing_that_looks_like_a_pass_code(service: Service) -> None:
    links = [holder_links.Links("https://pass.example.org", "a secret").to_pass(number) for number in range(1, 400)]
    assert [link for link in links if codes.found(link) or len(link) > 60] == []
