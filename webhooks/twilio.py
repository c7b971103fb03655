"""Twilio's webhooks: inbound messages and statuses. They check the signature, parse, call the bot, answer."""

import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import structlog
from flask import Blueprint, Response, abort, request
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from twilio.request_validator import RequestValidator

from bot import filled_form, form_shapes
from bot.conversation.dialogue import deferred_answer
from bot.inbound import Inbound, from_address, storable, storable_sid
from bot.timeouts import WEBHOOK_RETRY_AFTER_SECONDS
from flows.shapes import FILLED_FORM

if TYPE_CHECKING:
    from bot.service import Service
    from bot.settings import Settings

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 64 * 1024
"""Bytes of a request's body at most: Twilio's own forms stay below 20 KB."""
FORM_OF_TYPE = {
    "text": "text",
    "image": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "sticker": "sticker",
    "document": "document",
    "contacts": "contact",
    "location": "location",
}
"""MessageType, as seen in real captures, to what a flow calls it (docs/field-notes.md#inbound-parameters)."""
NUMBER_PATTERN = re.compile(r"[0-9]{1,9}")
XML = '<?xml version="1.0" encoding="UTF-8"?>'
MAX_MEDIA = 10
"""Media of one message at most (Twilio's 'Media resource'); WhatsApp sends one."""
MAX_URL_LENGTH = 500
FORM_OF_MEDIA = {"image/webp": "sticker", "text/vcard": "contact", "text/x-vcard": "contact"}

Form = Mapping[str, str]
View = Callable[[Form, Form], Response]
"""What answers a signed form; the second is the query of its address."""
PREFIX = "/webhooks/twilio"
RAISED = "pravesh.raised"
"""In the environment of a request that was begun without Flask: what it met, for Flask to answer as any other."""


def blueprint(service: "Service") -> Blueprint:
    """The routes of `/webhooks/twilio`."""
    routes = Blueprint("twilio", __name__, url_prefix=PREFIX)
    signed = _require_signature(Signatures(service.settings))
    for name, view in views(service).items():
        routes.add_url_rule(f"/{name}", name, signed(view), methods=["POST"])
    return routes


def views(service: "Service") -> Mapping[str, "View"]:
    """What is done with a form of Twilio's, by the last part of its address: with one that is signed."""

    def message(form: Form, _args: Form) -> Response:
        return _answer(service, form, service.dialogue.handle, RedisError, "conversation_store_down")

    def fallback(form: Form, _args: Form) -> Response:
        return _answer(service, form, store, DBAPIError, "message_not_kept")

    def store(inbound: Inbound) -> str:
        return deferred_answer(service.message_replay.store(inbound))

    def status(form: Form, args: Form) -> Response:
        service.outbox.record_status(
            message_sid=storable_sid(form.get("MessageSid", "")),
            delivery_id=_number(args.get("delivery", "")),
            status=form.get("MessageStatus", ""),
            error_code=_number(form.get("ErrorCode", "")),
            now=service.now(),
        )
        return Response(status=204)

    return {"message": message, "fallback": fallback, "status": status}


def _answer(
    service: "Service", form: Form, say: Callable[[Inbound], str], away: type[Exception], event: str
) -> Response:
    """What is said to the message of this form; 503 where a part that it needs is away, so that Twilio tries again.

    `event` is what the log says then.
    """
    inbound = read_inbound(form)
    if inbound is None:
        return twiml("")
    _record_form(service, inbound, form)
    try:
        return twiml(say(inbound))
    except away as problem:
        log.error(event, sid=inbound.sid, problem=type(problem).__name__)
        return Response("try again", 503, {"Retry-After": str(WEBHOOK_RETRY_AFTER_SECONDS)})


def _number(text: str) -> int | None:
    """The number that this text is; None where it is none that the database has room for."""
    return int(text) if NUMBER_PATTERN.fullmatch(text) else None


def twiml(text: str) -> Response:
    """The text as TwiML; an empty text is no message."""
    response = f"<Response><Message>{escape(text)}</Message></Response>" if text else "<Response />"
    return Response(XML + response, 200, content_type="text/xml; charset=utf-8")


class Signatures:
    """Knows what Twilio signed for our account.

    The URL that was signed is our public one, whatever a proxy made of the Host header.
    """

    def __init__(self, settings: "Settings") -> None:
        self._validator = RequestValidator(settings.twilio_auth_token)
        self._account = settings.twilio_account_sid
        self._origin = settings.origin

    def fit(self, path: str, query: str, form: Form, signature: str) -> bool:
        """Whether this form was sent by Twilio, to this path of ours, in our account's name."""
        url = self._origin + path + (f"?{query}" if query else "")
        known = bool(signature) and self._is_signed(url, form, signature)
        return known and form.get("AccountSid", self._account) == self._account

    def _is_signed(self, url: str, form: Form, signature: str) -> bool:
        """Whether it is Twilio's signature. Nearly always it is of the address as it stands, which is looked at first;
        the library tries it with and without the port each time.
        """
        of_url = self._validator.compute_signature(url, form)
        is_it = hmac.compare_digest(of_url.encode(), signature.encode())
        return is_it or bool(self._validator.validate(url, form, signature))


def _require_signature(signatures: Signatures) -> Callable[["View"], Callable[[], Response]]:
    """Let through only what Twilio signed for our account; 403 for anything else."""

    def decorate(view: View) -> Callable[[], Response]:
        def guarded() -> Response:
            request.max_content_length = MAX_BODY_BYTES
            query, signature = request.query_string.decode("latin-1"), request.headers.get("X-Twilio-Signature", "")
            if not signature or not signatures.fit(request.path, query, request.form, signature):
                abort(403)
            if problem := request.environ.get(RAISED):
                raise problem
            return view(request.form, request.args)

        return guarded

    return decorate


def read_inbound(form: Form) -> Inbound | None:
    """The message in Twilio's form; None where it names no message or nobody."""
    sid, lane = form.get("MessageSid", ""), form.get("From", "")
    if not sid or not lane or len(lane) > 200:
        return None
    phone, user = from_address(lane, form.get("ExternalUserId", ""))
    return Inbound(
        sid=storable_sid(sid),
        lane=lane,
        sender=form.get("To", "")[:60],
        phone=phone,
        user=user,
        profile_name=storable(form.get("ProfileName", ""))[:80],
        text=storable(form.get("Body", "")),
        form=_form(form),
        choice=storable(form.get("ButtonPayload", "") or form.get("ListId", "")),
        replied_to=form.get("OriginalRepliedMessageSid", "")[:64],
        media=tuple(_media(form)),
        filled=_filled(form),
    )


def _is_form(form: Form) -> bool:
    """Whether it brings a form that was sent back, readable or not."""
    return bool(form.get("InteractiveData") or form.get("FlowData"))


def _record_form(service: "Service", inbound: Inbound, given: Form) -> None:
    """Keep how a form that was sent back was laid out, without its answers."""
    if inbound.form == FILLED_FORM:
        form_shapes.record(service.redis, service.now(), given.get("InteractiveData", ""), given.get("FlowData", ""))


def _filled(form: Form) -> Mapping[str, str]:
    """The answers of a form that was sent back; none for any other message."""
    if _form(form) != FILLED_FORM:
        return {}
    answers = filled_form.read(form.get("InteractiveData", ""), form.get("FlowData", ""))
    return {storable(name): storable(answer) for name, answer in answers.items()}


def _media(form: Form) -> Iterator[tuple[str, str]]:
    """Address and content type of each file that was attached."""
    count = form.get("NumMedia", "").strip()
    for place in range(min(int(count), MAX_MEDIA) if NUMBER_PATTERN.fullmatch(count) else 0):
        if url := storable(form.get(f"MediaUrl{place}", "")):
            yield url[:MAX_URL_LENGTH], storable(form.get(f"MediaContentType{place}", ""))[:100]


def _form(form: Form) -> str:
    """The kind of the message, in a flow's words."""
    if form.get("ButtonPayload") or form.get("ListId"):
        return "choice"
    if _is_form(form):
        return FILLED_FORM
    named = FORM_OF_TYPE.get(form.get("MessageType", ""))
    has_media = form.get("NumMedia", "0").strip() not in ("", "0")
    if has_media and named in (None, "text", "image", "document"):
        content = form.get("MediaContentType0", "").partition(";")[0].strip().lower()
        kind = content.partition("/")[0]
        return FORM_OF_MEDIA.get(content) or (kind if kind in ("image", "audio", "video") else "document")
    if named:
        return named
    if form.get("Latitude"):
        return "location"
    return "other" if form.get("MessageType") not in (None, "", "interactive", "button") else "text"
