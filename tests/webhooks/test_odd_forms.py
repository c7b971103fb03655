"""Messages that are no words: each is answered with something that leads back to the open question."""

from dataclasses import dataclass, field
from itertools import count
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.domain import events
from bot.service import Service, utc_now
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_TOKEN
from webhooks.twilio import MAX_BODY_BYTES

PATH = "/webhooks/twilio/message"
FORM = "application/x-www-form-urlencoded"
_numbers = count(1)


@dataclass(frozen=True)
class Visitor:
    """Somebody who has been asked for their name."""

    client: FlaskClient
    phone: str = field(default_factory=lambda: f"whatsapp:+9198{next(_numbers):08d}")

    def send(self, **more: str) -> TestResponse:
        return self.post(MultiDict(more))

    def post(self, more: MultiDict[str, str], raw: bytes = b"") -> TestResponse:
        named = {"MessageSid": f"SM{next(_numbers):032d}", "AccountSid": SIMULATED_ACCOUNT, "NumMedia": "0", "Body": ""}
        form = MultiDict({**named, "From": self.phone, "To": SIMULATED_SENDER})
        for name, values in more.lists():
            form.setlist(name, values)
        origin = "https://localhost"
        signature = RequestValidator(SIMULATED_TOKEN).compute_signature(origin + PATH, form)
        headers = {"X-Twilio-Signature": signature}
        return self.client.post(PATH, data=form, headers=headers)

    def hears(self, response: TestResponse) -> str:
        """The one message of the answer."""
        assert (response.status_code, response.mimetype) == (200, "text/xml")
        [message] = ElementTree.fromstring(response.data).iter("Message")
        return message.text or ""


@pytest.fixture
def chat_visitor(app: Flask, service: Service) -> Visitor:
    with service.database.write() as db:
        events.make_demo(db, utc_now())
    visitor = Visitor(app.test_client())
    visitor.send(Body="hi")
    return visitor


def question_of(visitor: Visitor) -> str:
    """The last line of what is asked for the name."""
    return visitor.hears(visitor.send(Body="1")).splitlines()[-1]


PHOTO = {"NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": "https://api.twilio.com/x"}
ODD = {
    "photo": {"MessageType": "image", **PHOTO},
    "photo with words": {"MessageType": "image", "Body": "Asha Verma", **PHOTO},
    "two photos": {**PHOTO, "NumMedia": "2", "MediaContentType1": "image/png"},
    "photo without a type": {"MessageType": "text", **PHOTO, "Body": "Asha Verma"},
    "sticker": {"MessageType": "sticker", **PHOTO, "MediaContentType0": "image/webp"},
    "voice": {"MessageType": "audio", **PHOTO, "MediaContentType0": "audio/ogg; codecs=opus"},
    "video": {"MessageType": "video", **PHOTO, "MediaContentType0": "video/mp4"},
    "document": {"MessageType": "document", **PHOTO, "MediaContentType0": "application/pdf", "Body": "Asha Verma.pdf"},
    "contact": {"MessageType": "contacts", **PHOTO, "MediaContentType0": "text/vcard", "Body": "Asha Verma"},
    "location": {
        "MessageType": "location",
        "Latitude": "28.6",
        "Longitude": "77.2",
        "Label": "Home",
        "Address": "Delhi",
    },
    "location by its place alone": {"Latitude": "28.6", "Longitude": "77.2"},
    "view once": {"MessageType": "view_once", "NumMedia": "0"},
    "view once without a type": {},
    "reaction": {"MessageType": "reaction", "Body": "👍", "OriginalRepliedMessageSid": "SM" + "1" * 32},
    "reaction taken back": {"MessageType": "reaction"},
    "order": {"MessageType": "order", "Body": "2 x pass"},
    "what does not exist yet": {"MessageType": "hologram", "Body": "Asha Verma"},
    "a media number that is none": {"NumMedia": "many", "Body": "Asha Verma"},
    "a negative media number": {"NumMedia": "-1", "Body": "Asha Verma"},
    "media that are not there": {"NumMedia": "10", "Body": "Asha Verma"},
    "an old button": {"MessageType": "interactive", "Body": "Yes", "ButtonText": "Yes", "ButtonPayload": "yes"},
    "a row of an old list": {
        "MessageType": "interactive",
        "Body": "Saturday",
        "ListId": "2026-03-14",
        "ListTitle": "Sat",
    },
    "nothing but spaces": {"Body": " \n\t\u200b"},
    "control characters": {"Body": "\x01\x02\x0b"},
    "the longest": {"Body": "x" * 60_000},
}


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_what_is_no_words_leads_back_to_the_question(chat_visitor: Visitor, odd: str) -> None:
    question = question_of(chat_visitor)
    told = chat_visitor.hears(chat_visitor.send(**ODD[odd]))
    assert told.endswith(question)
    assert told != question
    after = chat_visitor.hears(chat_visitor.send(Body="Asha Verma"))
    assert question not in after


@pytest.mark.parametrize(
    "more",
    [
        {"Forwarded": "true", "FrequentlyForwarded": "true"},
        {
            "ReferralNumMedia": "1",
            "ReferralBody": "Book fair",
            "ReferralSourceUrl": "https://fb.me/x",
            "ReferralMediaUrl": "",
        },
        {"OriginalRepliedMessageSid": "SM" + "1" * 32, "OriginalRepliedMessageSender": SIMULATED_SENDER},
        {"MessageType": "text", "NumMedia": ""},
        {"SomethingNew": "1", "AndNewer": ""},
    ],
    ids=["forwarded", "from an advertisement", "a swipe", "no number of media", "parameters nobody knows"],
)
def test_words_count_whatever_comes_with_them(chat_visitor: Visitor, more: dict[str, str]) -> None:
    question = question_of(chat_visitor)
    assert question not in chat_visitor.hears(chat_visitor.send(Body="Asha Verma", **more))


def test_repeated_parameters_are_signed_together_and_the_first_counts(chat_visitor: Visitor) -> None:
    question = question_of(chat_visitor)
    twice = MultiDict([("Body", "Asha Verma"), ("Body", "zz"), ("Odd", "b"), ("Odd", "a"), ("Odd", "a")])
    assert question not in chat_visitor.hears(chat_visitor.post(twice))


def test_a_form_of_64_kb_is_read_and_a_longer_one_refused_without_an_error_of_ours(chat_visitor: Visitor) -> None:
    assert chat_visitor.send(Body="x" * (MAX_BODY_BYTES - 500)).status_code == 200
    assert chat_visitor.send(Body="x" * MAX_BODY_BYTES).status_code == 413


@pytest.mark.parametrize("raw", [b"Body=\xff\xfe\xe9", b"Body=%FF%FE%E9", b"Body=%ED%A0%80", b"\xff=%", b"%", b"=&=&&"])
@pytest.mark.parametrize("path", [PATH, "/webhooks/twilio/fallback", "/webhooks/twilio/status"])
def test_bytes_that_are_no_utf_8_are_no_error_of_ours(chat_visitor: Visitor, raw: bytes, path: str) -> None:
    """Signed as far as anybody can sign what has no characters: over what a reader makes of it."""
    named = f"&MessageSid=SM{next(_numbers):032d}&AccountSid={SIMULATED_ACCOUNT}&From=whatsapp%3A%2B919800000000&To=x"
    body = raw + named.encode()
    with chat_visitor.client.application.test_request_context(
        path, method="POST", data=body, content_type=FORM
    ) as context:
        form = context.request.form
        signature = RequestValidator(SIMULATED_TOKEN).compute_signature("https://localhost" + path, form)
    headers = {"X-Twilio-Signature": signature}
    assert chat_visitor.client.post(path, data=body, headers=headers, content_type=FORM).status_code in (200, 204)
    assert chat_visitor.client.post(path, data=body, content_type=FORM).status_code == 403
