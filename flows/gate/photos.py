"""What is said of a photo in which no QR could be read."""

from collections.abc import Mapping

from flows.shapes import Sentence, UserInput
from flows.text import _, lines

MAX_CODES = 20
"""QRs of one photo that are answered, as many as typed codes of one message."""

NO_QR, NO_IMAGE, TOO_LARGE, NOT_FETCHED = "no_qr", "no_image", "too_large", "not_fetched"

TROUBLE_TEXTS: Mapping[str, Sentence] = {
    NO_QR: lines(
        _("No QR code could be read in this photo."),
        _(
            "Hold the phone so that the whole QR with its white edge is in the picture, sharp and without glare; "
            "turn up the brightness of a screen. Or type the code that stands below the QR."
        ),
    ),
    NO_IMAGE: _("That is not a picture that we can read. Please send a photo of the QR, or type the code below it."),
    TOO_LARGE: _("That picture is too large. Please send it as a photo, not as a file, or type the code below the QR."),
    NOT_FETCHED: _("The photo could not be fetched. Please send it again, or type the code below the QR."),
}
"""Why nothing was read, and what to do."""


def not_read(message: UserInput) -> Sentence:
    """The answer to a photo without a readable QR."""
    return TROUBLE_TEXTS.get(message.trouble, TROUBLE_TEXTS[NO_QR])
