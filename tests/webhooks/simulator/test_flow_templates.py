"""Forms in the simulator keep to Twilio's page on `twilio/flows`: made, approved, sent, opened, sent back."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import filled_form
from bot.delivery.message import FilledTemplate, OutboundMessage
from bot.delivery.templates import forms
from bot.delivery.twilio.content_api import ContentApi
from bot.delivery.twilio.messages import Twilio
from bot.errors import SendFailed
from bot.settings import SIMULATED_SENDER
from flows.sandbox import world as sandbox_world
from tests.webhooks.stand_in import ASHA, Lab, until
from webhooks.simulator.store import flow_templates

DEMO = sandbox_world.demo(datetime(2027, 1, 9, 6, tzinfo=UTC), form="on")
SPEC = forms.template_spec("registration", DEMO, "en")
VALUES = {"1": "Demo Fair", "2": "What is your full name?", "3": '[{"id": "2027-01-10", "title": "Sun 10 Jan"}]'}


def changed(**changes: Any) -> dict[str, Any]:
    """The form's template with something of its flow changed."""
    copy: dict[str, Any] = json.loads(json.dumps(SPEC.definition))
    copy["types"]["twilio/flows"] |= changes
    return copy


def page(**changes: Any) -> list[dict[str, Any]]:
    """One page with an input."""
    text = {"type": "SHORT_TEXT", "name": "full_name", "label": "Name", "text": "Enter it."} | changes
    return [{"id": "visit", "next_page_id": None, "title": "Your visit", "layout": [text]}]


def send(lab: Lab, sid: str, values: dict[str, str] = VALUES) -> str:
    filled = FilledTemplate(sid, json.dumps(values))
    return Twilio(lab.settings).send(OutboundMessage(f"whatsapp:{ASHA}", SIMULATED_SENDER, "", content=filled))


def approved(lab: Lab) -> str:
    """A form that WhatsApp has approved."""
    content = ContentApi(Twilio(lab.settings))
    sid = content.make(SPEC.definition)
    content.submit(sid, "a_form", SPEC.category)
    return sid


@pytest.mark.parametrize(
    "content",
    [
        changed(type="REGISTRATION"),
        changed(button_text="Fill in {{1}}"),
        changed(button_text="A button with too many words"),
        changed(body="x" * 1025),
        changed(pages=[]),
        changed(pages=page() * 2),
        changed(pages=[page()[0] | {"id": "a page"}]),
        changed(pages=[page()[0] | {"id": "x" * 21}]),
        changed(pages=[page()[0] | {"title": "Day of {{1}}"}]),
        changed(pages=[page()[0] | {"next_page_id": "nowhere"}]),
        changed(pages=page(type="TEXT_INPUT")),
        changed(pages=page(label=None)),
        changed(pages=page(label="Your name: {{1}}")),
        changed(pages=page(label="{{event.name}}")),
        changed(pages=page(label="A label that is too long for it")),
        changed(pages=page(input_type="DATE")),
        changed(pages=page(type="SINGLE_SELECT")),
    ],
    ids=lambda content: "",
)
def test_what_twilio_would_not_make_is_not_made(phones: Lab, content: dict[str, Any]) -> None:
    with pytest.raises(SendFailed, match="20001"):
        ContentApi(Twilio(phones.settings)).make(content)


def test_it_is_submitted_once_in_a_category_for_forms_and_not_sent_before(phones: Lab) -> None:
    content = ContentApi(Twilio(phones.settings))
    sid = content.make(SPEC.definition)
    with pytest.raises(SendFailed, match="63013"):
        send(phones, sid)
    with pytest.raises(SendFailed, match="20001"):
        content.submit(sid, "a_form", "AUTHENTICATION")
    assert content.submit(sid, "a_form", SPEC.category) == "received"
    assert [kept.approval for kept in content.list_templates()] == ["approved"]
    with pytest.raises(SendFailed, match="20001"):
        content.submit(sid, "another_name", SPEC.category)


@pytest.mark.parametrize(
    "change",
    [{"3": "no list"}, {"3": "[]"}, {"3": json.dumps([{"id": "a", "title": "x" * 31}])}, {"2": "two\nlines"}],
    ids=["no_list", "empty", "long", "lines"],
)
def test_values_that_make_no_form_are_refused(phones: Lab, change: dict[str, str]) -> None:
    with pytest.raises(SendFailed, match="21656"):
        send(phones, approved(phones), {**VALUES, **change})


def test_a_phone_opens_it_and_sends_it_back(phones: Lab) -> None:
    sid = send(phones, approved(phones))
    until(lambda: [one["status"] for one in phones.chat()["messages"]] == ["read"])
    (shown,) = phones.chat()["messages"]
    assert (shown["card"]["kind"], shown["card"]["button"]) == ("form", "Fill in the form")
    day = next(part for part in shown["card"]["pages"][0]["layout"] if part.get("name") == "visit_date")
    assert day["options"] == [{"id": "2027-01-10", "title": "Sun 10 Jan"}]
    assert "What is your full name?" in shown["text"]
    phones.write("", filled={"full_name": "Asha", "visit_date": "2027-01-10", "city": ""}, reply_to=sid)
    until(lambda: phones.doors.heard)
    (heard,) = phones.doors.heard
    told = ("MessageType", "Body", "OriginalRepliedMessageSid")
    assert [heard[name] for name in told] == ["interactive", "", sid]
    assert filled_form.read(heard["InteractiveData"]) == {"full_name": "Asha", "visit_date": "2027-01-10"}
    assert "flow_token" in filled_form.read(heard["FlowData"])
    assert phones.doors.forged == 0


def test_a_calendar_has_days_that_cannot_be_chosen() -> None:
    picker = {"type": "DATE_PICKER", "label": "Day", "min_date": "2027-01-01", "max_date": "2027-02-01"}
    content = {
        "button_text": "Open",
        "pages": [{"id": "a", "layout": [{**picker, "unavailable_dates": '["2027-01-05"]'}]}],
    }
    assert flow_templates.card(content)["pages"][0]["layout"][0]["unavailable_dates"] == ["2027-01-05"]
    for wrong in ({"max_date": "2026-01-01"}, {"min_date": "soon"}, {"unavailable_dates": "{"}):
        with pytest.raises(ValueError, match=r".*"):
            flow_templates.card(
                {**content, "pages": [{"id": "a", "layout": [{**picker, "unavailable_dates": "[]", **wrong}]}]}
            )
