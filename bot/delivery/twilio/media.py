"""Where Twilio keeps the media of messages: which addresses are its own, and what each names.

Twilio answers a Media resource with a redirect to its file store (its help page 'Protect Media Access':
mms.twiliocdn.com, and an older store at Amazon). That address is signed and short-lived; no credentials go there.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from bot.settings import Settings

MAIN = "api.twilio.com"
API = re.compile(r"api\.(?:[a-z0-9-]+\.){0,3}twilio\.com")
"""Twilio's API and its regions (`api.dublin.ie1.twilio.com`)."""
STORES = re.compile(r"(?:[a-z0-9-]+\.){1,4}(?:twilio|twiliocdn)\.com")
OLD_STORE, ITS_FOLDER = "s3-external-1.amazonaws.com", "/media.twiliocdn.com/"
MEDIUM = re.compile(
    r"/2010-04-01/Accounts/([A-Za-z0-9]{1,64})/Messages/([A-Za-z0-9]{1,64})/Media/([A-Za-z0-9]{1,64})", re.ASCII
)
MEDIA_LIST_SUFFIX = "/Media.json"
"""The end of the address of a message's list of media, which is all that Twilio's list of messages tells of them."""


@dataclass(frozen=True, slots=True)
class TwilioMedia:
    """A Media resource of a message of ours: all that is believed of an address which came with a message."""

    message_sid: str
    sid: str
    host: str = field(default=MAIN)


def named(url: str, message_sid: str, settings: Settings) -> TwilioMedia | None:
    """The resource that an address names; None where it is not Twilio's, nor of our account and this message."""
    parts = _parts(url)
    found = MEDIUM.fullmatch(parts.path)
    if not found or not (_is_stand_in(parts, settings) or (parts.scheme == "https" and API.fullmatch(parts.netloc))):
        return None
    account, message, sid = found.groups()
    if (account, message) != (settings.twilio_account_sid, message_sid):
        return None
    return TwilioMedia(message, sid, "" if settings.api_base else parts.netloc)


def resource(medium: TwilioMedia, settings: Settings, file: bool = True) -> str:
    """The address of the file at Twilio, or else that of the list of all media of its message."""
    account = f"https://{medium.host or MAIN}/2010-04-01/Accounts/{settings.twilio_account_sid}"
    return f"{account}/Messages/{medium.message_sid}" + (f"/Media/{medium.sid}" if file else MEDIA_LIST_SUFFIX)


def may_follow(url: str, settings: Settings) -> bool:
    """Whether a redirect leads to one of Twilio's own stores."""
    parts = _parts(url)
    if _is_stand_in(parts, settings):
        return True
    if parts.scheme != "https":
        return False
    at_amazon = parts.netloc == OLD_STORE and parts.path.startswith(ITS_FOLDER) and ".." not in parts.path
    return at_amazon or STORES.fullmatch(parts.netloc) is not None


def _is_stand_in(parts: SplitResult, settings: Settings) -> bool:
    base = urlsplit(settings.api_base)
    return bool(base.netloc) and (parts.scheme, parts.netloc) == (base.scheme, base.netloc)


def _parts(url: str) -> SplitResult:
    """The parts of an address; empty ones of what is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")
