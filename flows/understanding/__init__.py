"""Free words into values: cleaning, command words, numbers, near-misses.

Pure: no clock, no language setting. Whoever writes `haan` to an English conversation is understood.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from flows.understanding import vocabulary

CACHE_SIZE = 512
"""Texts of which a form is kept: a message is looked at from many sides in a turn, the names of choices in each."""
MAX_GUESS_LENGTH = 300
"""Characters that are looked at when guessing what a text means; what is longer is no answer to a list."""
MIN_SIMILARITY = 80
"""Likeness, in percent, from which a misspelt word counts as the word that was meant."""
MIN_COMMAND_SIMILARITY = 85
"""Likeness, in percent, from which a misspelt word counts as a command: higher than MIN_SIMILARITY, since a name must
not become one."""
MIN_SIMILARITY_LEAD = 10
"""Percent by which the second best must be less like the text: between two likely words the answer is to ask."""
MIN_GUESS_LENGTH = 4
"""Letters below which nothing is guessed: too many short words are one letter apart."""

_JOINERS = "\u200c\u200d"
_PICTURE_PARTS = re.compile("[\u20e3\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_NASALS = re.compile("[ङञणनम]\u094d(?=[क-भ])")
"""A nasal before another consonant: हिन्दी and हिंदी are the same word."""
_EDGES = " \t.,;:!।॥*_~`'\"“”‘’()[]"
_SIGNED = re.compile(r"-?\d+")


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
        return " ".join(said.casefold().strip(_EDGES).split()) or said.casefold().strip()
    folded = unicodedata.normalize("NFKC", said).casefold()
    folded = _PICTURE_PARTS.sub("", folded).replace("\u200c", "").replace("\u200d", "")
    folded = _NASALS.sub("\u0902", folded.replace("\u0901", "\u0902").replace("\u093c", ""))
    digits = "".join(_digit(character) for character in folded)
    bare = " ".join(digits.strip(_EDGES).split())
    return bare or digits.strip()


def _digit(character: str) -> str:
    return str(unicodedata.digit(character)) if unicodedata.category(character) == "Nd" else character


def word_set(words: str) -> frozenset[str]:
    """The words of a comma-separated table, each in the form in which words are compared."""
    return frozenset(plain(word) for word in words.split(",") if word.strip())


def by_word(table: Iterable[tuple[int, str]]) -> Mapping[str, int]:
    """Word to value, for a table of values and their words."""
    return {word: value for value, words in table for word in word_set(words)}


_WORDS_OF = {command: tuple(word_set(words)) for command, words in vocabulary.COMMANDS.items()}
NEVER_GUESSED = frozenset(("stop", "cancel", "cancel_pass", "delete_data"))
"""Commands that no likeness of letters leads to: see flows.understanding.intents."""
_COMMANDS = {word: command for command, words in _WORDS_OF.items() for word in words}
_SKIP = word_set(vocabulary.SKIP)
_NUMBERS = by_word(enumerate(vocabulary.NUMBERS))
_PEOPLE = word_set(vocabulary.PEOPLE)
NUMBER_WORDS, PEOPLE_WORDS = frozenset(_NUMBERS), _PEOPLE
_BESIDE_NUMBERS = word_set(vocabulary.BESIDE_NUMBERS) | _PEOPLE
_BESIDE_PLACES, _ALONE = word_set(vocabulary.BESIDE_PLACES), word_set(vocabulary.ALONE)
_ALSO = {plain(name): word_set(others) for name, others in vocabulary.ALSO_CALLED.items()}
_NEGATIONS, _BESIDE_CHOICES = word_set(vocabulary.NEGATIONS), word_set(vocabulary.BESIDE_CHOICES)
_HELLOS = word_set(vocabulary.COMMANDS["hi"]) | word_set(vocabulary.COMMANDS["start"])
_GREETINGS = tuple(f"{word} " for word in sorted(_HELLOS, key=len, reverse=True))
_REGISTER = word_set(vocabulary.COMMANDS["register"])


def command(text: str) -> str:
    """The command that the whole message is, by its name; empty when it is none."""
    word = plain(text)
    return _COMMANDS.get(word) or _COMMANDS.get(without_pictures(word), "")


def without_pictures(word: str, but: Collection[str] = ()) -> str:
    """The text without pictures among it, save those of `but`, and without what surrounds it."""
    if word.isascii():
        return word.strip(_EDGES)
    pictures = {character for character in word if unicodedata.category(character) == "So"}.difference(but)
    return "".join(" " if character in pictures else character for character in word).strip(_EDGES)


def near_command(text: str) -> str:
    """The command that the message nearly is: for moments when no question waits for an answer.

    None that is hard to take back.
    """
    word = plain(text)
    places = _nearly(word, tuple(_WORDS_OF.values()), MIN_COMMAND_SIMILARITY) if len(word) > MIN_GUESS_LENGTH else []
    found = tuple(_WORDS_OF)[places[0]] if len(places) == 1 else ""
    return "" if found in NEVER_GUESSED else found


def greeting(text: str) -> str:
    """The words after a greeting (`hi book-fair` gives `book-fair`); empty where there are none."""
    whole = " ".join(word.strip(_EDGES) for word in plain(text).split())
    if not whole.startswith(_GREETINGS):
        return ""
    word = next(word for word in _GREETINGS if whole.startswith(word))
    return whole.removeprefix(word).strip(_EDGES)


def wants_to_register(text: str) -> bool:
    """Whether a longer text asks for a registration: it begins with, or ends in, a word for it."""
    whole = plain(text)
    return any(whole.startswith(f"{word} ") or whole.endswith(f" {word}") for word in _REGISTER)


def skips(text: str) -> bool:
    """Whether the text leaves an optional question out."""
    return plain(text) in _SKIP


def number(text: str) -> int | None:
    """The whole number that the text says, in digits or words, alone or with words that change nothing.

    None where there is none, or more than one, or anything else that might mean something.
    """
    whole = plain(text)
    if whole in _NUMBERS:
        return _NUMBERS[whole]
    words = re.sub(r"(?<=\d),(?=\d{2,3}\b)", "", whole).replace(",", " ").split()
    values = [value for word in words if (value := _value(word, alone=len(words) <= 2)) is not None]
    others = [word for word in words if _value(word, alone=len(words) <= 2) is None]
    return values[0] if len(values) == 1 and all(word in _BESIDE_NUMBERS for word in others) else None


def listed_number(text: str, maximum: int) -> int | None:
    """The position in a list of `maximum` that a number means, from 0; None where the text is no such number.

    `3 people`, `just me` and `I need 2` count people or things, and are no place.
    """
    words = [word for part in plain(text).split() if (word := part.strip(_EDGES)) and word not in _BESIDE_PLACES]
    value = counted(words[0]) if len(words) == 1 and words[0] not in _ALONE and "~" not in text else None
    return value - 1 if value is not None and 1 <= value <= maximum else None


def counted(word: str) -> int | None:
    """The whole number that a single word says, in digits or letters; None where it says none."""
    return _value(word, alone=True)


def _value(word: str, *, alone: bool) -> int | None:
    if _SIGNED.fullmatch(word):
        return int(word[:12])
    # `do` is two in Hindi and a verb in English.
    return _NUMBERS.get(word) if alone or word != "do" else None


def counts_somebody(text: str) -> bool:
    """Whether a word of the text says that people are counted, so that its number is no place in a list."""
    return any(word.strip(_EDGES) in _PEOPLE for word in plain(text).split())


def nearest(word: str, among: Sequence[str]) -> str:
    """The one of these words that is meant by a misspelt one; empty when none or several could be."""
    if not MIN_GUESS_LENGTH <= len(word) <= MAX_GUESS_LENGTH:
        return ""
    ranked = sorted(((fuzz.ratio(word, other), other) for other in dict.fromkeys(among)), reverse=True)[:2]
    if not ranked or ranked[0][0] < MIN_SIMILARITY:
        return ""
    return "" if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < MIN_SIMILARITY_LEAD else ranked[0][1]


def best_choice(text: str, choices: Sequence[Sequence[str]]) -> list[int]:
    """Which of the choices, each with its names in every language, the text can mean, by position.

    One position: that one. Several: more than one fits. None: nothing does. Exact names first, then
    beginnings of three letters and more, then near-misses.
    """
    word = plain(text)
    names = [_called(choice) for choice in choices]
    exact = [place for place, own in enumerate(names) if word in own]
    if exact or not word or negates(text):
        return exact
    begun = [place for place, own in enumerate(names) if any(_begins(name, word) for name in own)]
    return begun or _nearly(word, names)


def called(text: str, choices: Sequence[Sequence[str]]) -> list[int]:
    """Which of the choices the text is the whole name of, by position."""
    word = plain(text)
    return [place for place, own in enumerate(choices) if word and word in _called(own)]


def meant_among(text: str, choices: Sequence[Sequence[str]]) -> list[int]:
    """Which of the choices is named exactly among words that change nothing of it (`hindi mein`), by position."""
    words = [word for word in re.split(r"[\s.,;:!।]+", without_pictures(plain(text))) if word]
    return called(" ".join(word for word in words if word not in _BESIDE_CHOICES), choices)


def negates(text: str) -> bool:
    """Whether some word of it says no."""
    words = re.split(r"[\s.,;:!।]+", re.sub("['’‘`´]", "", plain(text)))
    return any(word in _NEGATIONS for word in words)


def named(text: str, choices: Sequence[Sequence[str]]) -> list[int]:
    """Which of the choices the text names, by position, where no question waits.

    Whole names, else beginnings of two words and more, else near-misses of whole names.
    """
    word = plain(text)
    names = [_called(choice) for choice in choices]
    exact = [place for place, own in enumerate(names) if word in own]
    begun = [
        place for place, own in enumerate(names) if " " in word and any(name.startswith(f"{word} ") for name in own)
    ]
    return exact or begun or _nearly(word, names, MIN_COMMAND_SIMILARITY)


def _begins(name: str, word: str) -> bool:
    return len(word) >= 3 and any(word[0].isalpha() and part.startswith(word) for part in (name, *name.split()))


def _nearly(word: str, names: Sequence[Sequence[str]], near: float = MIN_SIMILARITY) -> list[int]:
    """Which of the names are like the word and begin as it does: Hinglish is no English."""
    if not MIN_GUESS_LENGTH <= len(word) <= MAX_GUESS_LENGTH:
        return []
    alike = [[name for name in own if name[:1] == word[:1]] for own in names]
    likeness = [max((fuzz.ratio(word, name) for name in own), default=0.0) for own in alike]
    best = max(likeness, default=0.0)
    return [place for place, like in enumerate(likeness) if like > best - MIN_SIMILARITY_LEAD] if best >= near else []


def _called(names: Sequence[str]) -> list[str]:
    """The names in the form in which words are compared, with what they are also called."""
    own = [plain(name) for name in names]
    return [*own, *(other for name in own for other in _ALSO.get(name, ()))]


def mentioned(text: str, choices: Sequence[Sequence[str]], words: int = 1) -> list[int]:
    """Which of the choices a longer text names in full, as whole words, by a name of at least so many `words`.

    A single one that is only named by a very short word is not counted: that may mean anything.
    """
    whole = f" {' '.join(word.strip(_EDGES + '?') for word in plain(text).split())} "
    names = [[name for name in _called(own) if len(name.split()) >= words] for own in choices]
    named = {place: [name for name in own if f" {name} " in whole] for place, own in enumerate(names)}
    places = [place for place, found in named.items() if found]
    return [] if len(places) == 1 and len(max(named[places[0]], key=len)) < MIN_GUESS_LENGTH else places
