"""Twilio's doors: what is let in, how a form is read, what is answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis.exceptions import ConnectionError as RedisGone
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.inbound import Inbound
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_TOKEN, Settings
from tests.paths import VECTORS
from webhooks.twilio import blueprint, read_inbound, twiml

CAPTURE = json.loads((VECTORS / "twilio_whatsapp_capture.json").read_text())
ORIGIN = "https://localhost"
MESSAGE = {
    "MessageSid": "SM1",
    "AccountSid": SIMULATED_ACCOUNT,
    "From": "whatsapp:+919810000001",
    "To": "whatsapp:+14155238886",
    "Body": "hi",
    "NumMedia": "0",
}


@dataclass
class FakeDialogue:
    heard: list[Inbound] = field(default_factory=list)
    answer: str = "hello & <welcome>"
    problem: Exception | None = None

    def handle(self, inbound: Inbound) -> str:
        if self.problem:
            raise self.problem
        self.heard.append(inbound)
        return self.answer


@dataclass
class FakeOutbox:
    noted: list[dict[str, Any]] = field(default_factory=list)

    def record_status(self, **status: Any) -> None:
        self.noted.append(status)


@dataclass
class FakeService:
    dialogue: FakeDialogue = field(default_factory=FakeDialogue)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    settings: Settings = field(default_factory=lambda: Settings(public_url=ORIGIN))

    def now(self) -> datetime:
        return datetime(2026, 1, 15, tzinfo=UTC)


@pytest.fixture
def fake_service() -> FakeService:
    return FakeService()


@pytest.fixture
def message_client(fake_service: FakeService) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(blueprint(fake_service))  # type: ignore[arg-type]  # a fake of the three parts it uses
    return app.test_client()


def signature(path: str, form: Mapping[str, str] | MultiDict[str, str], token: str = SIMULATED_TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(ORIGIN + path, form))


def post(client: FlaskClient, form: Mapping[str, str], path: str = "/webhooks/twilio/message", **headers: str) -> Any:
    headers = headers or {"X-Twilio-Signature": signature(path, form)}
    return client.post(path, data=form, headers=headers)


def said(response: TestResponse) -> list[str]:
    assert response.status_code == 200
    assert response.mimetype == "text/xml"
    return [message.text or "" for message in ElementTree.fromstring(response.data).iter("Message")]


def test_the_answer_comes_as_one_twiml_message(message_client: FlaskClient) -> None:
    assert said(post(message_client, MESSAGE)) == ["hello & <welcome>"]


def test_an_empty_answer_is_no_message(message_client: FlaskClient, fake_service: FakeService) -> None:
    fake_service.dialogue.answer = ""
    assert said(post(message_client, MESSAGE)) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Other": "no signature"},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "bm90IGl0"},
        {"X-Twilio-Signature": "\u00e9\u00e9"},
        {"X-Twilio-Signature": "x" * 5000},
        {"X-Twilio-Signature": "bm90IGl0", "Host": "evil.example:notaport"},
    ],
)
def test_what_is_not_signed_is_refused(
    message_client: FlaskClient, fake_service: FakeService, headers: dict[str, str]
) -> None:
    assert post(message_client, MESSAGE, **headers).status_code == 403
    assert fake_service.dialogue.heard == []


@pytest.mark.parametrize(
    "change", [{"Body": "hi "}, {"Extra": "1"}, {"Body": ""}, {"From": "whatsapp:+919810000002"}], ids=str
)
def test_a_changed_parameter_breaks_the_signature(message_client: FlaskClient, change: dict[str, str]) -> None:
    signed = signature("/webhooks/twilio/message", MESSAGE)
    assert post(message_client, MESSAGE | change, **{"X-Twilio-Signature": signed}).status_code == 403


def test_another_accounts_message_is_refused_although_signed(message_client: FlaskClient) -> None:
    assert post(message_client, MESSAGE | {"AccountSid": "AC" + "9" * 32}).status_code == 403


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_signed_form_without_a_message_or_a_sender_is_answered_with_nothing(
    message_client: FlaskClient, fake_service: FakeService, missing: str
) -> None:
    assert said(post(message_client, {name: value for name, value in MESSAGE.items() if name != missing})) == []
    assert fake_service.dialogue.heard == []


def test_a_host_header_of_a_proxy_does_not_matter(message_client: FlaskClient) -> None:
    signed = signature("/webhooks/twilio/message", MESSAGE)
    assert said(post(message_client, MESSAGE, **{"X-Twilio-Signature": signed, "Host": "10.0.0.7:8080"}))


def test_while_the_conversation_store_is_down_twilio_is_asked_to_try_again(
    message_client: FlaskClient, fake_service: FakeService
) -> None:
    fake_service.dialogue.problem = RedisGone("away")
    response = post(message_client, MESSAGE)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


def test_a_huge_body_is_refused_without_a_server_error(message_client: FlaskClient) -> None:
    assert post(message_client, MESSAGE | {"Body": "x" * 70_000}).status_code == 413


@pytest.mark.parametrize("entry", CAPTURE["inbound"], ids=lambda entry: str(entry["name"]))
def test_every_captured_message_is_let_in_when_signed_and_names_its_sender(
    message_client: FlaskClient, fake_service: FakeService, entry: dict[str, Any]
) -> None:
    form = dict(parse_qsl(entry["raw_body_reencoded"], keep_blank_values=True)) | {"AccountSid": SIMULATED_ACCOUNT}
    assert said(post(message_client, form))
    [heard] = fake_service.dialogue.heard
    assert (heard.phone, heard.user) == ("+5511900000001", "BR.1000000000000001")


KINDS = {entry["name"]: entry["form"] for entry in CAPTURE["inbound"]}


@pytest.mark.parametrize("name", KINDS)
def test_captured_messages_are_told_apart(name: str) -> None:
    form = KINDS[name]
    inbound = read_inbound(form)
    assert inbound is not None
    wanted = {"contacts": "contact", "interactive": "choice"}.get(form["MessageType"], form["MessageType"])
    assert inbound.form == wanted


@pytest.mark.parametrize(
    ("change", "form"),
    [
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg"}, "image"),
        ({"NumMedia": "1", "MediaContentType0": "image/webp"}, "sticker"),
        ({"NumMedia": "1", "MediaContentType0": "audio/ogg; codecs=opus"}, "audio"),
        ({"NumMedia": "1", "MediaContentType0": "text/vcard"}, "contact"),
        ({"NumMedia": "1", "MediaContentType0": "application/pdf"}, "document"),
        ({"NumMedia": "2"}, "document"),
        ({"NumMedia": "many"}, "document"),
        ({"NumMedia": ""}, "text"),
        ({"Latitude": "28.6", "Longitude": "77.2", "Body": ""}, "location"),
        ({"MessageType": "reaction"}, "other"),
        ({"MessageType": "button", "ButtonPayload": "yes", "Body": "Yes"}, "choice"),
        ({"MessageType": "interactive", "ListId": "2026-03-14", "Body": "Sat"}, "choice"),
        ({"MessageType": "interactive", "InteractiveData": '{"full_name": "Asha"}', "Body": "Sent"}, "filled_form"),
        ({"MessageType": "interactive", "InteractiveData": "unreadable", "Body": ""}, "filled_form"),
        ({"FlowData": '{"flow_token": "x"}', "Body": ""}, "filled_form"),
        ({"ButtonPayload": "yes", "InteractiveData": '{"id": "yes"}'}, "choice"),
    ],
    ids=str,
)
def test_messages_without_words_are_told_apart(change: dict[str, str], form: str) -> None:
    inbound = read_inbound(MESSAGE | change)
    assert inbound is not None
    assert inbound.form == form


def test_a_form_brings_its_answers_and_is_kept_with_them_for_later() -> None:
    inbound = read_inbound(
        MESSAGE | {"InteractiveData": '{"full_name": "As\\u0000ha"}', "FlowData": '{"city": "Delhi"}'}
    )
    assert inbound is not None
    assert inbound.filled == {"full_name": "Asha", "city": "Delhi"}
    assert Inbound.from_json(json.loads(json.dumps(inbound.to_json()))) == inbound
    words = read_inbound(MESSAGE)
    assert words is not None
    assert "filled" not in words.to_json()  # a release that knows no forms reads it still


@pytest.mark.parametrize(
    ("change", "addresses"),
    [
        ({}, ("phone:+919810000001",)),
        ({"ExternalUserId": "whatsapp:IN.208"}, ("phone:+919810000001", "user:IN.208")),
        ({"From": "whatsapp:IN.208"}, ("user:IN.208",)),
        ({"From": "whatsapp:IN.208", "ExternalUserId": "whatsapp:IN.208"}, ("user:IN.208",)),
        ({"From": "+919810000001"}, ("phone:+919810000001",)),
        ({"From": "whatsapp:?"}, ("lane:whatsapp:?",)),
    ],
    ids=str,
)
def test_people_are_named_by_phone_user_id_or_both(change: dict[str, str], addresses: tuple[str, ...]) -> None:
    inbound = read_inbound(MESSAGE | change)
    assert inbound is not None
    assert inbound.addresses == addresses


def test_a_sid_that_the_database_could_not_keep_gets_a_name_of_the_same_use() -> None:
    long, other = (read_inbound(MESSAGE | {"MessageSid": "SM" * 400 + tail}) for tail in "ab")
    assert long is not None
    assert other is not None
    assert len(long.sid) == 64
    assert long.sid != other.sid


def test_what_postgresql_cannot_keep_is_taken_out() -> None:
    inbound = read_inbound(MESSAGE | {"Body": "As\x00ha", "ProfileName": "\x00"})
    assert inbound is not None
    assert (inbound.text, inbound.profile_name) == ("Asha", "")


def test_a_status_is_noted_for_its_delivery(message_client: FlaskClient, fake_service: FakeService) -> None:
    form = {"MessageSid": "SM9", "MessageStatus": "failed", "ErrorCode": "63016", "AccountSid": SIMULATED_ACCOUNT}
    assert post(message_client, form, "/webhooks/twilio/status?delivery=7").status_code == 204
    [noted] = fake_service.outbox.noted
    assert (noted["message_sid"], noted["delivery_id"], noted["status"], noted["error_code"]) == (
        "SM9",
        7,
        "failed",
        63016,
    )


def test_a_status_signed_for_another_delivery_is_refused(message_client: FlaskClient) -> None:
    form = {"MessageSid": "SM9", "MessageStatus": "sent"}
    signed = signature("/webhooks/twilio/status?delivery=7", form)
    path = "/webhooks/twilio/status?delivery=8"
    assert post(message_client, form, path, **{"X-Twilio-Signature": signed}).status_code == 403


@pytest.mark.parametrize(
    "query", ["", "?delivery=", "?delivery=x", "?delivery=٣", f"?delivery={9**40}", "?delivery=1&delivery=2"]
)
def test_an_odd_status_is_taken_without_an_error(message_client: FlaskClient, query: str) -> None:
    path = f"/webhooks/twilio/status{query}"
    form = {"MessageSid": "SM9", "MessageStatus": "failed", "ErrorCode": "9" * 40}
    path = quote(path, safe="/?=&")
    assert post(message_client, form, path).status_code == 204


def test_repeated_and_blank_parameters_count_in_the_signature(message_client: FlaskClient) -> None:
    form: MultiDict[str, str] = MultiDict([*MESSAGE.items(), ("Odd", "b"), ("Odd", "a"), ("Odd", "a"), ("Blank", "")])
    signed = signature("/webhooks/twilio/message", form)
    body = urlencode(list(form.items(multi=True)))
    headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
    assert said(message_client.post("/webhooks/twilio/message", data=body, headers=headers))


@pytest.mark.parametrize("text", ["", "plain", "a & b <c> \"d\" 'e' ]]>", "नमस्ते 🎟\n\nline", "\t spaced "])
def test_an_answer_is_what_twilios_own_library_writes(text: str) -> None:
    theirs = MessagingResponse()
    if text:
        theirs.message(text)
    assert twiml(text).get_data(as_text=True) == str(theirs)
