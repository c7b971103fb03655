"""Sends a phone's message to our webhook, signed, and takes the answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from webhooks.simulator.courier import Errand
from webhooks.simulator.store.media import Medium
from webhooks.simulator.store.messages import KEEP_SECONDS, Message, new_sid, now_ms
from webhooks.simulator.store.phones import Phone
from webhooks.simulator.store.state import Parts
from webhooks.simulator.twilio import http, inbound_form, outbound, session_window, twiml, webhook_client
from webhooks.simulator.twilio.inbound_form import Written


def receive(parts: Parts, phone: Phone, to: str, written: Written, attached: Sequence[Medium] = ()) -> Message:
    """Take a message from a phone and have it posted to our door, with whatever trouble was ordered."""
    sid = new_sid("MM" if attached else "SM")
    media = tuple((medium.content_type, medium.name, parts.media_url(sid, medium.sid)) for medium in attached)
    written = replace(written, media=media)
    for medium in attached:
        parts.media.give(medium.sid, sid)
    message = Message(
        sid=sid,
        direction="inbound",
        sender=phone.address,
        recipient=to,
        body=written.body,
        status="receiving",
        created_ms=now_ms(),
        media=tuple(medium.sid for medium in attached),
        form=written.form,
    )
    parts.messages.add(message)
    session_window.open_again(parts, phone, to)
    form = inbound_form.parameters(sid, phone, to, written, parts.account)
    webhook_client.post(parts, "inbound", sid, parts.message_url, form)
    return message


def run_post(parts: Parts, errand: Errand) -> None:
    """Post a webhook once, and say what it was answered."""
    answer = webhook_client.once(parts, errand)
    if answer is not None and errand["kind"] == "inbound":
        _answered(parts, errand, answer)


def _answered(parts: Parts, errand: Errand, answer: http.Answer) -> None:
    sid = errand["sid"]
    if not _is_first(parts, sid, answer.content):
        return
    parts.messages.change(sid, status="received")
    try:
        replies = twiml.replies(answer.content_type, answer.content)
    except twiml.Unreadable as fault:
        parts.messages.change(sid, note=f"{fault.code}: the answer cannot be used")
        return
    for reply in replies:
        outbound.reply(parts, errand["form"], reply)


def _is_first(parts: Parts, sid: str, content: bytes) -> bool:
    """Whether this is the first answer to a message. Only that one is said: of several tries Twilio uses one."""
    key, digest = webhook_client.answered_key(sid), hashlib.sha256(content).hexdigest()
    if parts.redis.set(key, digest, nx=True, ex=KEEP_SECONDS):
        return True
    first = parts.redis.get(key)
    if isinstance(first, bytes) and first.decode() != digest:
        parts.messages.change(sid, note="a repeat of the webhook was answered differently")
    return False
