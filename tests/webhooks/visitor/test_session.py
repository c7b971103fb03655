"""Cookies, tokens and limits of the visitors' pages, and a Redis that is away."""

import base64
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot.conversation.web_sessions import WebSessions
from bot.service import Service
from tests.webhooks.visitor.browser import Browser
from webhooks import limits
from webhooks.visitor import session as visitor_session


def readable(cookie: str) -> str:
    """What whoever has the cookie can read in it."""
    packed = cookie.startswith(".")
    data = base64.urlsafe_b64decode(cookie.lstrip(".").split(".")[0] + "===")
    return (zlib.decompress(data) if packed else data).decode()


@pytest.mark.usefixtures("fair_on_web")
def test_the_cookie_says_nothing_of_anybody(visitor_browser: Browser) -> None:
    visitor_browser.register()
    cookie = visitor_browser.client.get_cookie("session")
    assert cookie
    assert (cookie.http_only, cookie.same_site, cookie.secure) == (True, "Lax", True)
    inside = readable(cookie.value)
    assert not any(secret in inside for secret in ("Asha", "98765", "43210"))


@pytest.mark.usefixtures("fair_on_web")
def test_redis_cannot_be_read_for_a_visit_to_take_over(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.register()
    keys = b" ".join(service.redis.keys("*visit*"))  # type: ignore[arg-type]  # bytes, as this client answers
    assert keys
    assert visitor_browser.visit.encode() not in keys


@pytest.mark.usefixtures("fair_on_web")
def test_a_form_of_another_site_is_refused(visitor_browser: Browser) -> None:
    visitor_browser.get("/register/fair")
    visitor_browser.page = ""
    visitor_browser.post("/register/fair", full_name="Asha Verma")
    assert visitor_browser.status == 400


@pytest.mark.usefixtures("fair_on_web")
def test_a_visit_that_sends_too_much_is_told_when_to_go_on(
    visitor_browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor_session, "SESSION_LIMIT", "2 per minute")
    for _ in range(3):
        visitor_browser.details(full_name="")
    assert visitor_browser.status == 429
    assert 0 < int(visitor_browser.header["Retry-After"]) <= 61
    assert "<h1>" in visitor_browser.page


@pytest.mark.usefixtures("fair_on_web")
def test_one_number_is_not_asked_for_from_many_browsers(
    app: Flask, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor_session, "PHONE_LIMIT", "3 per hour")
    browsers = [Browser(app.test_client(), service) for _ in range(4)]
    for one in browsers:
        one.details()
    assert [one.status for one in browsers] == [200, 200, 200, 429]
    browsers[3].details(phone="98123 45678")
    assert browsers[3].path == "/register/fair/code"


@pytest.mark.usefixtures("fair_on_web")
def test_many_phones_behind_one_address_are_not_shut_out(app: Flask, service: Service) -> None:
    numbers = [f"98765 432{number:02}" for number in range(12)]
    paths = set()
    for number in numbers:
        one = Browser(app.test_client(), service)
        one.details(phone=number)
        paths.add(one.path)
    assert paths == {"/register/fair/code"}


def test_the_nearest_proxy_tells_the_address(app: Flask) -> None:
    forwarded = {"X-Forwarded-For": "1.1.1.1, 203.0.113.7"}
    for headers, told in (({}, "127.0.0.1"), (forwarded, "203.0.113.7")):
        with app.test_request_context("/", headers=headers, environ_base={"REMOTE_ADDR": "127.0.0.1"}):
            assert limits.address() == told


@pytest.fixture
def away(app: Flask, service: Service) -> Iterator[Browser]:
    """A browser at pages whose visits cannot be had."""
    with Redis(unix_socket_path="/nowhere/redis.sock", retry=Retry(NoBackoff(), 0)) as gone:
        object.__setattr__(service, "web_sessions", replace(service.web_sessions, redis=gone))
        yield Browser(app.test_client(), service)
        object.__setattr__(service, "web_sessions", WebSessions(service.redis))


@pytest.mark.usefixtures("fair_on_web")
def test_without_redis_a_page_says_so(away: Browser) -> None:
    away.get("/register/fair")
    assert away.status == 503
    assert away.header["Retry-After"]
    assert re.search("<h1>", away.page)
