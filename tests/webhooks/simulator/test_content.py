"""The simulated Content API and our client of it: both keep to Twilio's OpenAPI document; templates on the wire."""

import json
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from bot.delivery.message import FilledTemplate, OutboundMessage
from bot.delivery.templates.interactive import CardShape, definition
from bot.delivery.twilio.content_api import ContentApi
from bot.delivery.twilio.messages import Twilio
from bot.errors import SendFailed
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_TOKEN
from tests.webhooks import openapi
from tests.webhooks.stand_in import ASHA, Lab, until

CONTENT, ONE = "/v1/Content", "/v1/Content/{Sid}"
APPROVALS, SUBMIT = f"{ONE}/ApprovalRequests", "/v1/Content/{ContentSid}/ApprovalRequests/whatsapp"
BOTH = "/v1/ContentAndApprovals"
TO = f"whatsapp:{ASHA}"
BUTTONS = definition(CardShape("buttons", 2, (1,)))
LIST = definition(CardShape("details", 2, (1, 1)))
NOTICE = {
    "friendly_name": "sample",
    "language": "en",
    "variables": {"1": "12", "2": "image.png"},
    "types": {"twilio/media": {"body": "Pass {{1}} is ready.", "media": ["ORIGIN/{{2}}"]}},
}
VALUES = {"1": "Is it right?", "2": "Yes", "3": "agree.0123abcd:yes", "4": "No", "5": "agree.0123abcd:no"}
ROWS = ["Hello", "Which day?", "Choose", "Sat 17 Jan", "d:17", "5 left", "Sun 18 Jan", "d:18", "2 left"]


def call(lab: Lab, method: str, path: str, **more: Any) -> requests.Response:
    more.setdefault("auth", (SIMULATED_ACCOUNT, SIMULATED_TOKEN))
    return requests.request(method, f"{lab.origin}{path}", timeout=60, **more)


def promised(path: str, method: str, status: int, answer: requests.Response) -> list[str]:
    assert answer.status_code == status
    return openapi.complaints(openapi.answer_schema(path, method, str(status), openapi.CONTENT), answer.json())


def made(lab: Lab, template: dict[str, Any] = BUTTONS) -> str:
    return ContentApi(Twilio(lab.settings)).make(template)


def notice(lab: Lab) -> dict[str, Any]:
    """A template with a picture, whose sample our stand-in serves."""
    return dict(json.loads(json.dumps(NOTICE).replace("ORIGIN", lab.origin)))


def approval(lab: Lab, sid: str) -> str:
    """WhatsApp's word after we have asked for its approval; Twilio's code where it did not take that."""
    content = ContentApi(Twilio(lab.settings))
    try:
        content.submit(sid, "a_name", "UTILITY")
    except SendFailed as failure:
        return failure.code
    return next(kept.approval for kept in content.list_templates() if kept.sid == sid)


def test_every_answer_is_what_twilio_promises(phones: Lab) -> None:
    created = call(phones, "POST", CONTENT, json=notice(phones))
    assert promised(CONTENT, "post", 201, created) == []
    sid = created.json()["sid"]
    assert promised(CONTENT, "get", 200, call(phones, "GET", CONTENT)) == []
    assert promised(BOTH, "get", 200, call(phones, "GET", BOTH, params={"PageSize": 1})) == []
    assert promised(ONE, "get", 200, call(phones, "GET", f"{CONTENT}/{sid}")) == []
    asked = {"name": "is_it_right", "category": "UTILITY"}
    submitted = call(phones, "POST", f"{CONTENT}/{sid}/ApprovalRequests/whatsapp", json=asked)
    assert promised(SUBMIT, "post", 201, submitted) == []
    assert promised(APPROVALS, "get", 200, call(phones, "GET", f"{CONTENT}/{sid}/ApprovalRequests")) == []
    assert call(phones, "DELETE", f"{CONTENT}/{sid}").status_code == 204
    assert call(phones, "GET", f"{CONTENT}/{sid}").status_code == 404


def test_our_client_makes_lists_and_removes(phones: Lab) -> None:
    content = ContentApi(Twilio(phones.settings))
    sids = [content.make(definition(CardShape("list", rows, (1,)))) for rows in (4, 5, 6)]
    assert [kept.sid for kept in content.list_templates()] == sids[::-1]
    assert {kept.approval for kept in content.list_templates()} == {"unsubmitted"}
    content.remove(sids[0])
    content.remove(sids[0])
    assert {kept.sid for kept in content.list_templates()} == set(sids[1:])
    with pytest.raises(SendFailed, match="20001"):
        content.make({"language": "en", "types": {}})


def test_long_lists_come_page_by_page(phones: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.twilio.content_api.PAGE_SIZE", 2)
    content = ContentApi(Twilio(phones.settings))
    sids = {content.make(definition(CardShape("list", rows, (1,)))) for rows in (4, 5, 6, 7, 8)}
    assert {kept.sid for kept in content.list_templates()} == sids


@pytest.mark.parametrize("auth", [None, (SIMULATED_ACCOUNT, "x"), ("AC1", SIMULATED_TOKEN)])
def test_only_the_account_is_let_in(phones: Lab, auth: tuple[str, str] | None) -> None:
    assert call(phones, "GET", CONTENT, auth=auth).status_code == 401


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"language": "en"}', b'{"language": "en", "types": {"x": {}}}'])
def test_what_is_no_template_is_refused(phones: Lab, body: bytes) -> None:
    answer = call(phones, "POST", CONTENT, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def test_a_question_comes_with_its_buttons_and_a_tap_names_it(phones: Lab) -> None:
    sid = Twilio(phones.settings).send(
        OutboundMessage(TO, SIMULATED_SENDER, "", content=FilledTemplate(made(phones), json.dumps(VALUES)))
    )
    until(lambda: [one["status"] for one in phones.chat()["messages"]] == ["read"])
    (shown,) = phones.chat()["messages"]
    assert (shown["sid"], shown["text"], shown["card"]["kind"]) == (sid, "Is it right?", "buttons")
    yes = shown["card"]["rows"][0]
    assert (yes["id"], yes["title"]) == ("agree.0123abcd:yes", "Yes")
    phones.write("", button=[yes["id"], yes["title"]], reply_to=sid)
    until(lambda: phones.doors.heard)
    (heard,) = phones.doors.heard
    told = ("ButtonPayload", "ButtonText", "Body", "MessageType", "OriginalRepliedMessageSid")
    assert [heard[name] for name in told] == [yes["id"], "Yes", "Yes", "interactive", sid]


def test_a_list_comes_with_its_rows(phones: Lab) -> None:
    values = {str(number): value for number, value in enumerate(ROWS, 1)}
    phones.send(content_sid=made(phones, LIST), content_variables=json.dumps(values), body="")
    until(lambda: phones.chat()["messages"])
    card = phones.chat()["messages"][0]["card"]
    assert (card["kind"], card["button"]) == ("list", "Choose")
    assert card["rows"][1] == {"id": "d:18", "title": "Sun 18 Jan", "detail": "2 left"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"1": ""}, 21656),
        ({"1": "two\nlines"}, 21656),
        ({"1": "a tab\t"}, 21656),
        ({"2": 5}, 21656),
        ({"2": "Y" * 21}, 63013),
        ({"2": "No"}, 63013),
        ({"3": "i" * 201}, 63013),
        ({"1": "w" * 1025}, 63013),
    ],
)
def test_what_twilio_would_not_carry_is_refused(phones: Lab, change: dict[str, Any], code: int) -> None:
    variables = json.dumps({**VALUES, **change})
    with pytest.raises(SendFailed) as failure:
        Twilio(phones.settings).send(
            OutboundMessage(TO, SIMULATED_SENDER, "", content=FilledTemplate(made(phones), variables))
        )
    assert (failure.value.code, failure.value.retry) == (str(code), False)


def test_an_unknown_template_and_broken_variables_are_refused(phones: Lab) -> None:
    for sid, variables, code in (
        ("HX" + "0" * 32, "{}", 21655),
        (made(phones), "{", 21656),
        (made(phones), "[]", 21656),
    ):
        with pytest.raises(TwilioRestException) as refusal:
            phones.send(content_sid=sid, content_variables=variables)
        assert refusal.value.code == code


def test_a_template_of_words_is_words(phones: Lab) -> None:
    words = made(phones, {"language": "en", "types": {"twilio/text": {"body": "Your code: {{1}}"}}})
    code = made(phones, {"language": "en", "types": {"whatsapp/authentication": {"actions": []}}})
    for sid in (words, code):
        phones.send(content_sid=sid, content_variables='{"1": "123456"}')
    until(lambda: len(phones.texts()) == 2)
    assert all("123456" in text for text in phones.texts())
    assert all(one["card"] == {} for one in phones.chat()["messages"])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, "approved"),
        ({"body": "{{1}} is your pass."}, "20001"),
        ({"body": "Your pass is {{1}}"}, "20001"),
        ({"body": "Your pass {{1}} {{2}} is ready."}, "20001"),
        ({"body": "Your pass {{1}}, {{3}} is ready."}, "20001"),
        ({"media": ["http://127.0.0.1:1/{{2}}"]}, "rejected"),
    ],
)
def test_what_whatsapp_would_not_approve_is_not(phones: Lab, change: dict[str, Any], word: str) -> None:
    asked = notice(phones)
    asked["types"]["twilio/media"] |= change
    assert approval(phones, made(phones, asked)) == word


def test_a_day_later_only_an_approved_template_arrives_and_brings_its_picture(phones: Lab) -> None:
    sid = made(phones, notice(phones))
    assert phones.order(close_window=ASHA).status_code == 201
    assert phones.order(close_window="+911").status_code == 422
    twilio = Twilio(phones.settings)

    def becomes(content: FilledTemplate | None = None) -> tuple[str, int | None]:
        message = twilio.send(OutboundMessage(TO, SIMULATED_SENDER, "hello", content=content))
        until(lambda: phones.twilio.messages(message).fetch().status in ("failed", "read"))
        found = phones.twilio.messages(message).fetch()
        return str(found.status), found.error_code

    variables = json.dumps({"1": "7", "2": "image.png"})
    assert becomes() == ("failed", 63016)
    assert becomes(FilledTemplate(sid, variables)) == ("failed", 63016)
    assert approval(phones, sid) == "approved"
    assert becomes(FilledTemplate(sid, variables)) == ("read", None)
    shown = max(phones.chat()["messages"], key=lambda message: message["at"])
    assert (shown["text"], len(shown["media"])) == ("Pass 7 is ready.", 1)
    phones.write("hi")
    until(lambda: phones.doors.heard)
    assert becomes() == ("read", None)
