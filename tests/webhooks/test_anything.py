"""Whatever a phone sends, signed: an answer in TwiML, never a server error, and never a person who is stuck."""

from itertools import count
from xml.etree import ElementTree

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from bot.domain import events
from bot.service import Service, utc_now
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_TOKEN

PATH = "/webhooks/twilio/message"
NUMBERS = count()

COMMANDS = ["hi", "1", "3", "yes", "back", "stop", "menu", "language", "restart", "change", "नमस्ते"]
ODD = [
    "x" * 10_000,
    "\u202eabc\u202c",
    "\u200b",
    "👨\u200d👩\u200d👧",
    "\x01\x02",
    "1\n2\n3",
    "<Say>&amp;",
    "ABCD-EFGH",
]
KINDS = [
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "contacts",
    "location",
    "interactive",
    "reaction",
    "?",
]

words = st.one_of(st.text(max_size=200), st.sampled_from(COMMANDS), st.sampled_from(ODD))
kinds = st.sampled_from([*KINDS, ""])
extras = st.dictionaries(
    st.sampled_from(
        ["NumMedia", "MediaContentType0", "ButtonPayload", "ListId", "Latitude", "ProfileName", "ExternalUserId", "Odd"]
    ),
    st.one_of(st.text(max_size=30), st.sampled_from(["0", "1", "-1", "image/jpeg", "whatsapp:IN.208"])),
    max_size=4,
)
forms = st.builds(lambda body, kind, extra: {"Body": body, "MessageType": kind, **extra}, words, kinds, extras)


@pytest.fixture
def open_app(app: Flask, service: Service) -> Flask:
    """The whole application with the demo event open."""
    with service.database.write() as db:
        events.make_demo(db, utc_now())
    return app


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(forms, min_size=1, max_size=6))
def test_any_messages_are_answered_and_a_greeting_still_leads_on(open_app: Flask, said: list[dict[str, str]]) -> None:
    phone = f"whatsapp:+9199{next(NUMBERS):08d}"
    for form in said:
        answered(open_app, phone, form)
    # ExternalUserId may have made this one person with another; a person who stopped says start.
    for text in ("start", "restart"):
        [answer] = answered(open_app, phone, {"Body": text})
        assert answer.strip()


def answered(app: Flask, phone: str, form: dict[str, str]) -> list[str]:
    """The messages in the answer to this form."""
    named = {
        "MessageSid": f"SM{next(NUMBERS):032d}",
        "AccountSid": SIMULATED_ACCOUNT,
        "From": phone,
        "To": "whatsapp:+1",
    }
    whole = MultiDict({**form, **named})
    signature = RequestValidator(SIMULATED_TOKEN).compute_signature("https://localhost" + PATH, whole)
    response = app.test_client().post(PATH, data=whole, headers={"X-Twilio-Signature": signature})
    assert response.status_code == 200, form
    return [message.text or "" for message in ElementTree.fromstring(response.data).iter("Message")]
