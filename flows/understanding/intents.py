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
from flows.understanding import MIN_COMMAND_SIMILARITY, MIN_GUESS_LENGTH
from flows.understanding.plain_text import CACHE_SIZE, MAX_GUESS_LENGTH, cleaned, plain, without_apostrophes
from flows.understanding.vocabulary import Vocabulary, compiled, current

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


class _IntentWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        self.asked = spoken.asked_commands()
        self.stops, self.unsubscribes = spoken.words("intents.stops"), spoken.words("intents.unsubscribes")
        self.ends, self.waits = spoken.words("intents.ends"), spoken.words("intents.waits")
        self.stoppers = self.stops | self.unsubscribes | self.ends
        self.asked_alone, self.removes = spoken.words("intents.asked_alone"), spoken.words("intents.removes")
        self.lists, self.messages = spoken.words("intents.lists"), spoken.words("intents.messages")
        self.as_verbs = spoken.words("intents.messages_as_verbs")
        self.sends, self.sent = spoken.words("intents.sends"), spoken.words("intents.sent")
        self.orders = self.sends | spoken.words("intents.does")
        self.messages_too = self.messages | spoken.words("intents.troubles")
        self.anything, self.wants = spoken.words("intents.anything"), spoken.words("intents.wants")
        self.negates, self.forbids = spoken.words("intents.negates"), spoken.words("intents.forbids")
        self.negates_beside, self.begs = spoken.words("intents.negates_beside"), spoken.words("agreement.begs")
        self.no_more = frozenset(tuple(phrase.split()) for phrase in spoken.words("intents.no_more"))
        self.reports, self.before_nouns = spoken.words("intents.reports"), spoken.words("intents.before_nouns")
        self.asks = spoken.words("intents.asks") - spoken.words("intents.around")
        self.me = spoken.words("intents.me")
        self.from_where = self.lists | self.me | spoken.words("intents.number")
        self.carrying = spoken.words("intents.courtesy", "intents.around")
        self.around_stopping = self.carrying.union(
            *(spoken.words("intents.around_stops"), self.stoppers, self.waits, self.messages_too, self.lists),
            *(self.orders, self.sent, self.wants, self.negates, self.asks),
        )
        self.carrying_on, self.wanting = self.carrying | self.messages, self.wants | self.asks
        self.cancels, self.passes = spoken.words("intents.cancels"), spoken.words("intents.passes")
        self.deletes, self.data = spoken.words("intents.deletes"), spoken.words("intents.data")
        self.deletes_people = spoken.words("intents.deletes_people")
        self.one_word = spoken.phrases("intents.one_word")
        self.commands = frozenset(spoken.values("commands"))
        self.near = {
            **dict.fromkeys(self.stops | self.unsubscribes, STOP),
            **{word: name for name in (CANCEL_PASS, DELETE_DATA) for word in spoken.words(f"commands.{name}")},
        }
        """Words to which a text must be near to be asked about: `end` and `band` are too like other words."""
        breaks = "|".join(map(re.escape, spoken.typed("intents.breaks")))
        self.break_ = re.compile(rf'[.,;:!?।॥…()"“”|]+|\s[-–—]+\s|\s(?:{breaks})\s')


_words = compiled(_IntentWords)
NONE, COURTESY = CommandReading(), CommandReading(plain=True)
"""A text about something else, and one that changes nothing."""


def read(text: str) -> CommandReading:
    """The wish in the text, plain or not."""
    return _read(text, current())


@lru_cache(CACHE_SIZE)
def _read(text: str, spoken: Vocabulary) -> CommandReading:
    """The wish by its text and by the words that are understood here, which `spoken` are."""
    if asked := _words().asked.get(plain(text)):
        return CommandReading(asked, addressed=True)
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
    known = _words()
    word = plain(text)
    if not MIN_GUESS_LENGTH < len(word) <= MAX_GUESS_LENGTH or read(text).command or understanding.negates(text):
        return ""
    alike = {name: fuzz.ratio(word, name) for name in known.commands if name.count(" ") == word.count(" ")}
    best = max(alike, key=lambda name: alike[name], default="")
    return known.near.get(best, "") if best and alike[best] >= MIN_COMMAND_SIMILARITY else ""


def _the_word_itself(text: str) -> str:
    command = understanding.command(text)
    return command if command in IRREVERSIBLE and "?" not in plain(f"{text}.") else ""


# --- clauses ------------------------------------------------------------------------------------


def _clauses(whole: str) -> list[tuple[str, ...]]:
    """The words of each clause, those without words left out."""
    text = without_apostrophes(plain(f"{whole}."))
    clauses = (_one_word(_bare(part)) for part in _words().break_.split(f" {text} "))
    return [words for words in clauses if words]


def _bare(part: str) -> str:
    bare = (word.strip("*_~-") for word in re.sub("[-/]", " ", understanding.without_pictures(part)).split())
    return " ".join(word for word in bare if word)


def _one_word(text: str) -> tuple[str, ...]:
    spaced = f" {text} "
    for phrase, word in _words().one_word:
        spaced = spaced.replace(f" {phrase} ", f" {word} ")
    return tuple(spaced.split())


def _clause(words: Sequence[str], question: bool) -> CommandReading:
    """The wish of one clause; NONE where it says something else."""
    known = _words()
    for wish in (_cancels(words, question), _deletes(words, question), _stops(words, question)):
        if wish.command:
            return wish
    return COURTESY if _all_in(words, known.carrying_on) and known.wanting.isdisjoint(words) else NONE


def _all_in(words: Sequence[str], known: frozenset[str]) -> bool:
    return all(word in known for word in words)


# --- to stop ------------------------------------------------------------------------------------


def _stops(words: Sequence[str], question: bool) -> CommandReading:
    known = _words()
    said = frozenset(words)
    if said & known.stoppers or (said & known.waits and (said & known.messages or said & known.asked_alone)):
        return _by_word(words, said, question)
    if said & known.negates and (said & known.messages_too or (said & known.sends and _forbids(words, said))):
        return _by_negation(words, said, question)
    return _by_removal(words, said, question)


def _by_word(words: Sequence[str], words_said: frozenset[str], question: bool) -> CommandReading:
    """`stop`, `stop messages`, `message band karo`."""
    known = _words()
    alone = _all_in(words, known.around_stopping)
    doubtful = question or bool(words_said & (known.asks | known.negates)) or _is_a_thing(words)
    about_us = bool(words_said & (known.messages | known.unsubscribes))
    if _is_a_thing(words) and not about_us:
        return NONE
    wanted = bool(words_said & known.wants) and not about_us
    certain = alone and not doubtful and not wanted and (about_us or not words_said & known.waits)
    asking = alone and (
        wanted
        or question
        or bool(words_said & known.asks)
        or bool(words_said & known.negates and words_said & known.stops)
    )
    return CommandReading(STOP, certain, certain or about_us or asking) if alone or about_us else NONE


def _is_a_thing(words: Sequence[str]) -> bool:
    """Whether a word that says stop names a thing there: `my band`, `the end`."""
    known = _words()
    return any(before in known.before_nouns and word in known.ends | known.stops for before, word in pairwise(words))


def _by_negation(words: Sequence[str], words_said: frozenset[str], question: bool) -> CommandReading:
    """`message mat bhejo`, `I don't want messages`, `no more messages`; not `message nahi aaya`."""
    known = _words()
    more = any(pair in known.no_more for pair in pairwise(words))
    if not (_forbids(words, words_said) or words_said & known.wants or more):
        return NONE
    alone, about_us = _all_in(words, known.around_stopping | known.anything), bool(words_said & known.messages_too)
    certain = alone and (about_us or words_said & known.anything) and sum(word in known.negates for word in words) == 1
    doubtful = question or bool(words_said & known.asks)
    return CommandReading(STOP, bool(certain) and not doubtful, about_us) if alone or about_us else NONE


def _forbids(words: Sequence[str], words_said: frozenset[str]) -> bool:
    """Whether sending is forbidden: by an order, wherever it stands, or by a negation beside it."""
    known = _words()
    if words_said & known.forbids and words_said & (known.orders | known.sent):
        return True
    orders = (
        (word in known.forbids and other in known.as_verbs) or _forbidden(word, other)
        for word, other in pairwise(words)
    )
    return any(orders)


def _forbidden(first: str, second: str) -> bool:
    # Behind the verb `na` begs: `bhejo na`.
    known = _words()
    return (first in known.negates_beside and second in known.orders) or (
        first in known.orders and second in known.negates_beside - known.begs
    )


def _by_removal(words: Sequence[str], words_said: frozenset[str], question: bool) -> CommandReading:
    """`remove me from your list`."""
    known = _words()
    removes = words_said & known.removes and words_said & known.from_where and not words_said & known.negates
    if not removes or not _all_in(words, known.around_stopping | known.removes):
        return NONE
    doubtful = question or bool(words_said & known.asks)
    return CommandReading(STOP, bool(words_said & known.lists) and not doubtful, addressed=not doubtful)


# --- to cancel, to delete -----------------------------------------------------------------------


def _cancels(words: Sequence[str], question: bool) -> CommandReading:
    """`please cancel`, `cancel my pass`; with more to it (`cancel my pass for sunday`) it is asked about."""
    known = _words()
    said = frozenset(words)
    if question or not said & known.cancels or said & (known.asks | known.negates | known.reports):
        return NONE
    certain = _all_in(words, known.carrying | known.cancels | known.passes)
    if said & known.passes:
        return CommandReading(CANCEL_PASS, certain)
    return CommandReading(CANCEL, plain=True) if certain else NONE


def _deletes(words_: Sequence[str], question: bool) -> CommandReading:
    """`delete my data`, `forget me`; with more to it it is asked about."""
    known = _words()
    said = frozenset(words_)
    if question or not said & known.deletes or said & (known.asks | known.negates | known.reports):
        return NONE
    certain = _all_in(words_, known.carrying | known.deletes | known.data)
    meant = said & known.data or (said & known.deletes_people and said & known.me and certain)
    return CommandReading(DELETE_DATA, certain) if meant else NONE
