"""The forms in which words are kept and compared, whatever their language."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

CACHE_SIZE = 512
"""Texts of which a form is kept: a message is looked at from many sides in a turn, the names of choices in each."""
MAX_GUESS_LENGTH = 300
"""Characters that are looked at when guessing what a text means; what is longer is no answer to a list."""
EDGES = " \t.,;:!।॥*_~`'\"“”‘’()[]"
"""What may surround a word and says nothing."""

_JOINERS = "\u200c\u200d"
_PICTURE_PARTS = re.compile("[\u20e3\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_NASALS = re.compile("[ङञणनम]\u094d(?=[क-भ])")
"""A nasal before another consonant: हिन्दी and हिंदी are the same word."""

MIN_LETTERS = 3
"""Letters of a name that a search needs (docs/contract.md#roster-numbers-in-the-chat)."""


def letter_count(text: str) -> int:
    """How many letters a text has, with vowel signs and the like: in Devanagari many characters are marks on others."""
    return sum(unicodedata.category(character)[0] in "LM" for character in text)


@lru_cache(CACHE_SIZE)
def cleaned(text: str, *, lines: bool = False) -> str:
    """The text without control, invisible and direction-override characters, spaces collapsed.

    Joiners stay: Indian scripts and family emoji need them. With `lines` line breaks stay too.
    """
    if text.isascii() and text.isprintable():  # a list has millions of such cells
        return " ".join(text.split())
    kept = "".join(_kept_character(character) for character in unicodedata.normalize("NFC", text))
    if lines:
        return "\n".join(line for line in (" ".join(part.split()) for part in kept.split("\n")) if line)
    return " ".join(kept.split())


def _kept_character(character: str) -> str:
    if character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp") or character in "\t\r\v\f":
        return " "
    if character == "\n":
        return character
    return "" if category in ("Cc", "Cf", "Cs", "Co") else character


@lru_cache(CACHE_SIZE)
def plain(text: str) -> str:
    """The form in which words are compared: no case, no look-alikes, ASCII digits, no outer punctuation."""
    said = cleaned(text)[:MAX_GUESS_LENGTH]
    if said.isascii():
        return " ".join(said.casefold().strip(EDGES).split()) or said.casefold().strip()
    folded = unicodedata.normalize("NFKC", said).casefold()
    folded = _PICTURE_PARTS.sub("", folded).replace("\u200c", "").replace("\u200d", "")
    folded = _NASALS.sub("\u0902", folded.replace("\u0901", "\u0902").replace("\u093c", ""))
    digits = with_latin_digits(folded)
    bare = " ".join(digits.strip(EDGES).split())
    return bare or digits.strip()


def with_latin_digits(text: str) -> str:
    """The text with the digits of every script as 0 to 9."""
    return "".join(map(_digit, text))


def _digit(character: str) -> str:
    return str(unicodedata.digit(character)) if unicodedata.category(character) == "Nd" else character


def without_pictures(word: str, but: Collection[str] = ()) -> str:
    """The text without pictures among it, save those of `but`, and without what surrounds it."""
    if word.isascii():
        return word.strip(EDGES)
    pictures = {character for character in word if unicodedata.category(character) == "So"}.difference(but)
    return "".join(" " if character in pictures else character for character in word).strip(EDGES)


def without_apostrophes(text: str) -> str:
    """A text in which `don't` is `dont`, however its apostrophe is written."""
    return re.sub("['’‘`´]", "", text)


def word_set(words: str) -> frozenset[str]:
    """The words of a comma-separated text, each in the form in which words are compared."""
    return frozenset(plain(word) for word in words.split(",") if word.strip())
