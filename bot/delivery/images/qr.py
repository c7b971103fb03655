"""A QR symbol, as an image of one pixel a module."""

from base64 import b64encode
from io import BytesIO

import zxingcpp
from PIL import Image

QUIET_ZONE = 4
"""Modules of white around the symbol (ISO/IEC 18004)."""
PASS_LEVEL, POSTER_LEVEL = "M", "Q"
"""Levels of error correction: an eighth of the symbol may be unreadable, or a quarter, since posters get dirty."""


def symbol(text: str, level: str = PASS_LEVEL) -> Image.Image:
    """The smallest symbol of this level that has room for the text, with its quiet zone, black on white, mode `L`.

    The text must be ASCII. Of QR's alphanumeric characters alone (capitals, digits and `$%*+-./: `) it is smaller.
    """
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    # One pixel a module; the library's own quiet zone is the four modules of the standard.
    return Image.fromarray(made.to_image(scale=1, add_quiet_zones=True))


def data_address(text: str, pixels: int) -> str:
    """The symbol as an address that holds its picture: it comes with a page or not at all. `pixels` a module's side."""
    small, drawn = symbol(text), BytesIO()
    small.resize((small.width * pixels, small.height * pixels), Image.Resampling.NEAREST).save(drawn, "PNG")
    return f"data:image/png;base64,{b64encode(drawn.getvalue()).decode()}"
