"""HTTP as Twilio does it: posts signed forms to our webhooks and fetches media."""

from collections.abc import Mapping
from dataclasses import dataclass

import requests

from webhooks.simulator.store.media import MAX_IMAGE_BYTES
from webhooks.simulator.twilio.signature import sign

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 15
"""Twilio's own limits for a webhook ('Webhooks: connection overrides')."""
USER_AGENT = "TwilioProxy/1.1"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(eq=False)
class NoAnswer(Exception):
    """No answer came. `policy` is Twilio's word for it: `ct` no connection, `rt` no answer in time."""

    policy: str


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An HTTP answer."""

    status: int
    content_type: str
    content: bytes


def post(url: str, form: Mapping[str, str], token: str, idempotency: str) -> HttpAnswer:
    """Post a signed form. `idempotency` is the same for every try of the same webhook. Raises NoAnswer."""
    headers = {
        "Content-Type": FORM_TYPE if "Body" in form else f"{FORM_TYPE}; charset=utf-8",
        "User-Agent": USER_AGENT,
        "I-Twilio-Idempotency-Token": idempotency,
        "X-Twilio-Signature": sign(url, form, token),
    }
    return _call("POST", url, dict(form), headers)


def fetch_image(url: str) -> tuple[str, bytes] | None:
    """The image at this address with its content type; None where there is none that WhatsApp would take."""
    try:
        answer = _call("GET", url, None, {"User-Agent": USER_AGENT})
    except NoAnswer:
        return None
    content_type = answer.content_type.partition(";")[0].strip()
    fits = answer.status == 200 and content_type.startswith("image/") and 0 < len(answer.content) <= MAX_IMAGE_BYTES
    return (content_type, answer.content) if fits else None


def _call(method: str, url: str, form: dict[str, str] | None, headers: dict[str, str]) -> HttpAnswer:
    with requests.Session() as session:
        session.trust_env = False  # a proxy of this machine's does not stand between Twilio and us
        try:
            answer = session.request(
                method,
                url,
                data=form,
                headers=headers,
                timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
                allow_redirects=method == "GET",
            )
        except (requests.ConnectTimeout, requests.ConnectionError):
            raise NoAnswer("ct") from None
        except requests.RequestException:
            raise NoAnswer("rt") from None
    return HttpAnswer(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)
