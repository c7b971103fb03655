"""Free words into values: command words, numbers, near-misses.

Pure: no clock. Which languages are understood says flows.understanding.vocabulary: whoever writes `haan` to an English
conversation is understood where the event speaks Hindi.
"""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from flows import locale
from flows.understanding.plain_text import (
    CACHE_SIZE,
    EDGES,
    MAX_GUESS_LENGTH,
    cleaned,
    plain,
    with_latin_digits,
    without_apostrophes,
    without_pictures,
    word_set,
)
from flows.understanding.vocabulary import HARD, STOP, Vocabulary, compiled

__all__ = [
    "CACHE_SIZE",
    "MAX_GUESS_LENGTH",
    "best_choice",
    "called",
    "cleaned",
    "command",
    "counted",
    "counts_somebody",
    "greeting",
    "listed_number",
    "meant_among",
    "mentioned",
    "named",
    "near_command",
    "nearest",
    "negates",
    "number",
    "plain",
    "skips",
    "wants_to_register",
    "with_latin_digits",
    "without_pictures",
    "word_set",
]

MIN_SIMILARITY = 80
"""Likeness, in percent, from which a misspelt word counts as the word that was meant."""
MIN_COMMAND_SIMILARITY = 85
"""Likeness, in percent, from which a misspelt word counts as a command: higher than MIN_SIMILARITY, since a name must
not become one."""
MIN_SIMILARITY_LEAD = 10
"""Percent by which the second best must be less like the text: between two likely words the answer is to ask."""
MIN_GUESS_LENGTH = 4
"""Letters below which nothing is guessed: too many short words are one letter apart."""

_SIGNED = re.compile(r"-?\d+")

_NAMES = {code: locale.read(code, "language")["name"] for code in locale.CODES}
"""What the languages call themselves."""


class _CommonWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        self.of_commands = {name: tuple(spoken.words(f"commands.{name}")) for name in spoken.keys("commands")}
        own = {word: name for name, words in self.of_commands.items() for word in words}
        self.commands = {**dict.fromkeys(spoken.opt_out_words(), STOP), **own}
        self.skip = spoken.words("answers.skip")
        self.numbers = spoken.numbers("numbers.values")
        self.people = spoken.words("numbers.people")
        self.beside_numbers = spoken.words("numbers.beside") | self.people
        self.verbs, self.subjects = spoken.words("numbers.verbs"), spoken.words("numbers.subjects")
        self.beside_places, self.alone = spoken.words("choices.beside_places"), spoken.words("numbers.alone")
        self.negations, self.beside_choices = spoken.words("choices.negations"), spoken.words("choices.beside")
        hellos = spoken.words("commands.hi", "commands.start")
        self.greetings = tuple(f"{word} " for word in sorted(hellos, key=len, reverse=True))
        self.register = spoken.words("commands.register")
        self.also_called = {plain(name): spoken.words(f"choices.also_called.{code}") for code, name in _NAMES.items()}


_words = compiled(_CommonWords)


def command(text: str) -> str:
    """The command that the whole message is, by its name; empty when it is none."""
    known = _words()
    word = plain(text)
    return known.commands.get(word) or known.commands.get(without_pictures(word), "")


def near_command(text: str) -> str:
    """The command that the message nearly is: for moments when no question waits for an answer.

    None that is hard to take back.
    """
    word = plain(text)
    known = _words().of_commands
    places = _nearly(word, tuple(known.values()), MIN_COMMAND_SIMILARITY) if len(word) > MIN_GUESS_LENGTH else []
    found = tuple(known)[places[0]] if len(places) == 1 else ""
    return "" if found in HARD else found


def greeting(text: str) -> str:
    """The words after a greeting (`hi book-fair` gives `book-fair`); empty where there are none."""
    known = _words()
    whole = " ".join(word.strip(EDGES) for word in plain(text).split())
    if not whole.startswith(known.greetings):
        return ""
    word = next(word for word in known.greetings if whole.startswith(word))
    return whole.removeprefix(word).strip(EDGES)


def wants_to_register(text: str) -> bool:
    """Whether a longer text asks for a registration: it begins with, or ends in, a word for it."""
    whole = plain(text)
    return any(whole.startswith(f"{word} ") or whole.endswith(f" {word}") for word in _words().register)


def skips(text: str) -> bool:
    """Whether the text leaves an optional question out."""
    return plain(text) in _words().skip


def number(text: str) -> int | None:
    """The whole number that the text says, in digits or words, alone or with words that change nothing.

    None where there is none, or more than one, or anything else that might mean something.
    """
    known = _words()
    whole = plain(text)
    if whole in known.numbers:
        return known.numbers[whole]
    words = re.sub(r"(?<=\d),(?=\d{2,3}\b)", "", whole).replace(",", " ").split()
    values = [value for word in words if (value := _value(word, alone=len(words) <= 2)) is not None]
    others = [word for word in words if _value(word, alone=len(words) <= 2) is None]
    return values[0] if len(values) == 1 and all(word in known.beside_numbers for word in others) else None


def listed_number(text: str, maximum: int) -> int | None:
    """The position in a list of `maximum` that a number means, from 0; None where the text is no such number.

    `3 people`, `just me` and `I need 2` count people or things, and are no place.
    """
    known = _words()
    words = [word for part in plain(text).split() if (word := part.strip(EDGES)) and word not in known.beside_places]
    value = counted(words[0]) if len(words) == 1 and words[0] not in known.alone and "~" not in text else None
    return value - 1 if value is not None and 1 <= value <= maximum else None


def counted(word: str) -> int | None:
    """The whole number that a single word says, in digits or letters; None where it says none."""
    return _value(word, alone=True)


def _value(word: str, *, alone: bool) -> int | None:
    known = _words()
    if _SIGNED.fullmatch(word):
        return int(word[:12])
    # `do` is two in Hindi and a verb in English.
    return known.numbers.get(word) if alone or word not in known.verbs else None


def counts_somebody(text: str) -> bool:
    """Whether a word of the text says that people are counted, so that its number is no place in a list."""
    return any(word.strip(EDGES) in _words().people for word in plain(text).split())


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
    return called(" ".join(word for word in words if word not in _words().beside_choices), choices)


def negates(text: str) -> bool:
    """Whether some word of it says no."""
    words = re.split(r"[\s.,;:!।]+", without_apostrophes(plain(text)))
    return any(word in _words().negations for word in words)


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
    return [*own, *(other for name in own for other in _words().also_called.get(name, ()))]


def mentioned(text: str, choices: Sequence[Sequence[str]], words: int = 1) -> list[int]:
    """Which of the choices a longer text names in full, as whole words, by a name of at least so many `words`.

    A single one that is only named by a very short word is not counted: that may mean anything.
    """
    whole = f" {' '.join(word.strip(EDGES + '?') for word in plain(text).split())} "
    names = [[name for name in _called(own) if len(name.split()) >= words] for own in choices]
    named = {place: [name for name in own if f" {name} " in whole] for place, own in enumerate(names)}
    places = [place for place, found in named.items() if found]
    return [] if len(places) == 1 and len(max(named[places[0]], key=len)) < MIN_GUESS_LENGTH else places
