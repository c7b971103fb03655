"""A sheet to write a pass on: grey values while it is written, two ramps of colour when it is done."""

import io
import zlib

from PIL import Image, ImageDraw

from bot.delivery.lettering import Style, width, write

WIDTH = 1080
MARGIN = 72
ROOM = WIDTH - 2 * MARGIN
HEIGHT = 2600
"""More than the longest texts take; what stays empty is cut off."""

SHADES = 8
"""Shades in each ramp; two ramps make a palette of 16, four bits a pixel."""
HEAD_INK, BODY_INK = (21, 42, 92), (17, 20, 28)
PAPER, INK, GREY = 255, 0, 72
"""Grey values: labels in GREY stand out from the paper 7 to 1, enough in the sun."""


class Sheet:
    """A tall sheet of grey values that is written on from top to bottom and then cut off."""

    def __init__(self) -> None:
        self.image = Image.new("L", (WIDTH, HEIGHT), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.top = 0

    def skip(self, pixels: int) -> None:
        """Leave an empty stripe."""
        self.top += pixels

    def lines(self, lines: list[str], style: Style, ink: int, *, leading: float = 1.22, left: int = MARGIN) -> None:
        """Write lines below each other from the left."""
        for line in lines:
            self._line(line, style, ink, leading, left)

    def centred(self, lines: list[str], style: Style, ink: int, *, leading: float = 1.22) -> None:
        """Write lines below each other, each in the middle."""
        for line in lines:
            self._line(line, style, ink, leading, (WIDTH - width(line, style)) / 2)

    def _line(self, line: str, style: Style, ink: int, leading: float, left: float) -> None:
        # A line's baseline stands at four fifths of its height: room for Devanagari's marks above.
        height = round(style.size * leading)
        write(self.draw, (left, self.top + round(height * 0.8)), line, style, ink)
        self.top += height

    def png(self, head: int) -> bytes:
        """What is written, as a PNG: the uppermost `head` pixels in the first ramp, the rest in the second."""
        sheet = self.image.crop((0, 0, WIDTH, self.top))
        step = 256 // SHADES
        image = sheet.point([value // step + SHADES for value in range(256)])
        image.paste(sheet.crop((0, 0, WIDTH, head)).point([value // step for value in range(256)]), (0, 0))
        image.putpalette(
            [part for ink in (HEAD_INK, BODY_INK) for shade in range(SHADES) for part in _mixed(ink, shade)]
        )
        file = io.BytesIO()
        # Run lengths alone: four times as fast as searching for repeats, and as small for flat areas.
        image.save(file, "PNG", bits=4, compress_type=zlib.Z_RLE)
        return file.getvalue()


def _mixed(ink: tuple[int, int, int], shade: int) -> tuple[int, ...]:
    share = shade / (SHADES - 1)
    return tuple(round(part + (255 - part) * share) for part in ink)
