"""Outbound messages: accepted, fetched, delivered and reported as Twilio does."""

import re
from collections.abc import Mapping, Sequence

from bot.address import Address, is_on_whatsapp
from webhooks.simulator.courier import Errand
from webhooks.simulator.store.messages import Message, new_sid, now_ms
from webhooks.simulator.store.state import Parts
from webhooks.simulator.store.templates import Filled, Refused
from webhooks.simulator.twilio import http, inbound_form, session_window, webhook_client
from webhooks.simulator.twilio.twiml import LONGEST, Reply

NO_MEDIA = 63019
OUTSIDE = 63016
"""The error of a message outside the 24-hour window, where WhatsApp carries approved templates only."""
CONTENT_WORDS = {
    21655: "The ContentSid is invalid.",
    21656: "The ContentVariables parameter is invalid.",
    63013: "Channel policy violation.",
}
ON_ITS_WAY = {"sent": 0.05, "delivered": 0.25, "read": 0.3}
"""Seconds from each state to the next."""
AFTER = {"sent": "delivered", "delivered": "read"}
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_USER = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")


class NotTaken(Exception):
    """A message that Twilio refuses at once: HTTP status, code, and what it means."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def accept(parts: Parts, form: Mapping[str, str], media_urls: Sequence[str], fail_with: int = 0) -> Message:
    """Take a message from our client. Raises NotTaken. `fail_with`: the code with which it will fail."""
    check(parts, form, media_urls)
    filled = _filled(parts, form)
    media_urls = [*media_urls, *filled.media]
    sender = form.get("From") or (parts.senders[0] if is_on_whatsapp(form["To"]) else parts.sms_sender)
    message = Message(
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
    shut = not filled.approved and session_window.is_shut(parts, message)
    depart(parts, message, fail_with or (OUTSIDE if shut else 0))
    return message


def _filled(parts: Parts, form: Mapping[str, str]) -> Filled:
    """The message's words: its template's where it names one. Raises NotTaken."""
    if "ContentSid" not in form:
        return Filled(form.get("Body", ""), {})
    try:
        return parts.templates.fill(form["ContentSid"], form.get("ContentVariables", ""))
    except Refused as refusal:
        raise NotTaken(400, refusal.code, CONTENT_WORDS[refusal.code]) from None


def check(parts: Parts, form: Mapping[str, str], media_urls: Sequence[str]) -> None:
    """Raise NotTaken for what Twilio would refuse."""
    to, sender = form.get("To", ""), form.get("From", "")
    if not to:
        raise NotTaken(400, 21604, "A 'To' phone number is required.")
    if not sender and "MessagingServiceSid" not in form:
        raise NotTaken(400, 21603, "A 'From' phone number is required.")
    if not (form.get("Body") or media_urls or form.get("ContentSid")):
        raise NotTaken(400, 21619, "A text message body or media urls must be specified.")
    if len(form.get("Body", "")) > LONGEST:
        raise NotTaken(400, 21617, f"The message body exceeds the {LONGEST} character limit.")
    if not _is_address(to):
        raise NotTaken(400, 21211, "The 'To' number is not a valid phone number.")
    if sender and is_on_whatsapp(sender) != is_on_whatsapp(to):
        raise NotTaken(400, 21910, "Invalid 'From' and 'To' pair: they must be of the same channel.")
    if is_on_whatsapp(sender) and sender not in parts.senders:
        raise NotTaken(400, 63007, "Twilio could not find a channel with the specified 'From' address.")
    if len(media_urls) > (1 if is_on_whatsapp(to) else 10):
        raise NotTaken(400, 21623, "Too many media urls for one message.")


def _is_address(to: str) -> bool:
    name = Address.parse(to).name
    return bool(_NUMBER.fullmatch(name) or (is_on_whatsapp(to) and _USER.fullmatch(name)))


def reply(parts: Parts, heard: Mapping[str, str], answer: Reply) -> None:
    """Send what our door answered to a message from a phone."""
    depart(
        parts,
        Message(
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


def depart(parts: Parts, message: Message, fail_with: int = 0) -> None:
    """Keep the message and have it taken further, outside the request that brought it."""
    parts.messages.add(message)
    parts.courier.send({"do": "leave", "sid": message.sid, "code": fail_with})


def run_leave(parts: Parts, errand: Errand) -> None:
    """Fetch the message's media and send it off, or fail it."""
    message = parts.messages.get(errand["sid"])
    if message is None:
        return
    code = errand["code"] or _fetch(parts, message)
    if code:
        parts.messages.change(message.sid, status="failed", error_code=code)
        report(parts, message, "failed", code)
    else:
        parts.courier.send({"do": "state", "sid": message.sid, "state": "sent"}, ON_ITS_WAY["sent"])


def _fetch(parts: Parts, message: Message) -> int:
    """Fetch what is to be fetched; the code with which the message fails, or 0."""
    if not message.media_urls:
        return 0
    fault = parts.faults.take("media")
    if fault.status or fault.code:
        return fault.code or NO_MEDIA
    found = [http.fetch_image(url) for url in message.media_urls]
    images = [image for image in found if image is not None]
    if len(images) < len(found):
        return NO_MEDIA
    sids = tuple(parts.media.add(data, kind, parent=message.sid) for kind, data in images)
    parts.messages.change(message.sid, media=sids)
    return 0


def run_state(parts: Parts, errand: Errand) -> None:
    """Let the message reach a state, report it, and schedule the next."""
    message, state = parts.messages.get(errand["sid"]), errand["state"]
    if message is None or message.status == "canceled":
        return
    parts.messages.change(message.sid, status=state)
    report(parts, message, state)
    following = AFTER.get(state)
    if following and (following != "read" or is_on_whatsapp(message.recipient)):
        parts.courier.send({"do": "state", "sid": message.sid, "state": following}, ON_ITS_WAY[following])


def report(parts: Parts, message: Message, state: str, error: int = 0) -> None:
    """Post the status callback, where one was asked for."""
    if message.callback:
        form = inbound_form.status(message.sid, message.sender, message.recipient, state, parts.account, error)
        webhook_client.post(parts, "status", message.sid, message.callback, form)
