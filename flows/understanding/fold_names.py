"""Folds names for searching: case, width, accents and apostrophes make no difference."""

import re
import unicodedata

from flows.understanding import plain

MARKS_WITHIN = re.compile("['’‘ʼʻʹ′´`＇.·\u2010-\u2015-]+")
"""Apostrophes, points and hyphens of every kind: D'Souza, A.K., Anne-Marie."""
MAX_WORDS = 12
"""Words of one name at most: more are a sentence."""
MAX_WORD_LENGTH = 40
"""Characters of a word that are compared."""
_NUKTA = 7
"""The combining class of the dot that many write without (Unicode Standard, 4.3)."""


def words(text: str) -> tuple[str, ...]:
    """The folded words of a name, each once; of a word with marks within also its parts (`dsouza`, `d`, `souza`)."""
    found = [word for typed in _typed(text) for word in ("".join(typed), *typed)]
    return tuple(dict.fromkeys(word[:MAX_WORD_LENGTH] for word in found))[:MAX_WORDS]


def asked(text: str) -> tuple[tuple[str, ...], ...]:
    """The words of a search, each as its parts: a name has all of them, or has them joined."""
    return tuple(_typed(text))[:MAX_WORDS]


def _typed(text: str) -> list[tuple[str, ...]]:
    return [parts for word in plain(text).split() if (parts := _parts(word))]


def _parts(word: str) -> tuple[str, ...]:
    pieces = ("".join(map(_base_character, unicodedata.normalize("NFD", piece))) for piece in MARKS_WITHIN.split(word))
    return tuple(unicodedata.normalize("NFC", piece)[:MAX_WORD_LENGTH] for piece in pieces if piece)


def _base_character(character: str) -> str:
    """The character, if it tells words apart."""
    category = unicodedata.category(character)
    if category == "Mn":
        return "" if _is_an_accent(character) else character
    return character if category[0] in "LNM" else ""


def _is_an_accent(mark: str) -> bool:
    """Marks of Indian scripts are vowels and carry their script's name; the accents of others are COMBINING ones."""
    return unicodedata.combining(mark) == _NUKTA or unicodedata.name(mark, "").startswith("COMBINING")
