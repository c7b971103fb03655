"""What is said of a photo in which no QR could be read."""

from collections.abc import Mapping

from flows.gate.parse import MAX_CODES as MAX_CODES
from flows.shapes import Sentence, UserInput
from flows.text import _, lines

NO_QR, NO_IMAGE, TOO_LARGE, NOT_FETCHED = "no_qr", "no_image", "too_large", "not_fetched"

TROUBLE_TEXTS: Mapping[str, Sentence] = {
    NO_QR: lines(
        _("We could not read a QR code in this photo."),
        _(
            "Get the whole QR code in the picture, sharp and without glare. On a phone, turn up its brightness. "
            "Or type the code below the QR code."
        ),
    ),
    NO_IMAGE: _("We cannot read this picture. Send a photo of the QR code, or type the code below it."),
    TOO_LARGE: _("This picture is too large. Send it as a photo, not as a file, or type the code below the QR code."),
    NOT_FETCHED: _("We could not get the photo. Send it again, or type the code below the QR code."),
}
"""Why nothing was read, and what to do."""


def not_read(message: UserInput) -> Sentence:
    """The answer to a photo without a readable QR."""
    return TROUBLE_TEXTS.get(message.trouble, TROUBLE_TEXTS[NO_QR])
