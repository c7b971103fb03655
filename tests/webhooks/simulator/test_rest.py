"""The simulated REST API and our client of it: both keep to Twilio's OpenAPI document."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from bot.delivery.message import OutboundMessage, SentSearch
from bot.delivery.twilio.messages import Twilio
from bot.errors import SendFailed
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_TOKEN, Settings
from tests.webhooks import openapi
from tests.webhooks.stand_in import ASHA, PIXEL, RAVI, Lab, until

LIST = f"{openapi.BASE}.json"
ONE = f"{openapi.BASE}/{{Sid}}.json"
MEDIA = f"{openapi.BASE}/{{MessageSid}}/Media.json"
MEDIUM = f"{openapi.BASE}/{{MessageSid}}/Media/{{Sid}}.json"
ROOT = f"/2010-04-01/Accounts/{SIMULATED_ACCOUNT}"
TO = f"whatsapp:{ASHA}"


def call(lab: Lab, method: str, path: str, **more: Any) -> requests.Response:
    more.setdefault("auth", (SIMULATED_ACCOUNT, SIMULATED_TOKEN))
    return requests.request(method, f"{lab.origin}{ROOT}{path}", timeout=60, **more)


def create(lab: Lab, **form: Any) -> requests.Response:
    return call(lab, "POST", "/Messages.json", data={"From": SIMULATED_SENDER, "To": TO, "Body": "hello", **form})


def test_our_client_asks_only_what_twilio_knows() -> None:
    settings = Settings()
    with responses.RequestsMock() as wire:
        address = f"{settings.api_base}{ROOT}/Messages.json"
        wire.post(address, json={"sid": "SM" + "0" * 32})
        wire.get(address, json={"messages": []})
        ours = Twilio(settings)
        ours.send(
            OutboundMessage(
                *(TO, SIMULATED_SENDER, "words", "https://x.example/a.png", 600),
                callback="https://x.example/s?delivery=1",
            )
        )
        ours.find(SentSearch(TO, ("words",), 1, datetime.now(UTC)))
        sent, listed = (made.request for made in wire.calls)
    form = dict(parse_qsl(str(sent.body)))
    schema = openapi.form_schema(LIST)
    assert form.keys() <= schema["properties"].keys()
    assert set(schema["required"]) <= form.keys()
    assert dict(parse_qsl(urlsplit(str(listed.url)).query)).keys() <= openapi.query_parameters(LIST)


@pytest.mark.parametrize(
    "form", [{}, {"MediaUrl": "http://127.0.0.1:9/none.png"}, {"StatusCallback": "http://127.0.0.1:9/none"}]
)
def test_a_created_message_is_what_twilio_promises(phones: Lab, form: dict[str, str]) -> None:
    answer = create(phones, **form)
    assert answer.status_code == 201
    assert openapi.complaints(openapi.answer_schema(LIST, "post", "201"), answer.json()) == []


def test_every_other_answer_is_what_twilio_promises(phones: Lab) -> None:
    phones.doors.image = (200, "image/png", PIXEL)
    sid = create(phones, MediaUrl=f"{phones.origin}/image.png").json()["sid"]
    until(lambda: call(phones, "GET", f"/Messages/{sid}.json").json()["status"] == "read")
    for path, template in (
        (f"/Messages/{sid}.json", ONE),
        ("/Messages.json", LIST),
        (f"/Messages/{sid}/Media.json", MEDIA),
    ):
        answer = call(phones, "GET", path).json()
        assert openapi.complaints(openapi.answer_schema(template, "get", "200"), answer) == [], path
    medium = call(phones, "GET", f"/Messages/{sid}/Media.json").json()["media_list"][0]
    answer = call(phones, "GET", f"/Messages/{sid}/Media/{medium['sid']}.json").json()
    assert openapi.complaints(openapi.answer_schema(MEDIUM, "get", "200"), answer) == []
    assert call(phones, "GET", f"/Messages/{sid}/Media/{medium['sid']}").content == PIXEL


def test_a_message_from_a_phone_is_listed_too(phones: Lab) -> None:
    sid = phones.write("hello")
    found = call(phones, "GET", f"/Messages/{sid}.json").json()
    assert openapi.complaints(openapi.answer_schema(ONE, "get", "200"), found) == []
    assert (found["direction"], found["status"], found["from"]) == ("inbound", "received", TO)


@pytest.mark.parametrize("auth", [None, (SIMULATED_ACCOUNT, "wrong"), ("", ""), ("é", "é")])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_the_tokens_nothing_is_told(phones: Lab, auth: tuple[str, str] | None, method: str) -> None:
    answer = call(phones, method, "/Messages.json", auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"To": "whatsapp:+12"}, 21211),
        ({"To": "whatsapp:somebody"}, 21211),
        ({"To": ASHA}, 21910),
        ({"From": "whatsapp:+15005550006"}, 63007),
        ({"MediaUrl": ["http://a.example/1", "http://a.example/2"]}, 21623),
    ],
)
def test_what_twilio_refuses_is_refused(phones: Lab, form: dict[str, Any], code: int) -> None:
    answer = create(phones, **form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert phones.chat()["messages"] == []


def test_an_unknown_message_is_not_found(phones: Lab) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = call(phones, method, "/Messages/SM" + "f" * 32 + ".json")
        assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_a_message_can_be_deleted_redacted_and_cancelled(phones: Lab) -> None:
    gone, kept = create(phones).json()["sid"], create(phones).json()["sid"]
    assert call(phones, "DELETE", f"/Messages/{gone}.json").status_code == 204
    assert call(phones, "GET", f"/Messages/{gone}.json").status_code == 404
    assert call(phones, "POST", f"/Messages/{kept}.json", data={"Body": ""}).json()["body"] == ""
    assert call(phones, "POST", f"/Messages/{kept}.json", data={"Status": "canceled"}).json()["status"] == "canceled"
    assert [one["sid"] for one in call(phones, "GET", "/Messages.json").json()["messages"]] == [kept]


def test_the_list_is_filtered_by_address_and_time_and_comes_in_pages(phones: Lab) -> None:
    sids = [create(phones, Body=f"number {number}").json()["sid"] for number in range(5)]
    phones.send(to=f"whatsapp:{RAVI}")
    client = phones.twilio
    assert {one.sid for one in client.messages.list(to=TO, page_size=2)} == set(sids)
    assert [one.to for one in client.messages.list(to=f"whatsapp:{RAVI}")] == [f"whatsapp:{RAVI}"]
    assert len(client.messages.list(to=TO, from_=SIMULATED_SENDER)) == 5
    assert client.messages.list(from_=TO) == []
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert client.messages.list(to=TO, date_sent_after=later) == []
    assert len(client.messages.list(to=TO, date_sent_before=later)) == 5
    assert len(client.messages.list(to=TO, date_sent=later - timedelta(minutes=5))) == 5


@pytest.mark.parametrize(
    "written", ["2008-01-02", "2019-06-11T22:05:25Z", "2019-06-11 22:05:25.000", "Wed, 19 Jun 2019 22:04:00 -0000"]
)
def test_moments_are_read_as_twilio_reads_them(phones: Lab, written: str) -> None:
    assert call(phones, "GET", "/Messages.json", params={"DateSent>": written}).json()["messages"] == []


def test_what_is_no_moment_is_refused(phones: Lab) -> None:
    assert call(phones, "GET", "/Messages.json", params={"DateSent>": "soon"}).json()["code"] == 20001


def test_our_client_sends_and_finds_again(phones: Lab) -> None:
    ours = Twilio(phones.settings)
    before = datetime.now(UTC)
    sid = ours.send(OutboundMessage(TO, SIMULATED_SENDER, "words", f"{phones.origin}/image.png"))
    found = ours.find(SentSearch(TO, ("words",), 1, before))
    assert found is not None
    assert found.message_sid == sid
    assert ours.find(SentSearch(TO, ("other words",), 1, before)) is None


@pytest.mark.parametrize(
    ("trouble", "code", "retry"),
    [
        ({"status": 429}, "20429", True),
        ({"status": 500}, "20500", True),
        ({"status": 400, "code": 63016}, "63016", False),
    ],
)
def test_our_client_hears_a_refusal(phones: Lab, trouble: dict[str, int], code: str, retry: bool) -> None:
    assert phones.order(fault="refuse", kind="send", **trouble).status_code == 201
    with pytest.raises(SendFailed) as failed:
        Twilio(phones.settings).send(OutboundMessage(TO, SIMULATED_SENDER, "words"))
    assert (failed.value.code, failed.value.retry) == (code, retry)


@pytest.mark.parametrize(("accept", "number"), [(True, 1), (False, 0)])
def test_a_connection_can_be_cut_after_or_before_the_message_is_taken(phones: Lab, accept: bool, number: int) -> None:
    phones.order(fault="cut", kind="send", accept=accept)
    with pytest.raises(SendFailed) as failed:
        Twilio(phones.settings).send(OutboundMessage(TO, SIMULATED_SENDER, "words"))
    assert failed.value.unclear
    assert len(call(phones, "GET", "/Messages.json").json()["messages"]) == number


@pytest.mark.parametrize("trouble", [{"fault": "refuse", "status": 503}, {"fault": "cut"}])
def test_the_list_can_be_refused_and_cut_off_too(phones: Lab, trouble: dict[str, Any]) -> None:
    ours = Twilio(phones.settings)
    phones.order(kind="list", **trouble)
    with pytest.raises(SendFailed) as failed:
        ours.find(SentSearch(TO, ("words",), 0, datetime.now(UTC)))
    assert failed.value.retry
    assert ours.find(SentSearch(TO, ("words",), 0, datetime.now(UTC))) is None
