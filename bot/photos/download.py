"""Downloads media from Twilio's hosts; our credentials go only to the first of them."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

import requests
import structlog
from urllib3.exceptions import HTTPError

from bot.delivery.twilio import media as twilio_media
from bot.delivery.twilio.http import TwilioHttp
from bot.delivery.twilio.media import MEDIA_LIST_SUFFIX, TwilioMedia
from bot.photos.decode_qr import UnreadableImage
from bot.settings import Settings
from bot.timeouts import PHOTO_DOWNLOAD_SECONDS, PHOTO_RETRY_DELAY_SECONDS, PHOTO_TIMEOUTS_SECONDS
from flows.gate.photos import NOT_FETCHED, TOO_LARGE

log = structlog.get_logger(__name__)

MAX_BYTES = 5 * 1024 * 1024
"""WhatsApp's own limit for an image (docs/field-notes.md#limits)."""
MAX_REDIRECTS = 2
CHUNK_BYTES = 64 * 1024
SID_PATTERN = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)


class _TransientError(Exception):
    """Worth one more try."""


@dataclass(frozen=True, slots=True)
class MediaDownloader:
    """Fetches media of one account."""

    settings: Settings = field(repr=False)
    wire: TwilioHttp

    def media(self, url: str, message_sid: str) -> tuple[TwilioMedia, ...]:
        """The resources behind an address that came with a message: one, or those of a list. Never raises."""
        if not url.endswith(MEDIA_LIST_SUFFIX):
            found = self.medium(url, message_sid)
            return (found,) if found else ()
        some = self.medium(f"{url.removesuffix('.json')}/any", message_sid)
        return tuple(replace(some, sid=sid) for sid in self._sids(some)) if some else ()

    def _sids(self, some: TwilioMedia) -> list[str]:
        """The SIDs in the list to which this one belongs."""
        credentials = (self.settings.twilio_account_sid, self.settings.twilio_auth_token)
        try:
            answer = self.wire.request("GET", twilio_media.resource(some, self.settings, file=False), auth=credentials)
            listed = [str(medium["sid"]) for medium in answer.json()["media_list"]]
        except (requests.RequestException, ValueError, LookupError, TypeError, RecursionError) as problem:
            log.warning("media_list_not_had", sid=some.message_sid, problem=type(problem).__name__)
            return []
        return [sid for sid in listed if SID_PATTERN.fullmatch(sid)]

    def medium(self, url: str, message_sid: str) -> TwilioMedia | None:
        """The resource that an address names; None where it is not Twilio's, nor of our account and this message."""
        return twilio_media.named(url, message_sid, self.settings)

    def bytes_of(self, medium: TwilioMedia) -> bytes:
        """The file. Raises UnreadableImage `not_fetched`, `too_large`."""
        end = time.monotonic() + PHOTO_DOWNLOAD_SECONDS
        try:
            try:
                return self._got(medium, end)
            except _TransientError:
                time.sleep(PHOTO_RETRY_DELAY_SECONDS)
                return self._got(medium, end)
        except (_TransientError, requests.RequestException, HTTPError):
            raise UnreadableImage(NOT_FETCHED) from None

    def _got(self, medium: TwilioMedia, end: float) -> bytes:
        account, token = self.settings.twilio_account_sid, self.settings.twilio_auth_token
        url = self.wire.address(twilio_media.resource(medium, self.settings))
        credentials: tuple[str, str] | None = (account, token)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(url, credentials)
            with closing(answer):
                if not answer.is_redirect:
                    return _body(answer, end)
                target, credentials = answer.headers["Location"], None
            if not twilio_media.may_follow(url := _joined(url, target), self.settings):
                raise UnreadableImage(NOT_FETCHED)
        raise UnreadableImage(NOT_FETCHED)

    def _ask(self, url: str, credentials: tuple[str, str] | None) -> requests.Response:
        headers = {"Accept-Encoding": "identity"}
        try:
            return requests.get(
                url,
                auth=credentials,
                headers=headers,
                timeout=PHOTO_TIMEOUTS_SECONDS,
                allow_redirects=False,
                stream=True,
            )
        except (requests.ConnectionError, requests.Timeout):
            raise _TransientError from None


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return ""


def _body(answer: requests.Response, end: float) -> bytes:
    """Raises UnreadableImage, _Stumbled where another try may help."""
    if answer.status_code != requests.codes.ok:
        if answer.status_code in (404, 408, 429) or answer.status_code >= 500:
            raise _TransientError
        raise UnreadableImage(NOT_FETCHED)
    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > MAX_BYTES:
        raise UnreadableImage(TOO_LARGE)
    return b"".join(_chunks(answer, end))


def _chunks(answer: requests.Response, end: float) -> Iterator[bytes]:
    """The bytes as they come; as they were sent, so that nothing swells on unpacking."""
    had = 0
    # Whatever has come is taken: waiting for a whole piece would let a slow sender pass the deadline.
    while piece := answer.raw.read1(CHUNK_BYTES, decode_content=False):
        had += len(piece)
        if had > MAX_BYTES:
            raise UnreadableImage(TOO_LARGE)
        if time.monotonic() > end:
            raise UnreadableImage(NOT_FETCHED)
        yield piece
