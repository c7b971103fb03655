"""Reads wishes that are hard to take back: stop, cancel, delete my data.

A plain wish is the word itself, or the word among others that change nothing (`please stop`, `message mat bhejo`).
With a negation, a question or anything else beside it, it is none: it is asked about where it is about us, and
otherwise means something else (`bus stop`). Likeness of letters never makes a wish.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from flows import understanding
from flows.understanding import (
    CACHE_SIZE,
    MAX_GUESS_LENGTH,
    MIN_COMMAND_SIMILARITY,
    MIN_GUESS_LENGTH,
    cleaned,
    plain,
    vocabulary,
    word_set,
)
from flows.understanding.vocabulary import intents as intent_vocabulary

STOP, CANCEL, CANCEL_PASS, DELETE_DATA = "stop", "cancel", "cancel_pass", "delete_data"
IRREVERSIBLE = (STOP, CANCEL_PASS, DELETE_DATA)
"""Commands, by their names in flows.understanding.vocabulary, that are never guessed."""


@dataclass(frozen=True, slots=True)
class CommandReading:
    """A wish in a text."""

    command: str = ""
    """Empty: none of these."""
    plain: bool = False
    """Whether it is beyond doubt; else it must be asked."""
    addressed: bool = False
    """Whether it can only be said to us: it is asked about even where any words are an answer."""


NONE, COURTESY = CommandReading(), CommandReading(plain=True)
"""A text about something else, and one that changes nothing."""


@lru_cache(CACHE_SIZE)
def read(text: str) -> CommandReading:
    """The wish in the text, plain or not."""
    if command := _the_word_itself(text):
        return CommandReading(command, plain=True, addressed=True)
    whole = cleaned(text.replace("\n", ". "))
    if not whole or len(whole) > MAX_GUESS_LENGTH:
        return NONE
    question = "?" in plain(f"{whole}.")
    found = [_clause(words, question) for words in _clauses(whole)]
    wishes = [wish for wish in found if wish.command]
    if not wishes:
        return NONE
    certain = all(wish.plain for wish in found) and len({wish.command for wish in wishes}) == 1
    return CommandReading(wishes[0].command, certain, any(wish.addressed for wish in wishes))


def command(text: str) -> str:
    """The command that the whole text is, by its name in flows.understanding.vocabulary; empty when it is none.

    One that is hard to take back only where it is wished plainly.
    """
    wish, word = read(text), understanding.command(text)
    if wish.command and wish.plain:
        return wish.command
    return "" if word in IRREVERSIBLE else word


def near(text: str) -> str:
    """Which of these commands the whole text is nearly: to be asked about, where no question waits."""
    word = plain(text)
    if not MIN_GUESS_LENGTH < len(word) <= MAX_GUESS_LENGTH or read(text).command or understanding.negates(text):
        return ""
    alike = {name: fuzz.ratio(word, name) for name in _COMMANDS if name.count(" ") == word.count(" ")}
    best = max(alike, key=lambda name: alike[name], default="")
    return _NEAR.get(best, "") if best and alike[best] >= MIN_COMMAND_SIMILARITY else ""


def _the_word_itself(text: str) -> str:
    command = understanding.command(text)
    return command if command in IRREVERSIBLE and "?" not in plain(f"{text}.") else ""


# --- clauses ------------------------------------------------------------------------------------

_BREAK = re.compile('[.,;:!?।॥…()"“”|]+|\\s[-–—]+\\s|\\s(?:and|then|aur|और)\\s')
_APOSTROPHES = re.compile("['’‘`´]")


def _clauses(whole: str) -> list[tuple[str, ...]]:
    """The words of each clause, those without words left out."""
    text = _APOSTROPHES.sub("", plain(f"{whole}."))
    clauses = (_one_word(_words(part)) for part in _BREAK.split(f" {text} "))
    return [words for words in clauses if words]


def _words(part: str) -> str:
    bare = (word.strip("*_~-") for word in re.sub("[-/]", " ", understanding.without_pictures(part)).split())
    return " ".join(word for word in bare if word)


def _one_word(text: str) -> tuple[str, ...]:
    spaced = f" {text} "
    for phrase, word in _ONE_WORD:
        spaced = spaced.replace(f" {phrase} ", f" {word} ")
    return tuple(spaced.split())


def _clause(words: Sequence[str], question: bool) -> CommandReading:
    """The wish of one clause; NONE where it says something else."""
    for wish in (_cancels(words, question), _deletes(words, question), _stops(words, question)):
        if wish.command:
            return wish
    return COURTESY if _all_in(words, _CARRYING_ON) and _WANTING.isdisjoint(words) else NONE


def _all_in(words: Sequence[str], known: frozenset[str]) -> bool:
    return all(word in known for word in words)


# --- to stop ------------------------------------------------------------------------------------


def _stops(words: Sequence[str], question: bool) -> CommandReading:
    said = frozenset(words)
    if said & _STOPPERS or (said & _WAITS and (said & _MESSAGES or said & _ASKED_ALONE)):
        return _by_word(words, said, question)
    if said & _NEGATES and (said & _MESSAGES_TOO or (said & _SENDS and _forbids(words, said))):
        return _by_negation(words, said, question)
    return _by_removal(words, said, question)


def _by_word(words: Sequence[str], words_said: frozenset[str], question: bool) -> CommandReading:
    """`stop`, `stop messages`, `message band karo`."""
    alone = _all_in(words, _AROUND_STOPPING)
    doubtful = question or bool(words_said & (_ASKS | _NEGATES)) or _is_a_thing(words)
    about_us = bool(words_said & (_MESSAGES | _UNSUBSCRIBES))
    if _is_a_thing(words) and not about_us:
        return NONE
    wanted = bool(words_said & _WANTS) and not about_us
    certain = alone and not doubtful and not wanted and (about_us or not words_said & _WAITS)
    asking = alone and (
        wanted or question or bool(words_said & _ASKS) or bool(words_said & _NEGATES and words_said & _STOPS)
    )
    return CommandReading(STOP, certain, certain or about_us or asking) if alone or about_us else NONE


def _is_a_thing(words: Sequence[str]) -> bool:
    """Whether a word that says stop names a thing there: `my band`, `the end`."""
    return any(before in _BEFORE_NOUNS and word in _ENDS | _STOPS for before, word in pairwise(words))


def _by_negation(words: Sequence[str], words_said: frozenset[str], question: bool) -> CommandReading:
    """`message mat bhejo`, `I don't want messages`, `no more messages`; not `message nahi aaya`."""
    more = any(pair in (("no", "more"), ("no", "further")) for pair in pairwise(words))
    if not (_forbids(words, words_said) or words_said & _WANTS or more):
        return NONE
    alone, about_us = _all_in(words, _AROUND_STOPPING | _ANYTHING), bool(words_said & _MESSAGES_TOO)
    certain = alone and (about_us or words_said & _ANYTHING) and sum(word in _NEGATES for word in words) == 1
    doubtful = question or bool(words_said & _ASKS)
    return CommandReading(STOP, bool(certain) and not doubtful, about_us) if alone or about_us else NONE


def _forbids(words: Sequence[str], words_said: frozenset[str]) -> bool:
    """Whether sending is forbidden: by an order, wherever it stands, or by a negation beside it."""
    if words_said & _FORBIDS and words_said & (_ORDERS | _SENT):
        return True
    orders = ((word in _FORBIDS and other in _AS_VERBS) or _forbidden(word, other) for word, other in pairwise(words))
    return any(orders)


def _forbidden(first: str, second: str) -> bool:
    # Behind the verb `na` begs: `bhejo na`.
    return (first in _NEGATES_BESIDE and second in _ORDERS) or (first in _ORDERS and second in _NEGATES_BESIDE - _BEGS)


def _by_removal(words: Sequence[str], words_said: frozenset[str], question: bool) -> CommandReading:
    """`remove me from your list`."""
    removes = words_said & _REMOVES and words_said & _FROM_WHERE and not words_said & _NEGATES
    if not removes or not _all_in(words, _AROUND_STOPPING | _REMOVES):
        return NONE
    doubtful = question or bool(words_said & _ASKS)
    return CommandReading(STOP, bool(words_said & _LISTS) and not doubtful, addressed=not doubtful)


# --- to cancel, to delete -----------------------------------------------------------------------


def _cancels(words: Sequence[str], question: bool) -> CommandReading:
    """`please cancel`, `cancel my pass`; with more to it (`cancel my pass for sunday`) it is asked about."""
    said = frozenset(words)
    if question or not said & _CANCELS or said & (_ASKS | _NEGATES | _REPORTS):
        return NONE
    certain = _all_in(words, _CARRYING | _CANCELS | _PASSES)
    if said & _PASSES:
        return CommandReading(CANCEL_PASS, certain)
    return CommandReading(CANCEL, plain=True) if certain else NONE


def _deletes(words_: Sequence[str], question: bool) -> CommandReading:
    """`delete my data`, `forget me`; with more to it it is asked about."""
    said = frozenset(words_)
    if question or not said & _DELETES or said & (_ASKS | _NEGATES | _REPORTS):
        return NONE
    certain = _all_in(words_, _CARRYING | _DELETES | _DATA)
    meant = said & _DATA or (said & _DELETES_PEOPLE and said & _ME and certain)
    return CommandReading(DELETE_DATA, certain) if meant else NONE


# --- words --------------------------------------------------------------------------------------

_STOPS = word_set(intent_vocabulary.STOPS)
_UNSUBSCRIBES = word_set(intent_vocabulary.UNSUBSCRIBES)
_ENDS = word_set(intent_vocabulary.ENDS)
_STOPPERS = _STOPS | _UNSUBSCRIBES | _ENDS
_WAITS = word_set(intent_vocabulary.WAITS)
_ASKED_ALONE = word_set(intent_vocabulary.ASKED_ALONE)
_REMOVES, _LISTS = word_set(intent_vocabulary.REMOVES), word_set(intent_vocabulary.LISTS)
_MESSAGES, _AS_VERBS = word_set(intent_vocabulary.MESSAGES), word_set(intent_vocabulary.MESSAGES_AS_VERBS)
_SENDS, _SENT = word_set(intent_vocabulary.SENDS), word_set(intent_vocabulary.SENT)
_ORDERS = _SENDS | word_set(intent_vocabulary.DOES)
_MESSAGES_TOO = _MESSAGES | word_set(intent_vocabulary.TROUBLES)
_ANYTHING = word_set(intent_vocabulary.ANYTHING)
_WANTS = word_set(intent_vocabulary.WANTS)
_NEGATES, _FORBIDS = word_set(intent_vocabulary.NEGATES), word_set(intent_vocabulary.FORBIDS)
_NEGATES_BESIDE, _BEGS = word_set(intent_vocabulary.NEGATES_BESIDE), word_set("na, ना, न")
_REPORTS = word_set(intent_vocabulary.REPORTS)
_ASKS = word_set(intent_vocabulary.ASKS) - word_set(intent_vocabulary.AROUND)
_BEFORE_NOUNS = word_set(intent_vocabulary.BEFORE_NOUNS)
_ME, _NUMBER = word_set(intent_vocabulary.ME), word_set("number, नंबर")
_FROM_WHERE = _LISTS | _ME | _NUMBER
_CARRYING = word_set(intent_vocabulary.COURTESY) | word_set(intent_vocabulary.AROUND)
_AROUND_STOPPING = (
    _CARRYING
    | word_set(intent_vocabulary.AROUND_STOPS)
    | _STOPPERS
    | _WAITS
    | _MESSAGES_TOO
    | _LISTS
    | _ORDERS
    | _SENT
    | _WANTS
    | _NEGATES
    | _ASKS
)
_CARRYING_ON, _WANTING = _CARRYING | _MESSAGES, _WANTS | _ASKS
_CANCELS, _PASSES = word_set(intent_vocabulary.CANCELS), word_set(intent_vocabulary.PASSES)
_DELETES, _DATA = word_set(intent_vocabulary.DELETES), word_set(intent_vocabulary.DATA)
_DELETES_PEOPLE = word_set(intent_vocabulary.DELETES_PEOPLE)
_ONE_WORD = tuple((plain(phrase), plain(word)) for phrase, word in intent_vocabulary.ONE_WORD.items())
_COMMANDS = frozenset(word for words in vocabulary.COMMANDS.values() for word in word_set(words))
_NEAR = {
    **dict.fromkeys(_STOPS | _UNSUBSCRIBES, STOP),
    **{word: name for name in (CANCEL_PASS, DELETE_DATA) for word in word_set(vocabulary.COMMANDS[name])},
}
"""Words to which a text must be near to be asked about: `end` and `band` are too like other words."""
