"""Typesetting on an image: text in any script is measured, wrapped and fitted to its place."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import ceil, floor

from PIL import Image, ImageDraw, ImageFont

from bot.delivery.images.fonts import FAMILIES, clusters, runs

REGULAR, BOLD = 400, 700
"""Weights of the fonts."""
ELLIPSIS = "…"
MEASURED_AT = 64
"""The size at which words are measured: outlines grow in proportion, and measuring is slow."""
ROUNDING = 1.01
"""How much wider a word may come out at another size, since widths are rounded to whole pixels."""
_FULL_WIDTH = 100
KEPT_LINES = 160
"""Lines kept as they were drawn, the last used: all but name and code are the same on thousands of passes.
30 KB each on the average."""


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look: size in pixels and weight."""

    size: int
    weight: int = REGULAR


@lru_cache(maxsize=256)
def font(family: int, style: Style) -> ImageFont.FreeTypeFont:
    """The font of a family (its place in FAMILIES) in this style; kept, for opening one takes milliseconds."""
    chosen = FAMILIES[family]
    opened = ImageFont.truetype(chosen.file(style.weight), style.size, layout_engine=ImageFont.Layout.RAQM)
    if len(chosen.files) == 1:
        values = {b"Weight": style.weight, b"Width": _FULL_WIDTH}
        opened.set_variation_by_axes([values[axis["name"]] for axis in opened.get_variation_axes()])
    return opened


@lru_cache(maxsize=4096)
def width(text: str, style: Style) -> float:
    """The width of one line, pixels."""
    return sum(font(family, style).getlength(piece) for family, piece in runs(text))


def write(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, style: Style, ink: int) -> None:
    """Write one line with its left end and baseline at `at`."""
    left, baseline = at
    right_of, below, mask = _written(text, style)
    draw.bitmap((round(left) + right_of, round(baseline) + below), mask, ink)


@lru_cache(maxsize=KEPT_LINES)
def _written(text: str, style: Style) -> tuple[int, int, Image.Image]:
    """A line as a mask, and where its upper left corner stands from the line's left end and baseline."""
    pieces = [(font(family, style), piece) for family, piece in runs(text)]
    starts = list(accumulate((letters.getlength(piece) for letters, piece in pieces), initial=0.0))
    boxes = [letters.getbbox(piece, anchor="ls") for letters, piece in pieces]
    left = floor(min((start + box[0] for start, box in zip(starts, boxes, strict=False)), default=0))
    top = floor(min((box[1] for box in boxes), default=0))
    right = ceil(max((start + box[2] for start, box in zip(starts, boxes, strict=False)), default=1))
    bottom = ceil(max((box[3] for box in boxes), default=1))
    mask = Image.new("L", (max(right - left + 1, 1), max(bottom - top, 1)), 0)
    drawn = ImageDraw.Draw(mask)
    for start, (letters, piece) in zip(starts, pieces, strict=False):
        drawn.text((start - left, -top), piece, fill=255, font=letters, anchor="ls")
    return left, top, mask


@lru_cache(maxsize=1024)
def fitted(text: str, max_width: int, steps: tuple[tuple[int, int], ...], weight: int) -> tuple[Style, tuple[str, ...]]:
    """The first of `steps` (size, most lines) at which the text fits into lines of `max_width` pixels, and the lines.

    Where even the last step has no room for all of it, the last line ends with an ellipsis.
    """
    for size, most in steps:
        style = Style(size, weight)
        lines = wrapped(text, max_width, style)
        if len(lines) <= most:
            return style, tuple(lines)
    return style, (*lines[: most - 1], _shortened(lines[most - 1], max_width, style))


def wrapped(text: str, max_width: int, style: Style) -> list[str]:
    """The text in lines of at most `max_width` pixels, broken at spaces, within a word only where it is too long."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if _measured(longer, style) <= max_width:
            line = longer
            continue
        lines += [line] if line else []
        *full, line = _broken(word, max_width, style)
        lines += full
    return [*lines, line] if line else lines


@lru_cache(maxsize=128)
def balanced(text: str, max_width: int, style: Style) -> tuple[str, ...]:
    """The text in as few lines, of about one length: for lines that stand in the middle."""
    lines = wrapped(text, max_width, style)
    for narrower in range(max_width, max_width // 2, -style.size // 2):
        tighter = wrapped(text, narrower, style)
        if len(tighter) > len(lines):
            break
        lines = tighter
    return tuple(lines)


def _measured(line: str, style: Style) -> float:
    """The width of a line, from widths of words measured once for all sizes; never too small."""
    once = Style(MEASURED_AT, style.weight)
    words = line.split(" ")
    return (sum(width(word, once) for word in words) + width(" ", once) * (len(words) - 1)) * (
        style.size / MEASURED_AT * ROUNDING
    )


def _broken(word: str, max_width: int, style: Style) -> list[str]:
    if _measured(word, style) <= max_width:
        return [word]
    parts = [""]
    for cluster in clusters(word):
        if parts[-1] and sum(_measured(piece, style) for piece in (parts[-1], cluster)) > max_width:
            parts.append("")
        parts[-1] += cluster
    return parts


def _shortened(line: str, max_width: int, style: Style) -> str:
    pieces = clusters(line)
    while pieces and _measured("".join(pieces).rstrip() + ELLIPSIS, style) > max_width:
        pieces.pop()
    return "".join(pieces).rstrip() + ELLIPSIS
