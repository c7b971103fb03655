"""The words that flows understand, in the languages that are spoken where a message comes from.

They stand in `flows/locale/<code>/vocabulary.toml`. Words of all languages at once would collide (`kal`, `na`, `do`):
a conversation understands those of its event; opt-out words count in all of them. A word that means one thing in one
of these languages and another in a second one means nothing by itself: it is asked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, TypeVar, cast

from flows import locale
from flows.understanding.plain_text import plain

T = TypeVar("T")

STOP = "stop"
HARD = frozenset((STOP, "cancel", "cancel_pass", "delete_data"))
"""Commands that are hard to take back."""
_ONE_MEANING = ("commands", "answers.yes", "answers.no", "agreement.yes", "agreement.no", "numbers.values")
_DAYS = ("days.relative", "days.weekdays", "days.short_weekdays", "days.months")
MEANING = (*_ONE_MEANING, *_DAYS)
"""The tables whose words mean something by themselves; the others say what may stand beside them."""
_SAME_MEANING = {"agreement.yes": "answers.yes", "agreement.no": "answers.no", "days.short_weekdays": "days.weekdays"}
_SAY_NO_TOO = ("intents.", "doubts.", "gate", "choices.negations", "answers.no", "agreement.no", "commands.stop")
"""Tables that may have a word that says stop in another language: what they lead to is asked, or no less a stop."""
KEPT_VOCABULARIES = 64
"""Sets of languages whose words are kept ready."""


class Vocabulary:
    """The words of some languages together."""

    def __init__(self, offered: tuple[str, ...]) -> None:
        self.offered = offered
        """The languages in which people are spoken to here, the likely ones first."""
        self.languages = tuple(code for code in locale.CODES if code in (locale.SOURCE, *offered))
        """Those that are understood: the source's words are, everywhere."""
        self.compiled: dict[Callable[[Vocabulary], Any], Any] = {}
        """What modules have made of these words, each once."""
        self._kept: dict[tuple[str, ...], frozenset[str]] = {}
        self.unclear = self._unclear()
        """Words that mean different things in these languages, with what each means."""

    def words(self, *tables: str) -> frozenset[str]:
        """The words of these tables in all the languages, each in the form in which words are compared."""
        if tables not in self._kept:
            self._kept[tables] = frozenset[str]().union(*map(self._words, tables))
        return self._kept[tables]

    def _words(self, table: str) -> frozenset[str]:
        found = frozenset[str]().union(*(_words_of(code, table) for code in self.languages))
        return found.difference(self.unclear) if table.startswith(MEANING) else found

    def keys(self, table: str) -> tuple[str, ...]:
        """What the tables of a table are called: the commands of `commands`."""
        return tuple(dict.fromkeys(key for code in self.languages for key in _keys_of(code, table)))

    def values(self, table: str) -> Mapping[str, str]:
        """What each word of a table of tables stands for: `{"two": "2"}` of `numbers.values`."""
        return {word: key for key in self.keys(table) for word in self.words(f"{table}.{key}")}

    def numbers(self, table: str) -> Mapping[str, int]:
        """What each word of a table of tables stands for, where that is a number."""
        return {word: int(key) for word, key in self.values(table).items()}

    def first_words(self, table: str) -> Mapping[str, str]:
        """The first word of a table by each offered language, as it is typed there; none of an empty one."""
        tables = {code: tables_of(code).get(table, ()) for code in self.offered}
        return {code: words[0] for code, words in tables.items() if words}

    def phrases(self, table: str) -> tuple[tuple[str, str], ...]:
        """The phrases of a table that count as one word, each with that word, in the tables' order."""
        pairs = (pair for code in self.languages for pair in tables_of(code).get(table, ()))
        return tuple((plain(phrase), plain(word)) for phrase, word in (pair.split("=") for pair in pairs))

    def typed(self, *tables: str) -> tuple[str, ...]:
        """The words of these tables as they stand there, each once, the longest first: for patterns."""
        found = (word for table in tables for code in self.languages for word in tables_of(code).get(table, ()))
        return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))

    def opt_out_words(self) -> Iterator[str]:
        """The words of all other languages that stop our messages, and mean nothing else in these."""
        return (word for word in self._other_stops() if word not in self._known)

    def asked_commands(self) -> Mapping[str, str]:
        """Words that are hard to take back in one language and mean something else in another, with the command."""
        hard = {word: _hard(meanings) for word, meanings in self.unclear.items()}
        doubted = {word: STOP for word in self._other_stops() if word in self._known}
        return {word: command for word, command in {**doubted, **hard}.items() if command}

    @property
    def _known(self) -> frozenset[str]:
        stops = frozenset(word for code in self.languages for word in _words_of(code, f"commands.{STOP}"))
        return frozenset(word for code in self.languages for word in _meanings(code)) - stops

    def _other_stops(self) -> Iterator[str]:
        others = (code for code in locale.CODES if code not in self.languages)
        own = frozenset(word for code in self.languages for word in _words_of(code, f"commands.{STOP}"))
        return (word for code in others for word in _words_of(code, f"commands.{STOP}") if word not in own)

    def _unclear(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for place, code in enumerate(self.languages):
            for other in self.languages[place + 1 :]:
                for word, meanings in _colliding(code, other):
                    found[word] = found.get(word, frozenset()) | meanings
        return MappingProxyType(found)


def _hard(meanings: Iterable[str]) -> str:
    commands = (meaning.removeprefix("commands.") for meaning in sorted(meanings))
    return next((command for command in commands if command in HARD), "")


def _colliding(code: str, other: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The words that mean something else in the second language than in the first."""
    first, second = _meanings(code), _meanings(other)
    for word in first.keys() & second.keys():
        if first[word].isdisjoint(second[word]):
            yield word, first[word] | second[word]
    for hard, elsewhere, all_words in ((first, second, _all_words(other)), (second, first, _all_words(code))):
        for word, meanings in hard.items():
            if word not in elsewhere and word in all_words and _hard(meanings):
                yield word, meanings


@cache
def _meanings(code: str) -> Mapping[str, frozenset[str]]:
    """What each word of a language means by itself."""
    found: dict[str, set[str]] = {}
    for table in tables_of(code):
        group = next((group for group in MEANING if table == group or table.startswith(f"{group}.")), "")
        meaning = table.replace(group, _SAME_MEANING.get(group, group), 1)
        for word in _words_of(code, table) if group else ():
            found.setdefault(word, set()).add(meaning)
    return {word: frozenset(meanings) for word, meanings in found.items()}


@cache
def _all_words(code: str) -> frozenset[str]:
    """Every word of a language, but those that may say no or stop as well."""
    tables = (
        table for table in tables_of(code) if not table.startswith(_SAY_NO_TOO) and not table.endswith("one_word")
    )
    return frozenset(word for table in tables for word in _words_of(code, table))


@cache
def _words_of(code: str, table: str) -> frozenset[str]:
    return frozenset(plain(word) for word in tables_of(code).get(table, ()))


@cache
def _keys_of(code: str, table: str) -> tuple[str, ...]:
    return tuple(name.removeprefix(f"{table}.") for name in tables_of(code) if name.startswith(f"{table}."))


@cache
def tables_of(code: str) -> Mapping[str, tuple[str, ...]]:
    """The tables of a language by their full names (`days.relative.1`), each entry as it is typed there."""
    return dict(_flat("", locale.read(code, "vocabulary")))


def _flat(name: str, value: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    if name.endswith("one_word"):
        yield name, tuple(f"{phrase}={word}" for phrase, word in value.items())
    elif isinstance(value, str):
        yield name, tuple(" ".join(word.split()) for word in value.split(",") if word.strip())
    else:
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}".strip("."), inner)


# --- where somebody speaks ----------------------------------------------------------------------


@lru_cache(maxsize=KEPT_VOCABULARIES)
def of(languages: tuple[str, ...]) -> Vocabulary:
    """The words of these languages, made once; languages that are not ours are left out."""
    return Vocabulary(tuple(code for code in dict.fromkeys(languages) if code in locale.CODES) or (locale.SOURCE,))


_SPOKEN: ContextVar[Vocabulary] = ContextVar("spoken")


def current() -> Vocabulary:
    """The words that are understood here."""
    return _SPOKEN.get(None) or of(locale.CONFIRMED)


@contextmanager
def understood(languages: Iterable[str]) -> Iterator[None]:
    """Within this, the words of these languages are understood."""
    token = _SPOKEN.set(of(tuple(languages)))
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def compiled(make: Callable[[Vocabulary], T]) -> Callable[[], T]:
    """A function that gives what `make` makes of the words that are understood here: made once for each vocabulary."""

    def made() -> T:
        spoken = current()
        known = spoken.compiled.get(make)
        if known is None:
            known = spoken.compiled[make] = make(spoken)
        return cast("T", known)

    return made
