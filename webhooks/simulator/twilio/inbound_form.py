"""The form that Twilio posts for a message from a phone, with parameters as captured from the real one.

tests/vectors/twilio_whatsapp_capture.json and twilio_interactive_button_capture.txt hold the captures.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.address import WHATSAPP, Address, on_whatsapp
from webhooks.simulator.store.phones import SimulatedPhone
from webhooks.simulator.twilio.resource import VERSION

FORM_OF_TYPE = {"image": "image", "audio": "audio", "video": "video"}
"""MessageType by the first half of a medium's content type; anything else is a document."""


@dataclass(frozen=True, slots=True)
class ComposedMessage:
    """A message that somebody wrote on their phone."""

    text: str = ""
    media: tuple[tuple[str, str, str], ...] = ()
    """Each medium: content type, file name, the address to fetch it from."""
    location: tuple[float, float] | None = None
    button: tuple[str, str] | None = None
    """A tapped quick reply: its payload and its text."""
    row: tuple[str, str] | None = None
    """A chosen list row: its id and its title."""
    filled: Mapping[str, str] | None = None
    """A form that was filled in: the answers by the names of its inputs."""
    reply_to: str = ""
    """The sid of the message that this one answers: a swipe, or the message with the button."""

    @property
    def form(self) -> str:
        """Twilio's MessageType."""
        if self.button or self.row or self.filled is not None:
            return "interactive"
        if self.location:
            return "location"
        return _media_form(self.media[0][0]) if self.media else "text"

    @property
    def body(self) -> str:
        """Twilio's Body: a document's is its file name, a tap's the words on the button."""
        if self.button or self.row:
            return (self.button or self.row or ("", ""))[1]
        if self.form == "document":
            return self.media[0][1]
        return "" if self.filled is not None or self.form in ("location", "contacts", "sticker", "audio") else self.text


def _media_form(content_type: str) -> str:
    if content_type in ("text/vcard", "text/x-vcard", "text/directory"):
        return "contacts"
    return "sticker" if content_type == "image/webp" else FORM_OF_TYPE.get(content_type.partition("/")[0], "document")


def parameters(sid: str, phone: SimulatedPhone, to: str, written: ComposedMessage, account: str) -> dict[str, str]:
    """The whole form for one message, in the names and values of the captures."""
    return {
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "MessageSid": sid,
        "AccountSid": account,
        "ApiVersion": VERSION,
        "SmsStatus": "received",
        "From": phone.address,
        "To": to,
        "ExternalUserId": on_whatsapp(phone.user),
        "MessageType": written.form,
        "Body": written.body,
        "NumSegments": "1",
        "NumMedia": str(len(written.media)),
        "ReferralNumMedia": "0",
        **_profile(phone),
        **_media(written),
        **_place(written),
        **_reply(written, to),
        **_tap(written),
        **_flow(written),
        "ChannelMetadata": _metadata(phone, written),
    }


def _profile(phone: SimulatedPhone) -> dict[str, str]:
    number = {} if phone.hidden else {"WaId": phone.number.removeprefix("+")}
    return {"ProfileName": phone.name, **number}


def _media(written: ComposedMessage) -> dict[str, str]:
    fields: dict[str, str] = {}
    for number, (content_type, _, url) in enumerate(written.media):
        fields |= {f"MediaContentType{number}": content_type, f"MediaUrl{number}": url}
    return fields


def _place(written: ComposedMessage) -> dict[str, str]:
    if written.location is None:
        return {}
    latitude, longitude = written.location
    return {"Latitude": str(latitude), "Longitude": str(longitude)}


def _reply(written: ComposedMessage, to: str) -> dict[str, str]:
    if not written.reply_to:
        return {}
    forwarded = {"Forwarded": "false", "FrequentlyForwarded": "false"}
    return {**forwarded, "OriginalRepliedMessageSid": written.reply_to, "OriginalRepliedMessageSender": to}


def _tap(written: ComposedMessage) -> dict[str, str]:
    if written.button:
        return {"ButtonPayload": written.button[0], "ButtonText": written.button[1]}
    return {"ListId": written.row[0], "ListTitle": written.row[1]} if written.row else {}


def _flow(written: ComposedMessage) -> dict[str, str]:
    """The fields of a form that was sent back. How Twilio lays out the JSON is not written down: one way of several."""
    if written.filled is None:
        return {}
    answers = {name: answer for name, answer in written.filled.items() if answer}
    raw = {"flow_token": "unused", **answers}
    return {
        "InteractiveData": json.dumps(answers, ensure_ascii=False),
        "FlowData": json.dumps(raw, ensure_ascii=False),
    }


def _metadata(phone: SimulatedPhone, written: ComposedMessage) -> str:
    context: Mapping[str, str] = {**_tap(written), **_profile(phone)}
    if written.reply_to:
        context = {**context, "Forwarded": "false", "FrequentlyForwarded": "false"}
    whole = {"type": "whatsapp", "data": {"context": dict(sorted(context.items()))}}
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False)


def status(message_sid: str, sender: str, recipient: str, state: str, account: str, error: int = 0) -> dict[str, str]:
    """The whole form of a status callback."""
    fields = {
        "ApiVersion": VERSION,
        "AccountSid": account,
        "MessageSid": message_sid,
        "SmsSid": message_sid,
        "MessageStatus": state,
        "SmsStatus": state,
        "From": sender,
        "To": recipient,
    }
    if (to := Address.parse(recipient)).kind == WHATSAPP:
        fields |= {"ChannelPrefix": to.kind, "ChannelInstallSid": f"XE{message_sid[2:]}"}
        fields |= {"StructuredMessage": "false"} if state == "sent" else {}
        fields["ChannelToAddress"] = to.value[:-4] + "XXXX"
    return fields | ({"ErrorCode": str(error)} if error else {})
