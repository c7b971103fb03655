"""The canvas on which a pass is drawn: grey values while drawing, two colour ramps in the PNG."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from PIL import Image, ImageDraw

from bot.delivery.images.typesetting import Style, width, write

WIDTH = 1080
MARGIN = 72
ROOM = WIDTH - 2 * MARGIN
HEIGHT = 2600
"""Height of the canvas in pixels, more than the longest texts need; what stays empty is cut off."""

SHADES = 8
"""Shades in each ramp; two ramps make a palette of 16, four bits a pixel."""
HEAD_INK, BODY_INK = (21, 42, 92), (17, 20, 28)
WHITE_ON_BLUE = tuple((255 - value) * SHADES // 256 for value in range(256))
BLACK_ON_WHITE = tuple(SHADES + value * SHADES // 256 for value in range(256))
"""Places in the palette by grey value: of the head, which is written dark on light like all else, and of the rest."""
PAPER, INK, GREY = 255, 0, 72
"""Grey values: labels in GREY stand out from the paper 7 to 1, enough in the sun."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BITS, OF_A_PALETTE = 4, 3
ROW_BYTES = WIDTH * BITS // 8
PLAIN, AS_ABOVE = b"\x00", b"\x02" + bytes(ROW_BYTES)
"""The filters None and Up (ISO/IEC 15948). Written by ourselves, a PNG can be put together from bands kept ready."""
DEFLATED, ENDED = b"\x78\x01", b"\x03\x00"
"""How a stream begins (RFC 1950), and its last block, an empty one (RFC 1951)."""


@dataclass(frozen=True, slots=True)
class Band:
    """A part of a picture over its whole width, ready to be put under others."""

    height: int
    rows: bytes = field(repr=False)
    """As a PNG has them before they are packed, each after its filter."""
    packed: bytes = field(repr=False)
    """The rows, deflated up to the border of a byte, without references to other bands."""


class PassCanvas:
    """A tall sheet of grey values that is written on from top to bottom and then cut off."""

    def __init__(self) -> None:
        self.image = Image.new("L", (WIDTH, HEIGHT), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.top = 0

    def skip(self, pixels: int) -> None:
        """Leave an empty stripe."""
        self.top += pixels

    def lines(self, lines: Iterable[str], style: Style, ink: int, *, leading: float = 1.22, left: int = MARGIN) -> None:
        """Write lines below each other from the left."""
        for line in lines:
            self._line(line, style, ink, leading, left)

    def centred(self, lines: Iterable[str], style: Style, ink: int, *, leading: float = 1.22) -> None:
        """Write lines below each other, each in the middle."""
        for line in lines:
            self._line(line, style, ink, leading, (WIDTH - width(line, style)) / 2)

    def _line(self, line: str, style: Style, ink: int, leading: float, left: float) -> None:
        # A line's baseline stands at four fifths of its height: room for Devanagari's marks above.
        height = round(style.size * leading)
        write(self.draw, (left, self.top + round(height * 0.8)), line, style, ink)
        self.top += height

    def band(self, ramp: Sequence[int]) -> Band:
        """What is written, in the colours of a ramp."""
        written = self.image.crop((0, 0, WIDTH, self.top)).point(list(ramp))
        written.putpalette(PALETTE)
        rows = _filtered(written.tobytes("raw", "P;4"))
        # Run lengths alone: faster than searching for repeats, and as small for flat areas.
        deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS, strategy=zlib.Z_RLE)
        return Band(self.top, rows, deflating.compress(rows) + deflating.flush(zlib.Z_FULL_FLUSH))


def png(bands: Sequence[Band]) -> bytes:
    """The bands one below the other, as a PNG."""
    header = struct.pack(">IIBBBBB", WIDTH, sum(band.height for band in bands), BITS, OF_A_PALETTE, 0, 0, 0)
    check = reduce(lambda before, band: zlib.adler32(band.rows, before), bands, zlib.adler32(b""))
    packed = DEFLATED + b"".join(band.packed for band in bands) + ENDED + check.to_bytes(4, "big")
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"PLTE", PALETTE) + _chunk(b"IDAT", packed) + _chunk(b"IEND")


def _filtered(packed: bytes) -> bytes:
    """Rows as PNG has them. Of a row that is as the one above only that is said: most are, and it packs to nothing."""
    rows = [packed[at : at + ROW_BYTES] for at in range(0, len(packed), ROW_BYTES)]
    return b"".join(AS_ABOVE if row == above else PLAIN + row for row, above in zip(rows, [b"", *rows], strict=False))


def _chunk(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _mixed(ink: tuple[int, int, int], shade: int) -> tuple[int, ...]:
    share = shade / (SHADES - 1)
    return tuple(round(part + (255 - part) * share) for part in ink)


PALETTE = bytes(part for ink in (HEAD_INK, BODY_INK) for shade in range(SHADES) for part in _mixed(ink, shade))
