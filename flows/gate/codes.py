"""Finds pass codes and QR texts in a message, each with its number of people."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from flows import understanding
from flows.shapes import Invalid
from flows.understanding import codes
from flows.understanding.vocabulary import Vocabulary, compiled

MIN_TOKEN_LENGTH = 60
"""Characters from which a word without sense is taken for the token of a QR; ours have over a hundred."""
NEGATIVE_SIGNS = frozenset("❌✖✗✘❎🚫⛔🛑👎⚠🙅")
"""Pictures that say no: a pass beside one of them is not simply to be let in. All others say nothing."""
_EDGES = "*_~`.,;:!?\"'“”‘’()[]<>।"
_SHAPES = ((8,), (4, 4), (2, 2, 2, 2), (1,) * 8)
"""How people space the eight characters of a code."""
_DIGITS = re.compile(r"\d{4}-?\d{4}")
_TWICE_DIGITS = re.compile(r"\d[^\d]+\d")
"""A word with a number at one end is no code with a mistake in it: `gate0002`."""
_AS_SHOWN = re.compile("[0-9A-Z]{4}-[0-9A-Z]{4}")
_PREFIX = re.compile(r"(?m)^\s*\\\d{6}")
"""What a hardware scanner types before a QR's text (docs/contract.md#check-in-results)."""
_KEYCAP = re.compile("(\\d)\ufe0f?\u20e3")
_IN_A_RING = {0x2460 + place: f" {place + 1}) " for place in range(20)}
_TOKEN = re.compile(r"(?=.*[A-Z])(?=.*[2-7])[A-Z2-7]{60,}")
_PART = re.compile(r"(?=.*\d)(?=.*[A-Z])[0-9A-Z]{1,4}-?[0-9A-Z]{0,4}")
PART_LENGTHS = range(4, codes.LENGTH)
"""Characters of what is taken for part of a code."""
_TIMES = re.compile(r"[x×](\d{1,4})")


class _CountWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        self.one, self.people = spoken.words("gate_words.one"), spoken.words("numbers.people")
        self.beside_counts = spoken.words("gate_words.beside_counts")


_words = compiled(_CountWords)


@dataclass(frozen=True, slots=True)
class FoundCodes:
    """A code or QR text at the beginning of some words."""

    text: str
    rest: Sequence[str]
    """The words after it."""
    spaced: bool = False
    """Whether it was written as several words."""


def folded(text: str) -> str:
    """Full-width letters and every script's digits as ASCII has them, long dashes as hyphens, no scanner's prefix.

    Numbers on keys and in rings become those of a list.
    """
    numbered = _KEYCAP.sub(r" \1) ", text.translate(_IN_A_RING))
    return _PREFIX.sub("", "".join(map(_folded, unicodedata.normalize("NFKC", numbered))))


def _folded(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Pd":
        return "-"
    return str(unicodedata.digit(character)) if category == "Nd" else character


def part_length(text: str) -> int:
    """How many characters a message has that is one word like a code, but shorter; 0 for any other."""
    word = understanding.cleaned(folded(text)).upper()
    length = len(word.replace("-", ""))
    return length if _PART.fullmatch(word) and length in PART_LENGTHS else 0


_DOUBTS = frozenset("?؟~")


def doubts(line: str) -> bool:
    """Whether a folded line asks something, in so much as a mark, or strikes it out: that lets nobody in."""
    return any(not _DOUBTS.isdisjoint(part) for part in line.split() if not is_qr(part))


def words_of(line: str) -> list[str]:
    """The words of a folded line. Whatever is no letter, digit or hyphen only separates; QR texts stay whole."""
    return [word for part in line.split() for word in _split(part.strip(_EDGES))]


def _split(part: str) -> list[str]:
    if is_qr(part):
        return [part]
    kept = "".join(map(_kept_character, part)).split()
    return [word for word in (word.strip("-") for word in kept) if word]


def _kept_character(character: str) -> str:
    if character in NEGATIVE_SIGNS:
        return f" {character} "
    if character in "\u200c\u200d\ufe0e\ufe0f":
        return ""
    return character if character == "-" or unicodedata.category(character)[0] in "LMN" else " "


# --- codes --------------------------------------------------------------------------------------


def is_code(text: str) -> bool:
    """Whether it is a code with its right check character."""
    return _trouble(text) == ""


def is_mistyped(text: str) -> bool:
    """Whether it has the form of a code, but one character is wrong."""
    return _trouble(text) == "mistyped_code"


def _trouble(text: str) -> str:
    try:
        codes.parse(text)
    except Invalid as no:
        return no.code
    return ""


def is_qr(word: str) -> bool:
    """Whether it is the text of a QR, or its token alone."""
    upper = word.upper()
    return "/P/" in upper or (len(upper) >= MIN_TOKEN_LENGTH and re.fullmatch("[A-Z0-9]+", upper) is not None)


def at_start(words: Sequence[str]) -> FoundCodes | None:
    """The code or QR text with which these words begin, or what is nearly one; None where there is none."""
    return _with_form(words) or _nearly(words)


def _with_form(words: Sequence[str]) -> FoundCodes | None:
    if words and is_qr(words[0]):
        return FoundCodes(words[0], words[1:])
    parts: list[int] = []
    for place, word in enumerate(words[:8], 1):
        parts.append(len(word.replace("-", "")))
        text = "".join(words[:place])
        if tuple(parts) in _SHAPES and _has_form(text):
            return FoundCodes(text, words[place:], spaced=place > 1)
    return None


def _has_form(text: str) -> bool:
    if re.fullmatch(r"[\d-]+", text) and not _DIGITS.fullmatch(text):  # a date
        return False
    return is_code(text) or is_mistyped(text)


def _nearly(words: Sequence[str]) -> FoundCodes | None:
    """A code with a character too many or too few."""
    if words and _means_a_code(words[0]):
        return FoundCodes(words[0], words[1:])
    both = " ".join(words)
    is_one = len(words) == 2 and _with_form(words[1:]) is None and _means_a_code(both)
    return FoundCodes(both, (), spaced=True) if is_one else None


def _means_a_code(text: str) -> bool:
    bare = text.replace(" ", "").replace("-", "")
    digits = sum(character.isdigit() for character in bare)
    near = 6 <= len(bare) <= 10 and bare.isascii() and bare.isalnum() and not bare.isdigit()
    return near and (digits >= 2 or (digits >= 1 and "-" in text))


def can_stand_alone(codes: FoundCodes) -> bool:
    """Whether it is meant as a code where nothing else stands there: a word of eight letters is none by chance."""
    if is_qr(codes.text) or any(map(str.isdigit, codes.text)):
        return True
    if codes.spaced:
        return codes.text.isupper() and is_code(codes.text)
    return "-" in codes.text or is_code(codes.text)


def is_beyond_doubt(codes: FoundCodes) -> bool:
    """Whether it can be nothing but a code, whatever stands beside it: `fake pass` has the form of one as well."""
    text = codes.text
    if is_qr(text):
        tail = text.upper().rpartition("/P/")[2]
        return _TOKEN.fullmatch(tail) is not None or (tail != text.upper() and is_code(tail))
    if is_code(text) and any(map(str.isdigit, text)):
        return True
    if _AS_SHOWN.fullmatch(text):
        return any(map(str.isalpha, text))  # `2026-2027` are years
    return not codes.spaced and _TWICE_DIGITS.search(text) is not None


def seen(line: str) -> int:
    """How many passes stand among the words of a line, without those that may be words or other numbers."""
    words: Sequence[str] = words_of(line)
    count = 0
    while words:
        found = at_start(words)
        plainly = found is not None and is_beyond_doubt(found) and not found.text.isdigit()
        count += plainly
        words = found.rest if found and plainly else words[1:]
    return count


# --- people -------------------------------------------------------------------------------------


def count_at_start(words: Sequence[str]) -> tuple[int | None, Sequence[str]]:
    """The number of people that stands before the next code, and the words after it: `2`, `x2`, `only two people`."""
    known = _words()
    rest = words[1:] if words and understanding.plain(words[0]) in known.beside_counts else words
    number = _number(rest[0]) if rest else None
    if number is None or _with_form(rest) is not None:
        return None, words
    rest = rest[1:]
    while rest and understanding.plain(rest[0]) in known.people | known.beside_counts:
        rest = rest[1:]
    return number, rest


def _number(word: str) -> int | None:
    """Digits, or the word of a number; no phrase that only comes to one."""
    times = _TIMES.fullmatch(word.lower())
    digits = times[1] if times else word
    if digits.isdecimal():
        return int(digits[:12])
    value = understanding.number(word) if word.isalpha() or not word.isascii() else None
    return value if value != 1 or understanding.plain(word) in _words().one else None
