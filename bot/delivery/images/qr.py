"""A QR symbol, as an image of one pixel a module."""

from functools import lru_cache
from typing import Any

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM

QUIET_ZONE = 4
"""Modules of white around the symbol (ISO/IEC 18004)."""
MASK = 2
"""Searching for the best mask takes two thirds of the time; any mask is read as well as any other."""


def symbol(text: str, correction: int = ERROR_CORRECT_M) -> Image.Image:
    """The symbol with its quiet zone, black on white, mode `L`; at level M, or of another error correction.

    The text must be ASCII. Of QR's alphanumeric characters alone (capitals, digits and `$%*+-./: `) it is smaller.
    """
    code = _code(text, correction)
    code.version = _version(code.data_list[0].mode, len(text), correction)
    code.make(fit=False)
    modules = code.get_matrix()
    side = len(modules)
    return Image.frombytes("L", (side, side), bytes(0 if dark else 255 for row in modules for dark in row))


@lru_cache(maxsize=512)
def _version(mode: int, length: int, correction: int) -> int:
    """The smallest version that has room for so many characters: the library encodes them twice to find it."""
    return int(_code(("A" if mode == MODE_ALPHA_NUM else "a") * length, correction).best_fit())


def _code(text: str, correction: int) -> "QRCode[Any]":
    code = QRCode(error_correction=correction, border=QUIET_ZONE, mask_pattern=MASK)
    # Without `optimize` it is one piece, in the densest mode that has all its characters.
    code.add_data(text, optimize=0)
    return code
