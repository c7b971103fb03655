"""What the doors before Flask have in common: which requests they take."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LENGTH_DIGITS = 6
"""Digits of a length at most: more are more than any door takes."""


def is_whole(environ: "WSGIEnvironment", content_type: str, max_bytes: int) -> bool:
    """Whether it is a POST to us of this type, not longer than that, whose length was told."""
    length, kind = environ.get("CONTENT_LENGTH") or "", environ.get("CONTENT_TYPE") or ""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and not environ.get("SCRIPT_NAME")
        and kind.partition(";")[0].strip().lower() == content_type
        and length.isascii()
        and length.isdigit()
        and len(length) <= LENGTH_DIGITS
        and int(length) <= max_bytes
        and "HTTP_TRANSFER_ENCODING" not in environ
    )
