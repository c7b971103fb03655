"""From the page to our doors and back: what a phone sends and gets, and the trouble that can be ordered."""

import time
from typing import Any

import pytest
import requests
from flask import Response

from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_TOKEN
from tests.webhooks.stand_in import ASHA, PIXEL, RAVI, Form, Lab, says, until
from webhooks.simulator.store.state import FALLBACK_PATH, MESSAGE_PATH

STATUS = "/webhooks/twilio/status?delivery=7"


def statuses(lab: Lab) -> list[str]:
    return [form["MessageStatus"] for _, form in lab.doors.statuses]


def message(lab: Lab, sid: str) -> dict[str, Any]:
    return next(one for one in lab.chat()["messages"] if one["sid"] == sid)


def test_what_is_typed_is_posted_signed_and_answered(phones: Lab) -> None:
    phones.write("नमस्ते & <hi>")
    until(lambda: phones.texts() == ["You said: नमस्ते & <hi>"])
    assert phones.doors.forged == 0
    heard = phones.doors.heard[0]
    assert (heard["From"], heard["To"], heard["AccountSid"]) == (
        f"whatsapp:{ASHA}",
        SIMULATED_SENDER,
        SIMULATED_ACCOUNT,
    )
    headers = phones.doors.headers[0]
    assert headers["User-Agent"] == "TwilioProxy/1.1"
    assert headers["I-Twilio-Idempotency-Token"]


def test_a_line_break_and_long_words_arrive_whole(phones: Lab) -> None:
    phones.doors.answer = lambda form: says()
    phones.write("one\ntwo " + "x" * 10_000)
    until(lambda: phones.doors.heard)
    assert phones.doors.heard[0]["Body"] == "one\ntwo " + "x" * 10_000


def test_a_message_is_ticked_when_it_was_taken(phones: Lab) -> None:
    sid = phones.write()
    until(lambda: message(phones, sid)["status"] == "received")


def test_an_answer_is_sent_delivered_and_read(phones: Lab) -> None:
    phones.write()
    until(lambda: {one["status"] for one in phones.chat()["messages"]} == {"received", "read"})


def test_a_page_asks_only_for_what_is_new(phones: Lab) -> None:
    phones.write("one")
    until(lambda: {one["status"] for one in phones.chat()["messages"]} == {"received", "read"})
    cursor = phones.chat()["cursor"]
    assert phones.chat(after=cursor)["messages"] == []
    phones.write("two")
    assert [one["text"] for one in phones.chat(after=cursor)["messages"]][:1] == ["two"]


def test_an_image_is_attached_and_can_be_fetched_with_the_accounts_token(phones: Lab) -> None:
    put = requests.put(
        f"{phones.origin}/simulator/media?name=me.png", data=PIXEL, headers={"Content-Type": "image/png"}, timeout=60
    )
    sid = phones.write("a caption", media=[put.json()["sid"]])
    until(lambda: phones.doors.heard)
    heard = phones.doors.heard[0]
    assert (heard["MessageType"], heard["Body"], heard["NumMedia"]) == ("image", "a caption", "1")
    assert heard["MessageSid"] == sid
    assert sid.startswith("MM")
    assert requests.get(heard["MediaUrl0"], timeout=60).status_code == 401
    got = requests.get(heard["MediaUrl0"], auth=(SIMULATED_ACCOUNT, SIMULATED_TOKEN), timeout=60)
    assert (got.content, got.headers["Content-Type"]) == (PIXEL, "image/png")


def test_what_could_run_as_a_page_is_only_for_downloading(phones: Lab) -> None:
    page = b"<script>alert(1)</script>"
    put = requests.put(
        f"{phones.origin}/simulator/media?name=a.html", data=page, headers={"Content-Type": "text/html"}, timeout=60
    )
    got = requests.get(f"{phones.origin}/simulator/media/{put.json()['sid']}", timeout=60)
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ({"location": [28.6, 77.2]}, {"MessageType": "location", "Latitude": "28.6", "Body": ""}),
        ({"button": ["yes", "Yes, register"]}, {"MessageType": "interactive", "ButtonPayload": "yes"}),
        ({"row": ["d1", "Saturday"]}, {"MessageType": "interactive", "ListId": "d1", "Body": "Saturday"}),
        ({"text": "late", "reply_to": "SM1"}, {"OriginalRepliedMessageSid": "SM1", "Body": "late"}),
    ],
)
def test_other_things_than_words_can_be_sent(phones: Lab, what: dict[str, Any], form: Form) -> None:
    phones.write(**{"text": "", **what})
    until(lambda: phones.doors.heard)
    assert form.items() <= phones.doors.heard[0].items()


def test_phones_can_be_added_renamed_hidden_and_taken_away(phones: Lab) -> None:
    address = f"{phones.origin}/simulator/phones"
    first = [phone["number"] for phone in phones.chat()["phones"]]
    added = requests.post(address, json={"number": "98111 22233", "name": "Meera", "hidden": True}, timeout=60)
    assert added.json()["number"] == "+919811122233"
    assert [phone["number"] for phone in phones.chat()["phones"]] == [*first, "+919811122233"]
    phones.write("hi", phone="+919811122233")
    until(lambda: phones.doors.heard)
    assert "9811122233" not in str(phones.doors.heard)
    until(lambda: any(not one["mine"] for one in phones.chat()["messages"]))  # the answer finds the hidden phone
    assert requests.delete(f"{address}/+919811122233", timeout=60).status_code == 204
    assert [phone["number"] for phone in phones.chat()["phones"]] == first


def test_a_number_that_is_none_is_refused_with_words(phones: Lab) -> None:
    answer = requests.post(f"{phones.origin}/simulator/phones", json={"number": "12", "name": "x"}, timeout=60)
    assert answer.status_code == 422
    assert answer.json()["error"]


@pytest.mark.parametrize("body", ["", "[]", "nonsense", "[" * 100_000])
@pytest.mark.parametrize("path", ["messages", "phones", "control"])
def test_what_is_no_object_is_refused(phones: Lab, path: str, body: str) -> None:
    answer = requests.post(
        f"{phones.origin}/simulator/{path}", data=body, headers={"Content-Type": "application/json"}, timeout=60
    )
    assert answer.status_code == 400


def test_another_site_cannot_write_for_a_phone(phones: Lab) -> None:
    answer = requests.post(f"{phones.origin}/simulator/messages", data={"phone": ASHA, "text": "hi"}, timeout=60)
    assert answer.status_code == 415


def test_an_unknown_phone_cannot_write(phones: Lab) -> None:
    answer = requests.post(
        f"{phones.origin}/simulator/messages", json={"phone": "+15005550006", "text": "hi"}, timeout=60
    )
    assert answer.status_code == 404


def test_a_message_of_ours_reaches_its_phone_as_sms(phones: Lab) -> None:
    phones.send(to=RAVI, body="123456")
    until(lambda: any(one["status"] == "delivered" for one in phones.chat()["messages"]))
    found = phones.chat()["messages"][0]
    assert (found["thread"], found["phone"], found["text"]) == ("sms", RAVI, "123456")


def test_statuses_come_signed_and_in_order(phones: Lab) -> None:
    sid = phones.send(status_callback=phones.origin + STATUS).sid
    until(lambda: statuses(phones) == ["sent", "delivered", "read"])
    assert phones.doors.forged == 0
    assert {(delivery, form["MessageSid"]) for delivery, form in phones.doors.statuses} == {("7", sid)}


def test_an_image_of_ours_is_fetched_and_shown(phones: Lab) -> None:
    sid = phones.send(body="your pass", media_url=[f"{phones.origin}/image.png"]).sid
    until(lambda: any(one["sid"] == sid and one["status"] == "read" for one in phones.chat()["messages"]))
    shown = message(phones, str(sid))["media"][0]
    got = requests.get(phones.origin + shown["url"], timeout=60)
    assert (got.content, got.headers["Content-Type"]) == (PIXEL, "image/png")


@pytest.mark.parametrize(
    "image",
    [
        (404, "text/html", b"no"),
        (200, "text/html", b"<p>"),
        (200, "image/png", b""),
        (200, "image/png", b"x" * 5_000_001),
    ],
)
def test_an_image_that_cannot_be_had_fails_the_message(phones: Lab, image: tuple[int, str, bytes]) -> None:
    phones.doors.image = image
    phones.send(media_url=[f"{phones.origin}/image.png"], status_callback=phones.origin + STATUS)
    until(lambda: statuses(phones) == ["failed"])
    assert phones.doors.statuses[0][1]["ErrorCode"] == "63019"


def test_a_door_that_refuses_leaves_a_note_on_the_message(phones: Lab) -> None:
    phones.doors.answer = lambda form: Response(status=403)
    sid = phones.write()
    until(lambda: "403" in message(phones, sid)["note"])
    assert [one["path"] for one in phones.doors.heard] == [MESSAGE_PATH, FALLBACK_PATH]


def test_a_door_that_fails_is_tried_again_with_the_same_sid_and_token(phones: Lab) -> None:
    phones.doors.answer = lambda form: Response(status=503) if len(phones.doors.heard) < 3 else says("at last")
    phones.write()
    until(lambda: phones.texts() == ["at last"])
    assert len({one["MessageSid"] for one in phones.doors.heard}) == 1
    assert len({one["I-Twilio-Idempotency-Token"] for one in phones.doors.headers}) == 1


def test_twiml_that_cannot_be_used_leaves_a_note(phones: Lab) -> None:
    phones.doors.answer = lambda form: Response("<Response>", content_type="text/xml")
    sid = phones.write()
    until(lambda: "12100" in message(phones, sid)["note"])


def test_a_webhook_can_be_repeated_and_is_answered_once(phones: Lab) -> None:
    phones.order(fault="repeat", kind="inbound", copies=5)
    phones.write()
    until(lambda: len(phones.doors.heard) == 5)
    until(lambda: not phones.parts.redis.zcard("sim:errands"))
    assert len({one["MessageSid"] for one in phones.doors.heard}) == 1
    assert phones.texts() == ["You said: hi"]


def test_a_repeat_that_is_answered_differently_is_noticed(phones: Lab) -> None:
    phones.doors.answer = lambda form: says(f"answer {len(phones.doors.heard)}")
    phones.order(fault="repeat", kind="inbound")
    sid = phones.write()
    until(lambda: "differently" in message(phones, sid)["note"])


def test_webhooks_can_be_reordered(phones: Lab) -> None:
    phones.order(fault="reorder", kind="inbound", times=3, seconds=0.6)
    for text in ("one", "two", "three"):
        phones.write(text)
    until(lambda: len(phones.doors.heard) == 3)
    assert [form["Body"] for form in phones.doors.heard] == ["three", "two", "one"]


def test_statuses_can_be_reordered_repeated_and_lost(phones: Lab) -> None:
    phones.order(fault="reorder", kind="status", times=3, seconds=1.5)
    phones.send(status_callback=phones.origin + STATUS)
    until(lambda: len(statuses(phones)) == 3)
    assert statuses(phones) == ["read", "delivered", "sent"]
    phones.doors.statuses.clear()
    phones.order(fault="repeat", kind="status", copies=3)
    phones.order(fault="lose", kind="status")
    phones.send(status_callback=phones.origin + STATUS)
    until(lambda: sorted(statuses(phones)) == ["read", "sent", "sent", "sent"])


def test_a_webhook_can_be_delayed_and_lost(phones: Lab) -> None:
    phones.order(fault="delay", kind="inbound", seconds=1)
    began = time.monotonic()
    phones.write("slow")
    until(lambda: phones.doors.heard)
    assert time.monotonic() - began >= 1
    phones.order(fault="lose", kind="inbound")
    lost = phones.write("lost")
    phones.write("found")
    until(lambda: [form["Body"] for form in phones.doors.heard] == ["slow", "found"])
    assert "lost" in message(phones, lost)["note"]


@pytest.mark.parametrize("code", [63016, 63018, 63024])
def test_a_message_can_be_taken_and_fail_later_with_any_code(phones: Lab, code: int) -> None:
    phones.order(fault="refuse", kind="send", code=code)
    phones.send(status_callback=phones.origin + STATUS)
    until(lambda: statuses(phones) == ["failed"])
    assert phones.doors.statuses[0][1]["ErrorCode"] == str(code)
    assert phones.twilio.messages.list()[0].error_code == code


def test_fetching_can_be_refused(phones: Lab) -> None:
    phones.order(fault="refuse", kind="media", status=404)
    phones.send(media_url=[f"{phones.origin}/image.png"], status_callback=phones.origin + STATUS)
    until(lambda: statuses(phones) == ["failed"])


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"fault": "explode", "kind": "send"},
        {"fault": "cut", "kind": "status"},
        {"fault": "repeat", "kind": "send"},
        {"fault": "refuse", "kind": "send"},
        {"fault": "refuse", "kind": "list", "code": 20429},
        {"fault": "refuse", "kind": "send", "status": 200},
        {"fault": "delay", "kind": "send", "seconds": "long"},
        {"fault": "delay", "kind": "send", "times": 10_000},
        {"fault": "delay", "kind": "send", "times": True},
        {"fallback": "https://elsewhere.example/"},
        {"fallback": None},
    ],
    ids=str,
)
def test_an_order_that_makes_no_sense_is_refused(phones: Lab, order: dict[str, Any]) -> None:
    answer = phones.order(**order)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_orders_stand_until_they_are_used_or_taken_back(phones: Lab) -> None:
    phones.order(fault="delay", kind="status", times=4, seconds=0)
    address = f"{phones.origin}/simulator/control"
    assert requests.get(address, timeout=60).json()["standing"]["status"] == 4
    assert requests.delete(address, timeout=60).status_code == 204
    assert not any(requests.get(address, timeout=60).json()["standing"].values())
