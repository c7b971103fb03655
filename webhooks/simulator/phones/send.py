"""Sends a phone's message to our webhook, signed, and takes the answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from webhooks.simulator.courier import Task
from webhooks.simulator.store.media import StoredMedia
from webhooks.simulator.store.messages import MESSAGE_TTL_SECONDS, SimulatedMessage, new_sid, now_ms
from webhooks.simulator.store.phones import SimulatedPhone
from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.twilio import http, inbound_form, outbound, session_window, twiml, webhook_client
from webhooks.simulator.twilio.inbound_form import ComposedMessage


def deliver_inbound(
    simulator: SimulatorState,
    phone: SimulatedPhone,
    to: str,
    written: ComposedMessage,
    attached: Sequence[StoredMedia] = (),
) -> SimulatedMessage:
    """Take a message from a phone and have it posted to our door, with whatever trouble was ordered."""
    sid = new_sid("MM" if attached else "SM")
    media = tuple((medium.content_type, medium.name, simulator.media_url(sid, medium.sid)) for medium in attached)
    written = replace(written, media=media)
    for medium in attached:
        simulator.media.adopt(medium.sid, sid)
    message = SimulatedMessage(
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
    simulator.messages.add(message)
    session_window.open_again(simulator, phone, to)
    form = inbound_form.parameters(sid, phone, to, written, simulator.account)
    webhook_client.post(simulator, "inbound", sid, simulator.message_url, form)
    return message


def run_post(simulator: SimulatorState, task: Task) -> None:
    """Post a webhook once, and say what it was answered."""
    answer = webhook_client.post_once(simulator, task)
    if answer is not None and task["kind"] == "inbound":
        _answered(simulator, task, answer)


def _answered(simulator: SimulatorState, task: Task, answer: http.HttpAnswer) -> None:
    sid = task["sid"]
    if not _is_first(simulator, sid, answer.content):
        return
    simulator.messages.change(sid, status="received")
    try:
        replies = twiml.replies(answer.content_type, answer.content)
    except twiml.UnreadableTwiml as fault:
        simulator.messages.change(sid, note=f"{fault.code}: the answer cannot be used")
        return
    for reply in replies:
        outbound.reply(simulator, task["form"], reply)


def _is_first(simulator: SimulatorState, sid: str, content: bytes) -> bool:
    """Whether this is the first answer to a message. Only that one is said: of several tries Twilio uses one."""
    key, digest = webhook_client.answered_key(sid), hashlib.sha256(content).hexdigest()
    if simulator.redis.set(key, digest, nx=True, ex=MESSAGE_TTL_SECONDS):
        return True
    first = simulator.redis.get(key)
    if isinstance(first, bytes) and first.decode() != digest:
        simulator.messages.change(sid, note="a repeat of the webhook was answered differently")
    return False
