"""A row of a file as somebody to register, judged by the same fields as an answer in the chat; or why it cannot be."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar, cast

from bot.domain.imports.columns import ANSWER, DAY, KIND, LANGUAGE, NAME, PARTY, PHONE, REF, Columns
from bot.domain.imports.reading import text
from flows import dates, event_states, understanding
from flows.fields import Number, Phone, accept, question_step
from flows.registration import FULL_NAME
from flows.shapes import Event, Facts, Field, Invalid, Said
from flows.texts import LANGUAGES

CODES = (
    *("empty", "too_long", "too_short", "no_letter", "not_a_name", "not_a_phone", "phone_cut", "day_missing"),
    *("day_unclear", "day_outside", "day_over", "day_closed", "kind_not_that_day", "no_such_kind", "not_a_number"),
    *("number_too_small", "number_too_large", "party_too_large", "bad_language", "answer_missing", "not_an_option"),
    *("several_options", "bad_ref", "too_many_cells", "twice_in_file", "day_full", "too_few_left"),
)
"""Everything that can be wrong with a row; the last two only a look at the other rows and the day's places tells."""
LONGEST_REF = 60
LEFT_EMPTY = frozenset(("-", "–", "na", "n/a", "nil", "none", "null", "x"))
"""What people write into a cell where there is no phone."""
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d+)", re.IGNORECASE)
_POINT_ZERO = re.compile(r"(\+?\d{7,})\.0+")
_DAYS_APART = re.compile(r"\s*[;,|]\s*|\s+(?:and|और)\s+")
_SERIAL = re.compile(r"[3-7]\d{4}")
_SERIAL_ZERO = date(1899, 12, 30)
"""Excel keeps a date as the days since then: 30000 is in 1982, 79999 in 2119."""
_NOBODY = cast(Facts, None)
"""The fields of an event's own questions look at no facts."""
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a cell cannot be taken: one of CODES."""

    thing: str
    """What the cell would have said; empty: the row as a whole."""
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KindFacts:
    """A kind of pass as an organiser may give it."""

    id: int
    slug: str
    names: tuple[str, ...]
    most: int
    """The largest party."""
    days: tuple[date, ...] = ()
    """On which each of its passes lets people in; empty: the day of the visit."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows are judged by."""

    event: Event
    today: date
    """At the event's place."""
    days: Mapping[date, str]
    """Each day of the event and its state: open, full, closed or over."""
    kinds: tuple[KindFacts, ...]
    region: str
    questions: Mapping[str, tuple[bool, Field, Mapping[str, Any]]]
    """The event's own, by `answer_<name>`: whether it must be answered, its field, and what the field knows."""

    @property
    def coming(self) -> list[date]:
        """The days for which a pass can be issued, as far as the calendar says."""
        return [day for day, state in self.days.items() if state in (event_states.OPEN, event_states.FULL)]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file as it stands there."""

    number: int
    cells: Sequence[Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to register."""

    row: Row
    full_name: str = field(repr=False)
    phone: str | None = field(repr=False)
    """E.164; None: they gave none."""
    kind: KindFacts
    days: tuple[date, ...]
    """A pass for each; of a kind with days of its own only the first."""
    more_days: bool = field(default=False, kw_only=True)
    """The pass is good for more days than the row says."""
    party_size: int
    language: str
    answers: Mapping[str, Any] = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    """By which each of the passes is found again; empty where phone, kind and day tell."""
    twin: int = 0
    """Of people whom only name, kind and days tell: the how many-eth of these in the file; 0 for others."""

    def good_for(self, day: date) -> tuple[date, ...]:
        """On which days the pass of one of `days` lets them in."""
        return self.kind.days or (day,)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken, and everything for which."""

    row: Row
    wrong: tuple[Wrong, ...]
    twin: int = 0
    """As of Person, as far as it can be told."""


def questions_of(event: Event) -> Mapping[str, tuple[bool, Field, Mapping[str, Any]]]:
    """The event's own questions as Rules has them."""
    steps = [(question, question_step(question).field) for question in event.questions]
    return {ANSWER + one.name: (one.required, asked, asked.known({}, _NOBODY)) for one, asked in steps}


class Judge:
    """Judges the rows of one file, in their order: it knows which people it has met."""

    def __init__(self, rules: Rules, columns: Columns) -> None:
        self._rules, self._columns = rules, columns
        self._met: dict[int, int] = {}
        self._alike: Counter[int] = Counter()
        self._days: dict[str, tuple[date, ...]] = {}

    def judge(self, number: int, cells: Sequence[Any]) -> Person | BadRow:
        """The person of a row, or all that is wrong with it."""
        row, wrong = Row(number, cells), list[Wrong]()
        if any(text(cell) for cell in cells[len(self._columns.heads) :]):
            wrong.append(Wrong("", "too_many_cells", {"columns": len(self._columns.heads)}))

        def read(thing: str, how: Callable[[str], Value]) -> Value | None:
            try:
                return how(self._columns.said(cells, thing))
            except Invalid as no:
                wrong.append(Wrong(thing, no.code, no.params))
                return None

        name, phone, kind = read(NAME, _name), read(PHONE, self._phone), read(KIND, self._kind)
        days = read(DAY, lambda said: self._days_of(said, kind))
        party = read(PARTY, lambda said: _party(said, kind))
        language, ref = read(LANGUAGE, self._language), read(REF, _ref)
        answers = {one: read(one, partial(self._answer, one)) for one in self._rules.questions}
        alike = _alike(name, kind, days) if name and kind and days and phone == ref == "" else ""
        twin = self._twin(alike, cells) if alike else 0
        if not wrong and name and kind and days and party and language:
            told = {thing.removeprefix(ANSWER): said for thing, said in answers.items() if said not in (None, "")}
            keys = _keys(ref or "", f"{alike}:{twin}" if alike else "", len(days))
            person = Person(
                row,
                name,
                phone or None,
                kind,
                days,
                party,
                language,
                told,
                keys,
                twin,
                more_days=self._more(cells, kind),
            )
            wrong += self._met_before(person)
            if not wrong:
                return person
        wrong.sort(key=lambda one: self._columns.places.get(one.thing, -1))
        return BadRow(row, tuple(wrong), twin)

    # --- one cell -------------------------------------------------------------------------------

    def _phone(self, said: str) -> str:
        """E.164; empty where nobody gave one."""
        if understanding.plain(said) in LEFT_EMPTY or not said:
            return ""
        return str(accept(Phone(), Said(_digits(said)), {"region": self._rules.region, "own": None}))

    def _kind(self, said: str) -> KindFacts:
        kinds = self._rules.kinds
        if not said:
            return kinds[0]
        wanted = understanding.plain(said)
        found = next((kind for kind in kinds if wanted in map(understanding.plain, kind.names)), None)
        if found is None:
            names = [understanding.plain(name) for kind in kinds for name in kind.names]
            near = understanding.nearest(wanted, names)
            raise Invalid("no_such_kind", kind=said, nearest=near, there=", ".join(kind.slug for kind in kinds))
        return found

    def _days_of(self, said: str, kind: KindFacts | None) -> tuple[date, ...]:
        days = self._read_days(said) if said else self._only_days(kind)
        own = kind.days if kind else ()
        if own and not set(days) <= set(own):
            raise Invalid("kind_not_that_day", kind=kind.slug if kind else "", days=own)
        for day in own or days:
            self._check(day, own)
        return (min(own),) if own else days

    def _more(self, cells: Sequence[Any], kind: KindFacts) -> bool:
        said = self._columns.said(cells, DAY)
        return bool(said) and bool(set(kind.days) - set(self._read_days(said)))

    def _only_days(self, kind: KindFacts | None) -> tuple[date, ...]:
        if kind and kind.days:
            return kind.days
        coming = self._rules.coming
        if len(coming) == 1 or kind is None:
            return tuple(coming[:1])
        raise Invalid("day_missing")

    def _read_days(self, said: str) -> tuple[date, ...]:
        if said not in self._days:
            whole = self._read_day(said)
            each = [whole] if whole else [self._read_day(part) for part in _DAYS_APART.split(said) if part]
            if not each or None in each:
                raise Invalid("day_unclear")
            self._days[said] = tuple(sorted({day for day in each if day}))
        return self._days[said]

    def _read_day(self, said: str) -> date | None:
        """One day, with its month: a file that is read again next week must say the same."""
        if _SERIAL.fullmatch(said):
            return _SERIAL_ZERO + timedelta(days=int(said))
        bare = understanding.plain(said)
        if bare.isdecimal() or not any(character.isdecimal() for character in bare):
            return None
        return dates.read(said, self._rules.today, self._rules.coming, list(self._rules.days))

    def _check(self, day: date, own: Sequence[date]) -> None:
        """Whether the day is one of the event's that can be had; of a kind's days one that is to come is enough."""
        state = self._rules.days.get(day)
        if state is None:
            every = list(self._rules.days)
            raise Invalid("day_outside", day=day, first=min(every), last=max(every))
        if state in (event_states.CLOSED, event_states.OVER) and not set(own) & set(self._rules.coming):
            raise Invalid(f"day_{state}", day=day)

    def _language(self, said: str) -> str:
        if not said:
            return self._rules.event.languages[0]
        found = understanding.meant(said, [(code, name) for code, name in LANGUAGES.items()])
        if len(found) != 1:
            raise Invalid("bad_language", language=said, there=", ".join(LANGUAGES))
        return tuple(LANGUAGES)[found[0]]

    def _answer(self, thing: str, said: str) -> Any:
        required, asked, known = self._rules.questions[thing]
        if not said:
            if required:
                raise Invalid("answer_missing")
            return ""
        return accept(asked, Said(said), known)

    # --- one row among the others ---------------------------------------------------------------

    def _twin(self, alike: str, cells: Sequence[Any]) -> int:
        """The how many-eth of these people it is; what a file of bad rows says of the first file counts."""
        told = self._columns.twin(cells)
        if not told:
            self._alike[hash(alike)] += 1
        return told or self._alike[hash(alike)]

    def _met_before(self, person: Person) -> list[Wrong]:
        """Another row of the file with the same reference, or the same phone, kind and day."""
        ours = [(REF, key) for key in person.keys if key]
        ours += [(PHONE, f"{person.phone}|{person.kind.id}|{day}") for day in person.days if person.phone]
        for thing, mine in ours:
            if (other := self._met.setdefault(hash(mine), person.row.number)) != person.row.number:
                return [Wrong(thing, "twice_in_file", {"row": other})]
        return []


def _name(said: str) -> str:
    return str(accept(FULL_NAME.field, Said(said), {}))


def _alike(name: str, kind: KindFacts, days: Sequence[date]) -> str:
    """What people have in common whom nothing but their order in a file tells apart."""
    told = "|".join((understanding.plain(name), kind.slug, *map(date.isoformat, days)))
    return hashlib.sha256(told.encode()).hexdigest()[:40]


def _keys(ref: str, alike: str, passes: int) -> tuple[str, ...]:
    """A name for each pass: by the file's own reference, else by what the row says; empty: the phone tells."""
    base = f"ref:{ref}" if ref else f"row:{alike}" if alike else ""
    return tuple(f"{base}|{place}" if base and place else base for place in range(passes))


def _party(said: str, kind: KindFacts | None) -> int:
    """Nothing said is one person."""
    most = kind.most if kind else 255
    known = {"most": most, "code": "party_too_large"}
    return int(accept(Number(1), Said(said), known)) if said else 1


def _ref(said: str) -> str:
    if len(said) > LONGEST_REF:
        raise Invalid("bad_ref", most=LONGEST_REF)
    return said


def _digits(said: str) -> str:
    """A phone number as it was before a spreadsheet took it for a quantity. Raises Invalid `phone_cut`."""
    said = said.removeprefix("'")
    if found := _POINT_ZERO.fullmatch(said):
        return found[1]
    if found := _SCIENTIFIC.fullmatch(said.replace(" ", "")):
        digits = found[1] + (found[2] or "")
        if len(digits) != int(found[3][:4]) + 1:
            raise Invalid("phone_cut")
        return digits
    return said
