"""The canvas on which a pass is drawn: grey values at first; in the PNG two colour ramps, and pictures' colours."""

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
BODY_INK, BODY_PAPER = (17, 20, 28), (255, 255, 255)
HEAD = tuple((255 - value) * SHADES // 256 for value in range(256))
BODY = tuple(SHADES + value * SHADES // 256 for value in range(256))
"""Places in the palette by grey value: of the head, which is written dark on light like all else, and of the rest."""
PAPER, INK, GREY = 255, 0, 72
"""Grey values: labels in GREY stand out from the paper 7 to 1, enough in the sun."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
OF_A_PALETTE = 3
NARROW, BROAD = 4, 8
"""Bits of a pixel: of a palette of the two ramps alone, and of one with a picture's colours."""
MAX_COLOURS = {NARROW: 2 * SHADES, BROAD: 256}
PLAIN, UP = b"\x00", b"\x02"
"""The filters None and Up (ISO/IEC 15948). Written by ourselves, a PNG can be put together from bands kept ready."""
DEFLATED, ENDED = b"\x78\x01", b"\x03\x00"
"""How a stream begins (RFC 1950), and its last block, an empty one (RFC 1951)."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a picture: the two ramps, and behind them those of its head's pictures, if it has any."""

    colours: bytes
    """Red, green and blue of each."""

    @property
    def bits(self) -> int:
        """Of each pixel."""
        return NARROW if len(self.colours) // 3 <= MAX_COLOURS[NARROW] else BROAD


def palette(ground: tuple[int, int, int], ink: tuple[int, int, int], more: bytes = b"") -> Palette:
    """The ramps of a head with this ground and ink, and of the rest; `more` are a picture's colours."""
    ramps = ((ground, ink), (BODY_INK, BODY_PAPER))
    shades = (_mixed(one, two, shade) for one, two in ramps for shade in range(SHADES))
    return Palette(bytes(part for shade in shades for part in shade) + more)


@dataclass(frozen=True, slots=True)
class Inlay:
    """A part of a band with colours of its own."""

    pixels: Image.Image
    """Places in the palette (mode `L`)."""
    at: tuple[int, int]
    mask: Image.Image | None = None


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

    def band(self, ramp: Sequence[int], bits: int, inlays: Sequence[Inlay] = ()) -> Band:
        """What is written, in the colours of a ramp, and what is laid over it."""
        written = self.image.crop((0, 0, WIDTH, self.top)).point(list(ramp))
        for inlay in inlays:
            written.paste(inlay.pixels, inlay.at, inlay.mask)
        # Run lengths alone: faster than searching for repeats, and as small for flat areas.
        strategy = zlib.Z_DEFAULT_STRATEGY if inlays else zlib.Z_RLE
        return _deflated(self.top, b"".join(_filtered(_rows(written, bits))), strategy)


def symbol_band(symbol: Image.Image, side: int, bits: int) -> Band:
    """A symbol of one pixel a module, in the middle: as large as fits into `side` with whole pixels. A module's rows of
    pixels are alike, so that only its first is worked on.
    """
    module = side // symbol.width
    line = Image.new("L", (WIDTH, symbol.height), PAPER)
    broad = symbol.resize((module * symbol.width, symbol.height), Image.Resampling.NEAREST)
    line.paste(broad, ((WIDTH - broad.width) // 2, 0))
    repeated = (UP + bytes(WIDTH * bits // 8)) * (module - 1)
    rows = b"".join(row + repeated for row in _filtered(_rows(line.point(list(BODY)), bits)))
    return _deflated(module * symbol.height, rows, zlib.Z_RLE)


def png(bands: Sequence[Band], colours: Palette) -> bytes:
    """The bands one below the other, each of the palette's bits, as a PNG."""
    header = struct.pack(">IIBBBBB", WIDTH, sum(band.height for band in bands), colours.bits, OF_A_PALETTE, 0, 0, 0)
    check = reduce(lambda before, band: zlib.adler32(band.rows, before), bands, zlib.adler32(b""))
    packed = DEFLATED + b"".join(band.packed for band in bands) + ENDED + check.to_bytes(4, "big")
    return (
        SIGNATURE
        + _chunk(b"IHDR", header)
        + _chunk(b"PLTE", colours.colours)
        + _chunk(b"IDAT", packed)
        + _chunk(b"IEND")
    )


def _rows(placed: Image.Image, bits: int) -> list[bytes]:
    """The rows of an image of places in the palette (mode `L`)."""
    placed.putpalette(bytes(3 * MAX_COLOURS[bits]))
    packed, size = placed.tobytes("raw", "P;4") if bits == NARROW else placed.tobytes(), WIDTH * bits // 8
    return [packed[at : at + size] for at in range(0, len(packed), size)]


def _filtered(rows: Sequence[bytes]) -> list[bytes]:
    """Rows as PNG has them. Of a row that is as the one above only that is said: most are, and it packs to nothing."""
    as_above = UP + bytes(len(rows[0]))
    return [as_above if row == above else PLAIN + row for row, above in zip(rows, [b"", *rows], strict=False)]


def _deflated(height: int, rows: bytes, strategy: int) -> Band:
    deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS, strategy=strategy)
    return Band(height, rows, deflating.compress(rows) + deflating.flush(zlib.Z_FULL_FLUSH))


def _chunk(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _mixed(one: tuple[int, int, int], two: tuple[int, int, int], shade: int) -> tuple[int, ...]:
    share = shade / (SHADES - 1)
    return tuple(round(first + (second - first) * share) for first, second in zip(one, two, strict=True))
