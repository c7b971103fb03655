"""How many bytes of a request's body are worth waiting for: the limits of the routes themselves."""

from webhooks import app_setup, twilio, uploads
from webhooks.serving.request_bytes import Head

SIGNED = "/webhooks/twilio/"
"""Prefix of the paths that answer nobody without a signature."""
UPLOADS = "/simulator/"
"""Prefix of the paths of the simulator's phones, whose photos may be large."""
MAX_UPLOAD_BYTES = 16_000_000
"""Of such a photo, as Twilio takes them."""


def body_limit(head: Head) -> int:
    """0 where the answer needs no body: a longer body is not read, and the route refuses the request by its headers."""
    if head.target.startswith(SIGNED):
        return twilio.MAX_BODY_BYTES if head.value("X-Twilio-Signature") else 0
    if uploads.brings_list(head.target.partition("?")[0]) and head.value("Cookie"):
        return uploads.MAX_LIST_BYTES
    return MAX_UPLOAD_BYTES if head.target.startswith(UPLOADS) else app_setup.MAX_BODY_BYTES
