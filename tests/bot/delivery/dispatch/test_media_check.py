"""Our own link is looked at before Twilio gets it, once for each delivery."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import responses

from bot.database import Database
from bot.delivery.dispatch import Outbox, media_check
from bot.errors import SendFailed
from tests.bot.delivery.conftest import NOW, Clock, FakeTwilio, a_pass, reply, row

URL = "https://pass.example.org/media/passes/x.png"
PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def door() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def test_an_image_is_an_image(door: responses.RequestsMock) -> None:
    door.get(URL, body=PNG, content_type="image/png; x=y")
    assert media_check.media_problem(URL) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 404}, "media_http_404"),
        ({"status": 502}, "media_http_502"),
        ({"status": 301, "headers": {"Location": URL}}, "media_http_301"),
        ({"body": PNG, "content_type": "text/html"}, "media_not_png"),
        ({"body": b"", "content_type": "image/png"}, "media_empty"),
        ({"body": b"<html>", "content_type": "image/png"}, "media_empty"),
    ],
)
def test_what_twilio_could_not_use_is_told_apart(
    door: responses.RequestsMock, answer: dict[str, object], reason: str
) -> None:
    door.get(URL, **answer)
    assert media_check.media_problem(URL) == reason


def test_nobody_there(door: responses.RequestsMock) -> None:
    assert media_check.media_problem(URL) == "media_unreachable"


def test_a_link_that_fails_is_not_given_to_twilio(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    found: list[str | None] = ["media_http_502", "media_unreachable", None]
    looked: list[str] = []

    def look(url: str) -> str | None:
        looked.append(url)
        return found.pop(0)

    outbox = replace(outbox, check_media=look)
    image = a_pass(database)
    for reason in ("media_http_502", "media_unreachable"):
        outbox.deliver(image)
        waits = row(database, image)
        assert (waits.status, waits.reason, waits.tried_at) == ("owed", reason, None)
        assert twilio.sent == []
        clock.at = waits.not_before
    assert clock.at >= NOW + timedelta(seconds=3)  # at least a second, then two
    twilio.failures = [SendFailed("20500", retry=True)]
    outbox.deliver(image)
    clock.move(minutes=1)
    outbox.deliver(image)
    assert len(twilio.sent) == 1
    assert len(looked) == 3


def test_words_have_no_link_to_look_at(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    def never(url: str) -> str | None:
        raise AssertionError(url)

    replace(outbox, check_media=never).deliver(reply(database, "Hello"))
    assert twilio.bodies == ["Hello"]
