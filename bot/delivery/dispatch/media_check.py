"""Checks our own link to a picture before Twilio gets it: a picture that it cannot fetch is lost (63019)."""

import requests

SECONDS = (3.0, 7.0)
"""Seconds to wait for a connection, and between two bytes of the answer."""
PNG = b"\x89PNG\r\n\x1a\n"
"""How every PNG begins (ISO/IEC 15948, 5.2)."""


def trouble(url: str) -> str | None:
    """Why Twilio would not get an image from this address, as a reason for admins; None where it would."""
    try:
        answer = requests.get(url, timeout=SECONDS, allow_redirects=False)
    except requests.RequestException:
        return "media_unreachable"
    if answer.status_code != requests.codes.ok:
        return f"media_http_{answer.status_code}"
    if answer.headers.get("Content-Type", "").partition(";")[0].strip() != "image/png":
        return "media_not_png"
    return None if answer.content.startswith(PNG) else "media_empty"
