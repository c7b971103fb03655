"""Downloads media from Twilio's hosts; our credentials go only to the first of them.

Twilio answers a Media resource with a redirect to its file store (its help page 'Protect Media Access':
mms.twiliocdn.com, and an older store at Amazon). That address is signed and short-lived; no credentials go there.
"""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
import structlog
from urllib3.exceptions import HTTPError

from bot.delivery.twilio.http import Wire
from bot.photos.decode_qr import Unreadable
from bot.settings import Settings
from flows.gate.photos import NOT_FETCHED, TOO_LARGE

log = structlog.get_logger(__name__)

MOST_BYTES = 5 * 1024 * 1024
"""WhatsApp's own limit for an image (docs/field-notes.md#limits)."""
TIMEOUTS = (4.0, 6.0)
"""Seconds to connect, and between two bytes."""
LONGEST = 15.0
"""Seconds for the whole of it, tries and redirects included: a sender of single bytes does not hold us."""
AGAIN_AFTER = 0.8
"""Seconds before the one further try where Twilio stumbles, or has not stored the file yet."""
HOPS = 2
PIECE = 64 * 1024
MAIN = "api.twilio.com"
API = re.compile(r"api\.(?:[a-z0-9-]+\.){0,3}twilio\.com")
"""Twilio's API and its regions (`api.dublin.ie1.twilio.com`)."""
STORES = re.compile(r"(?:[a-z0-9-]+\.){1,4}(?:twilio|twiliocdn)\.com")
OLD_STORE, ITS_FOLDER = "s3-external-1.amazonaws.com", "/media.twiliocdn.com/"
MEDIUM = re.compile(
    r"/2010-04-01/Accounts/([A-Za-z0-9]{1,64})/Messages/([A-Za-z0-9]{1,64})/Media/([A-Za-z0-9]{1,64})", re.ASCII
)


LISTED = "/Media.json"
"""The end of the address of a message's list of media, which is all that Twilio's list of messages tells of them."""
SID = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Medium:
    """A Media resource of a message of ours: all that is believed of an address which came with a message."""

    message_sid: str
    sid: str
    host: str = field(default=MAIN)


class _Stumbled(Exception):
    """Worth one more try."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """Fetches media of one account."""

    settings: Settings = field(repr=False)
    wire: Wire

    def media(self, url: str, message_sid: str) -> tuple[Medium, ...]:
        """The resources behind an address that came with a message: one, or those of a list. Never raises."""
        if not url.endswith(LISTED):
            found = self.medium(url, message_sid)
            return (found,) if found else ()
        some = self.medium(f"{url.removesuffix('.json')}/any", message_sid)
        return tuple(replace(some, sid=sid) for sid in self._sids(some)) if some else ()

    def _sids(self, some: Medium) -> list[str]:
        """The SIDs in the list to which this one belongs."""
        account, token = self.settings.twilio_account_sid, self.settings.twilio_auth_token
        path = f"/2010-04-01/Accounts/{account}/Messages/{some.message_sid}{LISTED}"
        try:
            answer = self.wire.request("GET", f"https://{some.host or MAIN}{path}", auth=(account, token))
            listed = [str(one["sid"]) for one in answer.json()["media_list"]]
        except (requests.RequestException, ValueError, LookupError, TypeError, RecursionError) as problem:
            log.warning("media_list_not_had", sid=some.message_sid, problem=type(problem).__name__)
            return []
        return [sid for sid in listed if SID.fullmatch(sid)]

    def medium(self, url: str, message_sid: str) -> Medium | None:
        """The resource that an address names; None where it is not Twilio's, nor of our account and this message."""
        parts = _parts(url)
        named = MEDIUM.fullmatch(parts.path)
        if not named or not self._is_twilios(parts.scheme, parts.netloc):
            return None
        account, message, sid = named.groups()
        if (account, message) != (self.settings.twilio_account_sid, message_sid):
            return None
        return Medium(message, sid, "" if self.settings.api_base else parts.netloc)

    def bytes_of(self, medium: Medium) -> bytes:
        """The file. Raises Unreadable `not_fetched`, `too_large`."""
        end = time.monotonic() + LONGEST
        try:
            try:
                return self._got(medium, end)
            except _Stumbled:
                time.sleep(AGAIN_AFTER)
                return self._got(medium, end)
        except (_Stumbled, requests.RequestException, HTTPError):
            raise Unreadable(NOT_FETCHED) from None

    def _is_twilios(self, scheme: str, netloc: str) -> bool:
        base = urlsplit(self.settings.api_base)
        if base.netloc and (scheme, netloc) == (base.scheme, base.netloc):
            return True
        return scheme == "https" and API.fullmatch(netloc) is not None

    def _got(self, medium: Medium, end: float) -> bytes:
        account, token = self.settings.twilio_account_sid, self.settings.twilio_auth_token
        path = f"/2010-04-01/Accounts/{account}/Messages/{medium.message_sid}/Media/{medium.sid}"
        url = self.wire.address(f"https://{medium.host or MAIN}{path}")
        credentials: tuple[str, str] | None = (account, token)
        for _ in range(HOPS + 1):
            answer = self._ask(url, credentials)
            with closing(answer):
                if not answer.is_redirect:
                    return _body(answer, end)
                target, credentials = answer.headers["Location"], None
            if not self._may_follow(url := _joined(url, target)):
                raise Unreadable(NOT_FETCHED)
        raise Unreadable(NOT_FETCHED)

    def _ask(self, url: str, credentials: tuple[str, str] | None) -> requests.Response:
        headers = {"Accept-Encoding": "identity"}
        try:
            return requests.get(
                url, auth=credentials, headers=headers, timeout=TIMEOUTS, allow_redirects=False, stream=True
            )
        except (requests.ConnectionError, requests.Timeout):
            raise _Stumbled from None

    def _may_follow(self, url: str) -> bool:
        """Whether a redirect leads to one of Twilio's own stores."""
        parts = _parts(url)
        base = urlsplit(self.settings.api_base)
        if base.netloc and (parts.scheme, parts.netloc) == (base.scheme, base.netloc):
            return True
        if parts.scheme != "https":
            return False
        at_amazon = parts.netloc == OLD_STORE and parts.path.startswith(ITS_FOLDER) and ".." not in parts.path
        return at_amazon or STORES.fullmatch(parts.netloc) is not None


def _parts(url: str) -> SplitResult:
    """The parts of an address; empty ones of what is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return ""


def _body(answer: requests.Response, end: float) -> bytes:
    """Raises Unreadable, _Stumbled where another try may help."""
    if answer.status_code != requests.codes.ok:
        if answer.status_code in (404, 408, 429) or answer.status_code >= 500:
            raise _Stumbled
        raise Unreadable(NOT_FETCHED)
    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise Unreadable(TOO_LARGE)
    return b"".join(_pieces(answer, end))


def _pieces(answer: requests.Response, end: float) -> Iterator[bytes]:
    """The bytes as they come; as they were sent, so that nothing swells on unpacking."""
    had = 0
    # Whatever has come is taken: waiting for a whole piece would let a slow sender pass the deadline.
    while piece := answer.raw.read1(PIECE, decode_content=False):
        had += len(piece)
        if had > MOST_BYTES:
            raise Unreadable(TOO_LARGE)
        if time.monotonic() > end:
            raise Unreadable(NOT_FETCHED)
        yield piece
