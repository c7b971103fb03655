"""Reads TwiML answers as Twilio does."""

from dataclasses import dataclass
from xml.etree import ElementTree

XML_TYPES = ("text/xml", "application/xml")
MAX_BODY_LENGTH = 1600


@dataclass(eq=False)
class UnreadableTwiml(Exception):
    """Twilio would make nothing of the answer; the code is its debugger's."""

    code: int


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of an answer."""

    body: str
    media: tuple[str, ...] = ()


def replies(content_type: str, document: bytes) -> list[Reply]:
    """The messages of an answer. Raises UnreadableTwiml: 12300 not XML, 12100 broken, 21617 too long."""
    if not document:
        return []
    if content_type.partition(";")[0].strip() not in XML_TYPES:
        raise UnreadableTwiml(12300)
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 - our own doors' answer, never a stranger's
    except ElementTree.ParseError:
        raise UnreadableTwiml(12100) from None
    found = [_reply(message) for message in root.iter("Message")]
    if any(len(reply.body) > MAX_BODY_LENGTH for reply in found):
        raise UnreadableTwiml(21617)
    return [reply for reply in found if reply.body or reply.media]


def _reply(message: ElementTree.Element) -> Reply:
    body = message.find("Body")
    text = message.text if body is None else body.text
    media = tuple((medium.text or "").strip() for medium in message.findall("Media"))
    return Reply((text or "").strip(), media)
