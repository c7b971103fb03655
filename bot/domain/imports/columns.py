"""What each column of a file holds: guessed from its heading in English or Hindi, or told by the user."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.imports.cells import text
from bot.domain.imports.heads import (
    DAY,
    FIRST,
    HEADS,
    KIND,
    LAST,
    MIDDLE,
    NAME,
    TICKETS,
    bare,
    exact,
    likely,
)
from bot.domain.imports.unreadable import UnreadableFile
from flows.shapes import Question
from flows.understanding import nearest, plain

TWIN = "import_twin"
OUR_OWN = ("import_row", "import_problem", TWIN)
"""What a file of bad rows has besides the columns of the file that they are from."""
ANSWER = "answer_"
"""Prefix of a question's name in the head of a column, as exports have it."""
NEEDED = NAME
Names = Mapping[str, frozenset[str]]
"""How the event's own questions may be headed."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The place of each value in a row."""

    heads: tuple[str, ...]
    places: Mapping[str, int]
    """The column's place by NAME, PHONE, … and `answer_<question>`."""
    ignored: tuple[str, ...]
    """The heads of columns that say nothing that is known here."""
    defaults: Mapping[str, str]
    """What holds where a row says nothing."""
    name_parts: tuple[int, ...] = ()
    """The columns that make a name together, in its order; empty: one column has it."""

    @property
    def of_file(self) -> list[tuple[int, str]]:
        """The places and heads of the file's own columns, without those that a file of bad rows has besides."""
        return [(place, head) for place, head in enumerate(self.heads) if head not in OUR_OWN]

    def text_of(self, cells: Sequence[Any], thing: str) -> str:
        """The cell of a row for this value, else the default for all rows; empty: nothing."""
        if thing == NAME and self.name_parts:
            said = _joined(text(cells[place]) for place in self.name_parts if place < len(cells))
        else:
            place = self.places.get(thing, len(cells))
            said = text(cells[place]) if place < len(cells) else ""
        return said or self.defaults.get(thing, "")

    def twin(self, cells: Sequence[Any]) -> int:
        """The how many-eth of its name a row was in the file that it came from; 0: that file does not say."""
        place = self.heads.index(TWIN) if TWIN in self.heads else len(cells)
        said = text(cells[place]) if place < len(cells) else ""
        return int(said[:6]) if said.isdecimal() else 0

    def head(self, thing: str) -> str:
        """How the column of a thing is headed; where there is none, the thing's own name."""
        if thing == NAME and self.name_parts:
            return " + ".join(self.heads[place] for place in self.name_parts)
        return self.heads[self.places[thing]] if thing in self.places else thing


def _joined(parts: Iterable[str]) -> str:
    """The parts of a name; a last one that stands in the first already is not said twice."""
    name = ""
    for part in filter(None, parts):
        if not f" {plain(name)}".endswith(f" {plain(part)}"):
            name = f"{name} {part}".strip()
    return name


@dataclass(frozen=True, slots=True)
class HeadGuesses:
    """The names that columns may have at one event."""

    names: Names
    given: Sequence[tuple[str, str]] = ()
    several_kinds: bool = False

    def thing(self, head: str) -> str:
        """What a column holds, by its heading; empty where that is not known."""
        said = bare(head)
        own = next((thing for thing, known in self.names.items() if said in known), "")
        if not (found := exact(head) or own) and plain(head) in TICKETS:
            return KIND if self.several_kinds else ""
        return found or likely(head)

    def known(self, heads: Sequence[str]) -> frozenset[str]:
        """Which things a row of heads names."""
        told = {plain(side) for pair in self.given for side in pair}
        return frozenset(self.thing(head) or head for head in heads if self.thing(head) or plain(head) in told)


def head_guesses(
    questions: Iterable[Question], given: Sequence[tuple[str, str]] = (), *, several_kinds: bool
) -> HeadGuesses:
    """How columns are known at an event with these questions; see `match_columns` for `given`."""
    names = dict[str, frozenset[str]]()
    for question in questions:
        labels = {bare(label) for label in (question.name, *question.labels.values()) if not exact(label)}
        names[ANSWER + question.name] = frozenset({bare(ANSWER + question.name), *labels})
    return HeadGuesses(names, given, several_kinds)


def match_columns(
    heads: Sequence[str],
    questions: Iterable[Question],
    given: Sequence[tuple[str, str]] = (),
    defaults: Mapping[str, str] | None = None,
    *,
    several_kinds: bool = False,
) -> ColumnMap:
    """The columns of a file; `given` has pairs of a head and the thing that stands there (empty: to be ignored).

    Raises UnreadableFile: `no_such_head` (`head`, `nearest`), `no_such_thing` (`thing`, `there`), `two_columns`
    (`thing`, `heads`), `no_column` (`thing`, `heads`).
    """
    guess = head_guesses(questions, given, several_kinds=several_kinds)
    chosen = dict(_given_columns(heads, guess))
    taken = {thing for thing in chosen.values() if thing}
    found = defaultdict[str, list[int]](list)
    for place, head in enumerate(heads):
        thing = chosen[place] if place in chosen else guess.thing(head)
        if thing and (place in chosen or thing not in taken):
            found[thing].append(place)
    _prefer_all_days(heads, found, chosen)
    parts = _name_parts(found)
    in_order = sorted((places, thing) for thing, places in found.items() if places)
    places = {thing: _only(thing, heads, places) for places, thing in in_order}
    general = {_thing(thing, guess): said for thing, said in (defaults or {}).items()}
    if NEEDED not in places and NEEDED not in general:
        raise UnreadableFile("no_column", thing=NEEDED, heads=tuple(heads))
    known = {*places.values(), *parts}
    ignored = tuple(head for at, head in enumerate(heads) if at not in known and plain(head) not in OUR_OWN)
    return ColumnMap(tuple(heads), places, ignored, general, parts)


def _prefer_all_days(heads: Sequence[str], places: dict[str, list[int]], chosen: Mapping[int, str]) -> None:
    """Use the column with all days of a pass, where our own export has it beside the one with the first day."""
    named = {bare(head): place for place, head in enumerate(heads)}
    if {"day", "days", bare("party_size")} <= named.keys() and not {named["day"], named["days"]} & chosen.keys():
        places[DAY] = [place for place in places[DAY] if place != named["day"]]


def _name_parts(places: dict[str, list[int]]) -> tuple[int, ...]:
    """The columns that make a name together; what of them is not needed is not looked at."""
    middle, last = (places.pop(part, []) for part in (MIDDLE, LAST))
    first = places.pop(FIRST, [])
    if NAME in places and (first or not last):
        return ()
    first = places.get(NAME) or first
    if not first or len(first) > 1:
        places.update({NAME: first} if first else {})
        return ()
    places[NAME] = first
    return (first[0], *middle[:1], *last[:1]) if middle or last else ()


def _only(thing: str, heads: Sequence[str], places: Sequence[int]) -> int:
    if len(places) > 1:
        raise UnreadableFile("two_columns", thing=thing, heads=tuple(heads[place] for place in places))
    return places[0]


def _given_columns(heads: Sequence[str], guesses_: HeadGuesses) -> Iterator[tuple[int, str]]:
    """Places and what stands there; a pair may be either way round where only one way has a column's head."""
    by_head = {plain(head): place for place, head in reversed(list(enumerate(heads)))}
    for left, right in guesses_.given:
        turned = plain(left) not in by_head and plain(right) in by_head
        head, thing = (right, left) if turned else (left, right)
        if plain(head) not in by_head:
            raise UnreadableFile("no_such_head", head=head, nearest=nearest(plain(head), tuple(by_head)))
        yield by_head[plain(head)], _thing(thing, guesses_) if thing.strip() else ""


def _thing(text: str, guess: HeadGuesses) -> str:
    thing = guess.thing(text)
    if not thing:
        raise UnreadableFile("no_such_thing", thing=text, there=(*HEADS, *guess.names))
    return thing
