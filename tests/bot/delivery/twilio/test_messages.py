"""The client that speaks to Twilio: what it writes on the wire and what it makes of the answers."""

import json
import logging
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses
import time_machine
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from bot.delivery.message import OutboundMessage, SentSearch
from bot.delivery.twilio.http import TwilioHttp
from bot.delivery.twilio.messages import PAGE_SIZE, Twilio
from bot.errors import SendFailed
from bot.settings import SIMULATED_ACCOUNT, Settings
from tests.bot.delivery.conftest import LANE, NOW
from tests.bot.domain.builders import SECRET

MESSAGES = f"https://api.twilio.com/2010-04-01/Accounts/{SIMULATED_ACCOUNT}/Messages.json"
SID = "SM" + "a" * 32


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as wire:
        yield wire


@pytest.fixture
def simulated_settings() -> Settings:
    """With the simulator's account, without a database."""
    return Settings(public_url="http://127.0.0.1:8000", secret_key=SECRET)


@pytest.fixture
def real(simulated_settings: Settings) -> Twilio:
    """A client whose requests go to Twilio's own address."""
    return Twilio(simulated_settings, TwilioHttp())


def form(call: Any) -> dict[str, str]:
    return dict(parse_qsl(call.request.body, keep_blank_values=True))


def listed(**fields: Any) -> dict[str, Any]:
    return {
        **{"sid": SID, "body": "Hello", "num_media": "0", "direction": "outbound-api", "status": "sent"},
        **{"date_created": "Fri, 20 Nov 2026 09:00:05 +0000", "date_sent": None, "error_code": None},
        **fields,
    }


def answer_list(wire: responses.RequestsMock, *messages: dict[str, Any]) -> None:
    page = {"messages": list(messages), "next_page_uri": None, "page": 0, "page_size": PAGE_SIZE}
    wire.get(MESSAGES, json=page)


def failure(twilio: Twilio) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        twilio.send(OutboundMessage(LANE, None, "Hello"))
    return caught.value


def test_a_message_with_everything(wire: responses.RequestsMock, real: Twilio) -> None:
    wire.post(MESSAGES, json={"sid": SID}, status=201)
    callback = "https://x.example/webhooks/twilio/status?delivery=7"
    sid = real.send(
        OutboundMessage(LANE, None, "Hello", "https://x.example/a.png?language=hi", validity=600, callback=callback)
    )
    assert sid == SID
    assert form(wire.calls[0]) == {
        "To": LANE,
        "From": "whatsapp:+14155238886",
        "Body": "Hello",
        "MediaUrl": "https://x.example/a.png?language=hi",
        "StatusCallback": callback,
        "ValidityPeriod": "600",
    }
    assert wire.calls[0].request.headers["Authorization"].startswith("Basic ")


def test_the_sender_written_to_or_the_service(
    wire: responses.RequestsMock, real: Twilio, simulated_settings: Settings
) -> None:
    wire.post(MESSAGES, json={"sid": SID}, status=201)
    real.send(OutboundMessage(LANE, "whatsapp:+15550001111", "Hello"))
    simulated_settings.twilio_messaging_service_sid = "MG1"
    Twilio(simulated_settings, TwilioHttp()).send(OutboundMessage(LANE, "whatsapp:+15550001111", "Hello"))
    first, second = (form(call) for call in wire.calls)
    assert first["From"] == "whatsapp:+15550001111"
    assert second["MessagingServiceSid"] == "MG1"
    assert "From" not in second


def test_another_origin_takes_the_place_of_twilio(wire: responses.RequestsMock, simulated_settings: Settings) -> None:
    other = MESSAGES.replace("https://api.twilio.com", simulated_settings.api_base)
    wire.post(other, json={"sid": SID}, status=201)
    assert Twilio(simulated_settings).send(OutboundMessage(LANE, None, "Hello")) == SID
    assert simulated_settings.api_base.startswith("http://127.0.0.1:")


def test_time_outs_are_set(simulated_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def stopped(self: requests.Session, *args: Any, **options: Any) -> None:
        seen.append(options["timeout"])
        raise requests.ReadTimeout

    monkeypatch.setattr(requests.Session, "request", stopped)
    assert failure(Twilio(simulated_settings)).unclear
    assert seen == [(5, 15)]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, 20429, ("20429", True, False)),
        (429, None, ("http_429", True, False)),
        (500, 20500, ("20500", True, False)),
        (500, None, ("http_500", True, False)),
        (503, None, ("http_503", True, False)),
        (504, None, ("http_504", True, True)),
        (400, 63018, ("63018", True, False)),
        (400, 63016, ("63016", False, False)),
        (400, 21211, ("21211", False, False)),
        (400, 21610, ("21610", False, False)),
        (400, 98765, ("98765", False, False)),
        (503, 98765, ("98765", True, False)),
        (401, 20003, ("20003", True, False)),
        (403, None, ("http_403", False, False)),
        (404, 20404, ("20404", False, False)),
    ],
)
def test_refusals(
    wire: responses.RequestsMock, real: Twilio, status: int, code: int | None, expected: tuple[str, bool, bool]
) -> None:
    body = json.dumps({"code": code, "message": f"The number {LANE} …", "status": status}) if code else "<html>"
    wire.post(MESSAGES, body=body, status=status)
    caught = failure(real)
    assert (caught.code, caught.retry, caught.unclear) == expected
    assert LANE not in repr(caught)
    assert caught.__cause__ is None


def _unreachable() -> requests.ConnectionError:
    reason = NewConnectionError(None, "refused")  # type: ignore[arg-type]  # no pool is needed to stand for one
    return requests.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (_unreachable(), ("no_connection", False)),
        (requests.ConnectTimeout(), ("no_connection", False)),
        (requests.exceptions.SSLError(), ("no_connection", False)),
        (requests.ReadTimeout(), ("no_answer", True)),
        (requests.ConnectionError(ProtocolError("reset", ConnectionResetError())), ("no_answer", True)),
        (requests.exceptions.ChunkedEncodingError(), ("no_answer", True)),
    ],
)
def test_broken_calls(
    wire: responses.RequestsMock, real: Twilio, problem: Exception, expected: tuple[str, bool]
) -> None:
    wire.post(MESSAGES, body=problem)
    caught = failure(real)
    assert (caught.code, caught.unclear) == expected
    assert caught.retry


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"sid": null}'])
def test_an_answer_that_makes_no_sense_is_unclear(wire: responses.RequestsMock, real: Twilio, body: str) -> None:
    wire.post(MESSAGES, body=body, status=201)
    assert failure(real).unclear


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        *[("7", 7), ("1.5", 1.5), ("99999", 3600), ("-4", 0), ("soon", None), ("", None)],
        ("Fri, 20 Nov 2026 09:00:30 GMT", 30),
    ],
)
def test_retry_after(wire: responses.RequestsMock, real: Twilio, header: str, expected: float | None) -> None:
    wire.post(MESSAGES, json={"code": 20429}, status=429, headers={"Retry-After": header})
    with time_machine.travel(NOW, tick=False):
        assert failure(real).wait == expected


def test_retry_after_of_an_earlier_answer_is_forgotten(wire: responses.RequestsMock, real: Twilio) -> None:
    wire.post(MESSAGES, status=429, headers={"Retry-After": "9"})
    wire.post(MESSAGES, body=requests.ReadTimeout())
    assert failure(real).wait == 9
    assert failure(real).wait is None


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({}, True),
        ({"date_created": None, "date_sent": None}, True),
        ({"body": "Hello "}, True),
        ({"body": "Hello!"}, False),
        ({"num_media": "1"}, False),
        ({"direction": "outbound-reply"}, False),
        ({"direction": "inbound"}, False),
        ({"date_created": "Fri, 20 Nov 2026 08:59:58 +0000"}, False),
        ({"sid": "SMknown"}, False),
    ],
)
def test_finding_a_message(wire: responses.RequestsMock, real: Twilio, other: dict[str, Any], found: bool) -> None:
    answer_list(wire, listed(body="something else"), listed(**other))
    news = real.find(SentSearch(LANE, ("Hello",), 0, NOW, {"SMknown"}))
    assert (news is not None) is found
    query = dict(parse_qsl(urlsplit(str(wire.calls[0].request.url)).query))
    assert query == {"To": LANE, "PageSize": str(PAGE_SIZE)}


def test_what_was_found_brings_its_status(wire: responses.RequestsMock, real: Twilio) -> None:
    answer_list(wire, listed(status="failed", error_code=63003))
    news = real.find(SentSearch(LANE, ("Hello",), 0, NOW))
    assert news is not None
    assert (news.message_sid, news.status, news.error_code) == (SID, "failed", 63003)


def test_a_list_that_cannot_be_had_is_not_an_empty_one(wire: responses.RequestsMock, real: Twilio) -> None:
    wire.get(MESSAGES, status=503)
    with pytest.raises(SendFailed):
        real.find(SentSearch(LANE, ("Hello",), 0, NOW))
    answer_list(wire, *(listed(sid=f"SM{number}", body="x") for number in range(PAGE_SIZE)))
    with pytest.raises(SendFailed):
        real.find(SentSearch(LANE, ("Hello",), 0, NOW))
    assert real.find(SentSearch(LANE, ("Hello",), 0, datetime(2026, 11, 20, 9, 1, tzinfo=UTC))) is None


def test_one_session_a_thread_and_a_process() -> None:
    wire = TwilioHttp()
    mine = wire._session()
    assert wire._session() is mine
    others: list[requests.Session] = []
    thread = threading.Thread(target=lambda: others.append(wire._session()))
    thread.start()
    thread.join()
    assert others[0] is not mine
    real_pid, os.getpid = os.getpid, lambda: -1
    try:
        assert wire._session() is not mine
    finally:
        os.getpid = real_pid


def test_nothing_personal_is_logged(
    wire: responses.RequestsMock, real: Twilio, caplog: pytest.LogCaptureFixture
) -> None:
    wire.post(MESSAGES, json={"sid": SID}, status=201)
    wire.post(MESSAGES, json={"code": 21211, "message": f"{LANE} is wrong"}, status=400)
    with caplog.at_level(logging.DEBUG, logger="twilio"):
        real.send(OutboundMessage(LANE, None, "Hello Asha"))
        failure(real)
    assert LANE not in caplog.text
    assert "Asha" not in caplog.text


def test_what_went_by_a_template_may_be_listed_without_its_words(wire: responses.RequestsMock, real: Twilio) -> None:
    answer_list(wire, listed(body="", num_media="0"))
    found = real.find(SentSearch(LANE, ("Your pass", ""), None, NOW))
    assert found is not None
    assert found.message_sid == SID
    assert real.find(SentSearch(LANE, ("Your pass", ""), None, NOW, {SID})) is None
