"""Outbound messages: accepted, fetched, delivered and reported as Twilio does."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.address import Address, is_on_whatsapp
from webhooks.simulator.courier import Task
from webhooks.simulator.store.messages import SimulatedMessage, new_sid, now_ms
from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.store.templates import FilledContent, TemplateRefused
from webhooks.simulator.twilio import http, inbound_form, session_window, webhook_client
from webhooks.simulator.twilio.twiml import MAX_BODY_LENGTH, Reply

MEDIA_ERROR = 63019
OUTSIDE_WINDOW_ERROR = 63016
"""The error of a message outside the 24-hour window, where WhatsApp carries approved templates only."""
CONTENT_ERROR_TEXTS = {
    21655: "The ContentSid is invalid.",
    21656: "The ContentVariables parameter is invalid.",
    63013: "Channel policy violation.",
}
STATE_DELAYS_SECONDS = {"sent": 0.05, "delivered": 0.25, "read": 0.3}
"""Seconds from each state to the next."""
NEXT_STATE = {"sent": "delivered", "delivered": "read"}
PHONE = re.compile(r"\+[1-9]\d{6,14}")
_USER = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")


@dataclass(eq=False)
class NotAccepted(Exception):
    """A message that Twilio refuses at once: HTTP status, code, and what it means."""

    status: int
    code: int
    message: str


def accept(
    simulator: SimulatorState, form: Mapping[str, str], media_urls: Sequence[str], fail_with: int = 0
) -> SimulatedMessage:
    """Take a message from our client. Raises NotAccepted. `fail_with`: the code with which it will fail."""
    check(simulator, form, media_urls)
    filled = _filled(simulator, form)
    media_urls = [*media_urls, *filled.media]
    sender = form.get("From") or (simulator.senders[0] if is_on_whatsapp(form["To"]) else simulator.sms_sender)
    message = SimulatedMessage(
        sid=new_sid("MM" if media_urls else "SM"),
        direction="outbound-api",
        sender=sender,
        recipient=form["To"],
        body=filled.body,
        card=filled.card,
        status="accepted" if "MessagingServiceSid" in form else "queued",
        created_ms=now_ms(),
        form="image" if media_urls else "text",
        callback=form.get("StatusCallback", ""),
        messaging_service=form.get("MessagingServiceSid", ""),
        media_urls=tuple(media_urls),
    )
    shut = not filled.approved and session_window.is_shut(simulator, message)
    send_message(simulator, message, fail_with or (OUTSIDE_WINDOW_ERROR if shut else 0))
    return message


def _filled(simulator: SimulatorState, form: Mapping[str, str]) -> FilledContent:
    """The message's words: its template's where it names one. Raises NotAccepted."""
    if "ContentSid" not in form:
        return FilledContent(form.get("Body", ""), {})
    try:
        return simulator.templates.fill(form["ContentSid"], form.get("ContentVariables", ""))
    except TemplateRefused as refusal:
        raise NotAccepted(400, refusal.code, CONTENT_ERROR_TEXTS[refusal.code]) from None


def check(simulator: SimulatorState, form: Mapping[str, str], media_urls: Sequence[str]) -> None:
    """Raise NotAccepted for what Twilio would refuse."""
    to, sender = form.get("To", ""), form.get("From", "")
    if not to:
        raise NotAccepted(400, 21604, "A 'To' phone number is required.")
    if not sender and "MessagingServiceSid" not in form:
        raise NotAccepted(400, 21603, "A 'From' phone number is required.")
    if not (form.get("Body") or media_urls or form.get("ContentSid")):
        raise NotAccepted(400, 21619, "A text message body or media urls must be specified.")
    if len(form.get("Body", "")) > MAX_BODY_LENGTH:
        raise NotAccepted(400, 21617, f"The message body exceeds the {MAX_BODY_LENGTH} character limit.")
    if not _is_address(to):
        raise NotAccepted(400, 21211, "The 'To' number is not a valid phone number.")
    if sender and is_on_whatsapp(sender) != is_on_whatsapp(to):
        raise NotAccepted(400, 21910, "Invalid 'From' and 'To' pair: they must be of the same channel.")
    if is_on_whatsapp(sender) and sender not in simulator.senders:
        raise NotAccepted(400, 63007, "Twilio could not find a channel with the specified 'From' address.")
    if len(media_urls) > (1 if is_on_whatsapp(to) else 10):
        raise NotAccepted(400, 21623, "Too many media urls for one message.")


def _is_address(to: str) -> bool:
    name = Address.parse(to).name
    return bool(PHONE.fullmatch(name) or (is_on_whatsapp(to) and _USER.fullmatch(name)))


def reply(simulator: SimulatorState, heard: Mapping[str, str], answer: Reply) -> None:
    """Send what our door answered to a message from a phone."""
    send_message(
        simulator,
        SimulatedMessage(
            sid=new_sid("MM" if answer.media else "SM"),
            direction="outbound-reply",
            sender=heard["To"],
            recipient=heard["From"],
            body=answer.body,
            status="queued",
            created_ms=now_ms(),
            form="image" if answer.media else "text",
            media_urls=answer.media,
        ),
    )


def send_message(simulator: SimulatorState, message: SimulatedMessage, fail_with: int = 0) -> None:
    """Keep the message and have it taken further, outside the request that brought it."""
    simulator.messages.add(message)
    simulator.courier.add({"do": "leave", "sid": message.sid, "code": fail_with})


def run_send(simulator: SimulatorState, task: Task) -> None:
    """Fetch the message's media and send it off, or fail it."""
    message = simulator.messages.get(task["sid"])
    if message is None:
        return
    code = task["code"] or _fetch(simulator, message)
    if code:
        simulator.messages.change(message.sid, status="failed", error_code=code)
        report(simulator, message, "failed", code)
    else:
        simulator.courier.add({"do": "state", "sid": message.sid, "state": "sent"}, STATE_DELAYS_SECONDS["sent"])


def _fetch(simulator: SimulatorState, message: SimulatedMessage) -> int:
    """Fetch what is to be fetched; the code with which the message fails, or 0."""
    if not message.media_urls:
        return 0
    fault = simulator.faults.take_next("media")
    if fault.status or fault.code:
        return fault.code or MEDIA_ERROR
    found = [http.fetch_image(url) for url in message.media_urls]
    images = [image for image in found if image is not None]
    if len(images) < len(found):
        return MEDIA_ERROR
    sids = tuple(simulator.media.add(data, kind, parent=message.sid) for kind, data in images)
    simulator.messages.change(message.sid, media=sids)
    return 0


def run_state(simulator: SimulatorState, task: Task) -> None:
    """Let the message reach a state, report it, and schedule the next."""
    message, state = simulator.messages.get(task["sid"]), task["state"]
    if message is None or message.status == "canceled":
        return
    simulator.messages.change(message.sid, status=state)
    report(simulator, message, state)
    following = NEXT_STATE.get(state)
    if following and (following != "read" or is_on_whatsapp(message.recipient)):
        simulator.courier.add({"do": "state", "sid": message.sid, "state": following}, STATE_DELAYS_SECONDS[following])


def report(simulator: SimulatorState, message: SimulatedMessage, state: str, error: int = 0) -> None:
    """Post the status callback, where one was asked for."""
    if message.callback:
        form = inbound_form.status(message.sid, message.sender, message.recipient, state, simulator.account, error)
        webhook_client.post(simulator, "status", message.sid, message.callback, form)
