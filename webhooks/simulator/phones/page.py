"""`/simulator`: the page with the phones, and the JSON for its script."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request

from bot.address import Address, is_on_whatsapp
from bot.domain.roster import trial
from webhooks.simulator.phones import send
from webhooks.simulator.phones.control import json_object
from webhooks.simulator.store.media import MAX_BYTES, StoredMedia
from webhooks.simulator.store.messages import SimulatedMessage
from webhooks.simulator.store.phones import NoNumber, SimulatedPhone, phone
from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.twilio import access
from webhooks.simulator.twilio.inbound_form import ComposedMessage

MAX_TEXT_LENGTH = 65_536
"""Characters that a phone may send: WhatsApp's own limit, well above what Twilio takes."""
ROLES = {number: role for number, _name, role in trial.STAFF}
"""What the phones of the demo's staff are for, by number."""
SHOWN_INLINE = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
"""Anything else that somebody attached is for downloading: it must never run as a page of ours."""


def blueprint(simulator: SimulatorState) -> Blueprint:
    """The page and what it calls."""
    routes = access.require_password(Blueprint("simulator", __name__, url_prefix="/simulator"), simulator)
    routes.before_request(simulator.courier.start)

    @routes.get("")
    def page() -> str:
        chats = [(thread(simulator, sender), sender, shown_sender(sender)) for sender in simulator.senders]
        return render_template("simulator.html", chats=chats, sms_sender=shown_sender(simulator.sms_sender))

    @routes.get("/chat")
    def chat() -> Response:
        return jsonify(changes(simulator, request.args.get("after", 0, int)))

    @routes.post("/phones")
    def add_phone() -> tuple[Response, int]:
        asked = json_object()
        added = phone(
            str(asked.get("number", "")),
            str(asked.get("name", "")),
            hidden=bool(asked.get("hidden")),
            region=simulator.region,
        )
        simulator.phones.add(added)
        return jsonify(phone_json(added)), 201

    @routes.delete("/phones/<number>")
    def remove_phone(number: str) -> Response:
        simulator.phones.remove(number)
        return Response(status=204)

    @routes.post("/messages")
    def write() -> tuple[Response, int]:
        asked = json_object()
        sender = simulator.phones.get(str(asked.get("phone", ""))) or abort(404)
        attached = [medium for sid in _string_list(asked.get("media")) if (medium := simulator.media.about(str(sid)))]
        to = asked["to"] if asked.get("to") in simulator.senders else simulator.senders[0]
        sent = send.deliver_inbound(simulator, sender, to, written(asked), attached[:1])
        return jsonify(message_json(simulator, sent, sender)), 202

    @routes.put("/media")
    def attach() -> tuple[Response, int]:
        request.max_content_length = MAX_BYTES
        content_type = request.mimetype or "application/octet-stream"
        sid = simulator.media.add(request.get_data(), content_type, request.args.get("name", "")[:200])
        return jsonify(sid=sid), 201

    @routes.get("/media/<sid>")
    def medium(sid: str) -> Response:
        found, data = simulator.media.about(sid), simulator.media.data(sid)
        if found is None or data is None:
            abort(404)
        return file_answer(found, data)

    @routes.errorhandler(NoNumber)
    def refuse(reason: NoNumber) -> tuple[Response, int]:
        return jsonify(error=str(reason)), 422

    return routes


def _string_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def written(body: dict[str, Any]) -> ComposedMessage:
    """The message that the page says was typed or tapped."""
    return ComposedMessage(
        text=str(body.get("text", ""))[:MAX_TEXT_LENGTH],
        location=_place(body.get("location")),
        button=_pair(body.get("button")),
        row=_pair(body.get("row")),
        filled=_answers(body.get("filled")),
        reply_to=str(body.get("reply_to", ""))[:64],
    )


def _place(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(part, int | float) for part in value):
        return None
    return float(value[0]), float(value[1])


def _pair(value: Any) -> tuple[str, str] | None:
    return (str(value[0]), str(value[1])) if isinstance(value, list) and len(value) == 2 else None


def _answers(value: Any) -> dict[str, str] | None:
    """The answers of a form by the names of its inputs; None: no form was sent."""
    return {str(name): str(answer) for name, answer in value.items()} if isinstance(value, dict) else None


def file_answer(found: StoredMedia, data: bytes) -> Response:
    """A file: shown where it is an image, else downloaded."""
    answer = Response(data, content_type=found.content_type)
    answer.cache_control.private = True
    answer.cache_control.max_age = 86_400
    if found.content_type not in SHOWN_INLINE:
        answer.content_type = "application/octet-stream"
        answer.headers.set("Content-Disposition", "attachment", filename=found.name or "file")
    return answer


def changes(simulator: SimulatorState, after: int) -> dict[str, Any]:
    """The changes since `after`, and from where to ask next."""
    phones = simulator.phones.list_phones()
    whose = {address: phone for phone in phones for address in phone.addresses}
    found = simulator.messages.changed(after)
    shown = [(message, whose.get(other_side(message))) for message in found]
    return {
        "cursor": found[-1].change if found else after,
        "phones": [phone_json(phone) for phone in phones],
        "messages": [message_json(simulator, message, phone) for message, phone in shown if phone],
    }


def other_side(message: SimulatedMessage) -> str:
    """The address of the phone in a message."""
    return message.sender if message.direction == "inbound" else message.recipient


def phone_json(phone: SimulatedPhone) -> dict[str, Any]:
    """A phone as the page needs it."""
    return {
        "number": phone.number,
        "shown": phone.display_name,
        "name": phone.name,
        "hidden": phone.hidden,
        "role": ROLES.get(phone.number, ""),
    }


def message_json(simulator: SimulatorState, message: SimulatedMessage, phone: SimulatedPhone) -> dict[str, Any]:
    """A message as the page needs it."""
    files = [found for sid in message.media if (found := simulator.media.about(sid))]
    return {
        "sid": message.sid,
        "phone": phone.number,
        "thread": thread(simulator, message.recipient if message.direction == "inbound" else message.sender),
        "mine": message.direction == "inbound",
        "from": message.sender,
        "text": message.body,
        "form": message.form,
        "card": dict(message.card),
        "media": [
            {"url": f"/simulator/media/{found.sid}", "type": found.content_type, "name": found.name} for found in files
        ],
        "at": message.created_ms,
        "status": message.status,
        "error": message.error_code,
        "note": message.note,
    }


def thread(simulator: SimulatorState, sender: str) -> str:
    """Which of a phone's threads holds what goes to and comes from a sender of ours: each has a chat of its own."""
    if not is_on_whatsapp(sender):
        return "sms"
    number = simulator.senders.index(sender) + 1 if sender in simulator.senders else 1
    return "whatsapp" if number == 1 else f"whatsapp{number}"


def shown_sender(address: str) -> str:
    """A sender's number as people write it; one of letters as it is."""
    number = Address.parse(address).value
    try:
        return phone(number, "").display_name
    except NoNumber:
        return number
