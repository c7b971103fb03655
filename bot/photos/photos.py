"""Turns a message with a photo into the codes of the QRs in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.delivery.twilio.media import TwilioMedia
from bot.inbound import Inbound
from bot.photos.decode_qr import UnreadableImage, read
from bot.photos.download import MediaDownloader
from flows.gate.photos import MAX_CODES
from flows.shapes import UserInput

log = structlog.get_logger(__name__)

PHOTO_FORMS = ("image", "sticker", "document", "other")
"""Forms of messages that may be a photo: one that is sent as a file comes as a document, and what was found in
Twilio's list as anything."""
MAX_MEDIA = 10
"""Media of one message at most (Twilio, 'Media resource'); WhatsApp sends one."""


@dataclass(frozen=True, slots=True)
class Photos:
    """Looks at photos. Takes its time with Twilio, so never while a database connection is held."""

    downloader: MediaDownloader

    def media(self, inbound: Inbound) -> tuple[TwilioMedia, ...]:
        """The files of a message that may be a photo, as Twilio has them. May ask Twilio for their list."""
        if inbound.form not in PHOTO_FORMS:
            return ()
        found = (medium for url, _ in inbound.media[:MAX_MEDIA] for medium in self.downloader.media(url, inbound.sid))
        return tuple(dict.fromkeys(found))[:MAX_MEDIA]

    def read(self, inbound: Inbound, media: Sequence[TwilioMedia]) -> UserInput:
        """The message as a flow sees it: the QRs of all its photos, or why there is none. Never raises."""
        codes: list[str] = []
        trouble = ""
        for medium in media:
            try:
                codes += read(self.downloader.bytes_of(medium))
            except UnreadableImage as no:
                trouble = trouble or no.code
        log.info("photo_looked_at", sid=inbound.sid, codes=len(codes), trouble=trouble)
        # A document's text is its file's name.
        caption = "" if inbound.form == "document" else inbound.text
        found = tuple(dict.fromkeys(codes))[:MAX_CODES]
        return UserInput(text=caption, form="photo", codes=found, trouble="" if found else trouble)
