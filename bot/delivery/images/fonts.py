"""Chooses fonts: splits a text into runs of one font family each, and into clusters that stay together.

Noto Sans carries Latin, Greek, Cyrillic and Devanagari; a further family carries each further script. A
character that no installed family has becomes an empty box, so that nobody takes the rest for the whole.
"""

import importlib.util
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from flows.text.languages import TABLE

SCRIPTS = dict.fromkeys((*(language.font for language in TABLE.values()), "tamil", "telugu", "arabic"))
"""Scripts with a font of their own: of our languages, and further ones in which people write their names."""
FAMILIES = ("fontpkg_noto_sans", *(f"fontpkg_noto_sans_{script}" for script in SCRIPTS if script))
"""Packages of fonts in the order in which they are asked for a character; those of our languages are always there."""
BOX = "\u25a1"
NO_CHARACTER = "\U0010fffe"
"""A character that no font has. What a font draws for it, it draws for every character that it lacks."""
_JOINERS = "\u200c\u200d"


def _file(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return None
    upright = (file for file in (Path(found.origin).parent / "files").glob("*.ttf") if "Italic" not in file.name)
    return next(upright, None)


FILES = tuple(file for package in FAMILIES if (file := _file(package)))


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
    """The run without the space or bracket at its end, which belongs to the text after a run from right to left."""
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
