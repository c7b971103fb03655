"""Chooses fonts: splits a text into runs of one font family each, and into clusters that stay together.

Noto Sans carries Latin, Greek and Cyrillic; a further family carries each further script, and Noto Emoji the pictures
and signs. A character that no installed family has becomes an empty box, so that nobody takes the rest for the whole.
"""

import importlib.util
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from bot.errors import NotReady
from flows.text.languages import TABLE

PACKAGED = ("noto_sans", "noto_sans_devanagari", "noto_sans_tamil", "noto_sans_telugu", "noto_sans_arabic")
"""Fonts that are Python packages (`fontpkg-…`): one file for all weights."""
FETCHED = (
    *("noto-sans-bengali", "noto-sans-gujarati", "noto-sans-gurmukhi", "noto-sans-kannada", "noto-sans-malayalam"),
    *("noto-sans-oriya", "noto-sans-ol-chiki", "noto-sans-meetei-mayek", "noto-emoji"),
)
"""Fonts that `make assets` fetches into node_modules, a file a weight. Emoji come last: they have digits too."""
WEIGHTS = {400: "400Regular", 700: "700Bold"}
"""The weights in which text is set, and the folders in which fetched fonts have them."""
NODE_MODULES = Path(__file__).parents[3] / "node_modules"
BOX = "\u25a1"
NO_CHARACTER = "\U0010fffe"
"""A character that no font has. What a font draws for it, it draws for every character that it lacks."""
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class FontFamily:
    """A family and where its weights are; one file where it has all of them."""

    name: str
    files: tuple[Path, ...]

    def file(self, weight: int) -> Path:
        """The file of this weight."""
        return self.files[-1] if weight == max(WEIGHTS) else self.files[0]


def _packaged(name: str) -> tuple[Path, ...]:
    found = importlib.util.find_spec(f"fontpkg_{name}")
    if found is None or found.origin is None:
        return ()
    return tuple(file for file in (Path(found.origin).parent / "files").glob("*.ttf") if "Italic" not in file.name)[:1]


def _fetched(name: str) -> tuple[Path, ...]:
    folder = NODE_MODULES / "@expo-google-fonts" / name
    return tuple(next(iter((folder / weight).glob("*.ttf")), folder) for weight in WEIGHTS.values())


def _wanted() -> Iterator[tuple[str, tuple[Path, ...]]]:
    scripts = (language.font for language in TABLE.values() if language.font)
    further = (f"noto_sans_{script}" for script in scripts if f"noto-sans-{script}" not in FETCHED)
    yield from ((name, _packaged(name)) for name in dict.fromkeys((*PACKAGED, *further)))
    yield from ((name, _fetched(name)) for name in FETCHED)


FAMILIES = tuple(FontFamily(name, files) for name, files in _wanted() if files and all(map(Path.is_file, files)))
"""The families that are there, in the order in which they are asked for a character."""
MISSING = tuple(name for name, _files in _wanted() if name not in [family.name for family in FAMILIES])
"""Those that should be there: what is written in them is drawn as boxes until `make assets` has fetched them."""


def all_there() -> str:
    """How many families there are. Raises NotReady with those that are not."""
    if MISSING:
        raise NotReady(f"no letters of {', '.join(MISSING)} can be drawn on passes: make assets")
    return f"{len(FAMILIES)} families"


@cache
def _probe(family: int) -> tuple[ImageFont.FreeTypeFont, bytes]:
    plain = ImageFont.truetype(FAMILIES[family].files[0], 24, layout_engine=ImageFont.Layout.BASIC)
    return plain, bytes(plain.getmask(NO_CHARACTER))


@lru_cache(maxsize=4096)
def _has(family: int, character: str) -> bool:
    plain, nothing = _probe(family)
    return bytes(plain.getmask(character)) != nothing


@lru_cache(maxsize=4096)
def _family_of(character: str) -> int | None:
    return next((family for family in range(len(FAMILIES)) if _has(family, character)), None)


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
