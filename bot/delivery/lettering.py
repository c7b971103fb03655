"""Writing any name on an image: each run of characters in a font that has them, fitted to its place.

Noto Sans carries Latin, Greek and Cyrillic; a further family carries each further script. A character
that no installed family has is shown as an empty box, so that nobody takes the rest for the whole name.
"""

import importlib.util
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

REGULAR, BOLD = 400, 700
"""Weights of the variable fonts."""
FAMILIES = tuple(f"fontpkg_noto_sans{script}" for script in ("", "_devanagari", "_tamil", "_telugu", "_arabic"))
"""Packages of fonts in the order in which they are asked for a character; the first two are always there."""
BOX = "\u25a1"
CUT = "…"
NO_CHARACTER = "\U0010fffe"
"""In no font: what a font draws for it, it draws for everything that it lacks."""
MEASURED_AT = 64
"""The size at which words are measured: outlines grow in proportion, and measuring is slow."""
ROUNDING = 1.01
"""What rounding to whole pixels may add at another size."""
_JOINERS = "\u200c\u200d"
_FULL_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look: size in pixels and weight."""

    size: int
    weight: int = REGULAR


def _file(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return None
    upright = (file for file in (Path(found.origin).parent / "files").glob("*.ttf") if "Italic" not in file.name)
    return next(upright, None)


FILES = tuple(file for package in FAMILIES if (file := _file(package)))


@lru_cache(maxsize=256)
def font(family: int, style: Style) -> ImageFont.FreeTypeFont:
    """The font of a family (its place in FILES) in this style; kept, for opening one takes milliseconds."""
    opened = ImageFont.truetype(FILES[family], style.size, layout_engine=ImageFont.Layout.RAQM)
    values = {b"Weight": style.weight, b"Width": _FULL_WIDTH}
    opened.set_variation_by_axes([values[axis["name"]] for axis in opened.get_variation_axes()])
    return opened


@cache
def _probe(family: int) -> tuple[ImageFont.FreeTypeFont, bytes]:
    plain = ImageFont.truetype(FILES[family], 24, layout_engine=ImageFont.Layout.BASIC)
    return plain, bytes(plain.getmask(NO_CHARACTER))


@lru_cache(maxsize=4096)
def _has(family: int, character: str) -> bool:
    plain, nothing = _probe(family)
    return bytes(plain.getmask(character)) != nothing


@lru_cache(maxsize=4096)
def _family_of(character: str) -> int | None:
    return next((family for family in range(len(FILES)) if _has(family, character)), None)


@lru_cache(maxsize=2048)
def runs(text: str) -> tuple[tuple[int, str], ...]:
    """The text in pieces of one family each; marks, joiners and what stands between words stay with their run."""
    return tuple(_runs(text))


def _runs(text: str) -> Iterator[tuple[int, str]]:
    family, piece = 0, ""
    for character in _boxed(text):
        wanted = family if piece and _stays(family, character) else _family_of(character)
        if wanted is not None and wanted != family and piece:
            own = _without_loose_end(piece)
            yield family, own
            piece = piece[len(own) :]
        family = family if wanted is None else wanted
        piece += character
    if piece:
        yield family, piece


def _without_loose_end(piece: str) -> str:
    """Without the space or bracket at the end of a run from right to left, which belongs to what follows."""
    if not any(unicodedata.bidirectional(character) in ("R", "AL") for character in piece):
        return piece
    end = len(piece)
    while end and unicodedata.category(piece[end - 1])[0] in "ZPS":
        end -= 1
    return piece[:end]


def _stays(family: int, character: str) -> bool:
    if character in _JOINERS or unicodedata.category(character).startswith("M"):
        return True
    return not character.isalpha() and _has(family, character)


def _boxed(text: str) -> str:
    """The text with one box for each cluster that no family can show; every kind of space becomes a plain one."""
    shown: list[str] = []
    for cluster in clusters("".join(" " if character.isspace() else character for character in text)):
        visible = "".join(part for part in cluster if part in _JOINERS or _family_of(part) is not None)
        lacking = _family_of(cluster[0]) is None
        shown.append(BOX if lacking else visible)
    return "".join(shown)


def clusters(text: str) -> list[str]:
    """The text in pieces that must not be torn: a character with its marks, joined ones, pairs of flags."""
    pieces: list[str] = []
    for character in text:
        if pieces and _clings(pieces[-1], character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _clings(before: str, character: str) -> bool:
    category = unicodedata.category(character)
    # Marks, joiners, skin tones and tags go on what is before; a joiner or a virama takes what follows.
    modifies = category.startswith("M") or category == "Cf" or "\U0001f3fb" <= character <= "\U0001f3ff"
    flags = "\U0001f1e6" <= character <= "\U0001f1ff" and len(before) == 1 and "\U0001f1e6" <= before <= "\U0001f1ff"
    joined = before[-1] == "\u200d" or (unicodedata.combining(before[-1]) == 9 and character.isalpha())
    return modifies or flags or joined


@lru_cache(maxsize=4096)
def width(text: str, style: Style) -> float:
    """The width of one line, pixels."""
    return sum(font(family, style).getlength(piece) for family, piece in runs(text))


def write(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, style: Style, ink: int) -> None:
    """Write one line with its left end and baseline at `at`."""
    left, baseline = at
    pieces = runs(text)
    for family, piece in pieces:
        letters = font(family, style)
        draw.text((left, baseline), piece, fill=ink, font=letters, anchor="ls")
        left += letters.getlength(piece) if len(pieces) > 1 else 0


def fitted(text: str, room: int, steps: Sequence[tuple[int, int]], weight: int) -> tuple[Style, list[str]]:
    """The first of `steps` (size, most lines) at which the text fits into lines of `room` pixels, and the lines.

    Where even the last step has no room for all of it, the last line ends with an ellipsis.
    """
    for size, most in steps:
        style = Style(size, weight)
        lines = wrapped(text, room, style)
        if len(lines) <= most:
            return style, lines
    lines = lines[:most]
    lines[-1] = _shortened(lines[-1], room, style)
    return style, lines


def wrapped(text: str, room: int, style: Style) -> list[str]:
    """The text in lines of at most `room` pixels, broken at spaces, within a word only where it is too long."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if _measured(longer, style) <= room:
            line = longer
            continue
        lines += [line] if line else []
        *full, line = _broken(word, room, style)
        lines += full
    return [*lines, line] if line else lines


def balanced(text: str, room: int, style: Style) -> list[str]:
    """The text in as few lines, of about one length: for lines that stand in the middle."""
    lines = wrapped(text, room, style)
    for narrower in range(room, room // 2, -style.size // 2):
        tighter = wrapped(text, narrower, style)
        if len(tighter) > len(lines):
            break
        lines = tighter
    return lines


def _measured(line: str, style: Style) -> float:
    """The width of a line, from widths of words measured once for all sizes; never too small."""
    once = Style(MEASURED_AT, style.weight)
    words = line.split(" ")
    return (sum(width(word, once) for word in words) + width(" ", once) * (len(words) - 1)) * (
        style.size / MEASURED_AT * ROUNDING
    )


def _broken(word: str, room: int, style: Style) -> list[str]:
    if _measured(word, style) <= room:
        return [word]
    parts = [""]
    for cluster in clusters(word):
        if parts[-1] and sum(_measured(piece, style) for piece in (parts[-1], cluster)) > room:
            parts.append("")
        parts[-1] += cluster
    return parts


def _shortened(line: str, room: int, style: Style) -> str:
    pieces = clusters(line)
    while pieces and _measured("".join(pieces).rstrip() + CUT, style) > room:
        pieces.pop()
    return "".join(pieces).rstrip() + CUT
