"""Validates a row of a file as a person to register, by the same fields as an answer in the chat."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, TypeVar, cast

from bot.domain.imports.cells import cell_problem, text
from bot.domain.imports.columns import ANSWER, ColumnMap
from bot.domain.imports.days import DayReader
from bot.domain.imports.heads import CODE, DAY, KIND, LANGUAGE, NAME, PARTY, PHONE, REF, STATUS
from bot.domain.imports.rows import CellProblem, FileRow, ImportRules, KindFacts, ListedPerson, RejectedRow
from flows import understanding
from flows.fields import Number, Phone, Text, accept, question_step
from flows.shapes import Event, Facts, Field, Invalid, UserInput
from flows.text import LANGUAGES, event_states
from flows.understanding import agreement, codes, names
from flows.visitor.registration import FULL_NAME

MAX_REF_LENGTH = 60
EMPTY_MARKERS = frozenset(("-", "–", "na", "n/a", "nil", "none", "null", "x"))
"""What people write into a cell where there is no phone."""
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d+)", re.IGNORECASE)
_POINT_ZERO = re.compile(r"(\+?\d{7,})\.0+")
_ROUNDED = re.compile(r"\d{6,}0000")
"""How a number ends that a spreadsheet has shown in six digits, and kept so."""
_NOT_COMING = understanding.word_set(
    "cancelled, canceled, cancel, void, voided, refunded, revoked, replaced, deleted, rejected, declined, no, "
    "not attending, not coming, waitlisted, waiting list, waitlist, expired, transferred, failed, रद्द"
)
"""A status, our own or a shop's, of somebody who has no place."""
_NOBODY = cast(Facts, None)
"""The fields of an event's own questions look at no facts."""
_NAME = replace(cast(Text, FULL_NAME.field), name=False)
Value = TypeVar("Value")


def questions_of(event: Event) -> Mapping[str, tuple[bool, Field, Mapping[str, Any]]]:
    """The event's own questions as ImportRules has them."""
    steps = [(question, question_step(question).field) for question in event.questions]
    return {
        ANSWER + event_question.name: (event_question.required, asked, asked.known({}, _NOBODY))
        for event_question, asked in steps
    }


@dataclass(slots=True)
class _OfRef:
    """The rows with one reference."""

    name: int
    days: set[date] = field(default_factory=set)
    passes: int = 0


class RowValidator:
    """Judges the rows of one file, in their order: it knows which people it has met."""

    def __init__(self, rules: ImportRules, columns: ColumnMap) -> None:
        self._rules, self._columns = rules, columns
        self._met: dict[int, int] = {}
        self._alike: Counter[int] = Counter()
        self._refs: dict[int, _OfRef] = {}
        self._parties: dict[tuple[str, int], int] = {}
        self._days = DayReader(list(rules.days), rules.dates.order)

    def validate(self, number: int, cells: Sequence[Any]) -> ListedPerson | RejectedRow:
        """The person of a row, or all that is wrong with it."""
        row, wrong = FileRow(number, cells), list(self._of_row(cells))

        def read(thing: str, how: Callable[[str], Value]) -> Value | None:
            said = self._columns.text_of(cells, thing)
            try:
                if said and (code := cell_problem(said)):
                    raise Invalid(code)
                return how(said)
            except Invalid as no:
                wrong.append(CellProblem(thing, no.code, no.params))
                return None

        read(STATUS, _coming)
        name, phone, kind = read(NAME, _name), read(PHONE, self._phone), read(KIND, self._kind)
        days = read(DAY, lambda said: self._days_of(said, kind, cells))
        party = read(PARTY, lambda said: self._party(said, kind))
        language, ref, code = read(LANGUAGE, self._language), read(REF, _ref), read(CODE, codes.found)
        answers = {
            question_name: read(question_name, partial(self._answer, question_name))
            for question_name in self._rules.questions
        }
        alike = _alike(name, kind, days) if name and kind and days and phone == ref == "" else ""
        twin = self._twin(alike, cells) if alike else 0
        if not wrong and name and kind and days and party and language:
            person = ListedPerson(
                row,
                name,
                phone or None,
                kind,
                days,
                party_size=party,
                language=language,
                answers={thing.removeprefix(ANSWER): said for thing, said in answers.items() if said not in (None, "")},
                keys=self._keys(ref or "", f"{alike}:{twin}" if alike else "", name, days),
                twin=twin,
                code=code or "",
                more_days=self._more(cells, kind),
                doubts=tuple(self._doubts(cells)),
            )
            wrong += self._met_before(person)
            if not wrong:
                return person
        wrong.sort(key=lambda problem: self._columns.places.get(problem.thing, -1))
        return RejectedRow(row, tuple(wrong), twin)

    def _of_row(self, cells: Sequence[Any]) -> Iterator[CellProblem]:
        if any(text(cell) for cell in cells[len(self._columns.heads) :]):
            yield CellProblem("", "too_many_cells", {"columns": len(self._columns.heads)})

    def _doubts(self, cells: Sequence[Any]) -> Iterator[CellProblem]:
        if _ROUNDED.fullmatch(re.sub(r"\D", "", self._columns.text_of(cells, PHONE))):
            yield CellProblem(PHONE, "phone_rounded")

    # --- one cell -------------------------------------------------------------------------------

    def _phone(self, text: str) -> str:
        """E.164; empty where nobody gave one."""
        if understanding.plain(text) in EMPTY_MARKERS or not text:
            return ""
        return str(accept(Phone(), UserInput(_digits(text)), {"region": self._rules.region, "own": None}))

    def _kind(self, text: str) -> KindFacts:
        kinds = self._rules.kinds
        if not text:
            return kinds[0]
        wanted = understanding.plain(text)
        found = next((kind for kind in kinds if wanted in map(understanding.plain, kind.names)), None)
        if found is None:
            names = [understanding.plain(name) for kind in kinds for name in kind.names]
            near = understanding.nearest(wanted, names)
            raise Invalid("no_such_kind", kind=text, nearest=near, there=", ".join(kind.slug for kind in kinds))
        return found

    def _days_of(self, text: str, kind: KindFacts | None, cells: Sequence[Any]) -> tuple[date, ...]:
        days = self._days.read(text) if text else self._only_days(kind)
        if self._rules.dates.turned and any(cell.day <= 12 and cell.day != cell.month for cell in self._typed(cells)):
            raise Invalid("day_turned")
        own = kind.days if kind else ()
        if own and not set(days) <= set(own):
            raise Invalid("kind_not_that_day", kind=kind.slug if kind else "", days=own)
        for day in own or days:
            self._check(day, own)
        return (min(own),) if own else days

    def _more(self, cells: Sequence[Any], kind: KindFacts) -> bool:
        said = self._columns.text_of(cells, DAY)
        return bool(said) and bool(set(kind.days) - set(self._days.read(said)))

    def _typed(self, cells: Sequence[Any]) -> list[date]:
        """The cell for a day, if it is a date of the spreadsheet's own."""
        place = self._columns.places.get(DAY, len(cells))
        return [cell for cell in cells[place : place + 1] if isinstance(cell, date)]

    def _only_days(self, kind: KindFacts | None) -> tuple[date, ...]:
        if kind and kind.days:
            return kind.days
        coming = self._rules.coming
        if len(coming) == 1 or kind is None:
            return tuple(coming[:1])
        raise Invalid("day_missing")

    def _check(self, day: date, own: Sequence[date]) -> None:
        """Whether the day is one of the event's that can be had; of a kind's days one that is to come is enough."""
        state = self._rules.days.get(day)
        if state is None:
            every = list(self._rules.days)
            raise Invalid("day_outside", day=day, first=min(every), last=max(every))
        if state in (event_states.CLOSED, event_states.OVER) and not set(own) & set(self._rules.coming):
            raise Invalid(f"day_{state}", day=day)

    def _party(self, text: str, kind: KindFacts | None) -> int:
        """The party; 1 where the cell is empty."""
        most = kind.max_party if kind else 255
        if (text, most) not in self._parties:
            known = {"most": most, "code": "party_too_large"}
            self._parties[text, most] = int(accept(Number(1), UserInput(text), known)) if text else 1
        return self._parties[text, most]

    def _language(self, text: str) -> str:
        if not text:
            return self._rules.event.languages[0]
        found = understanding.best_choice(text, [(code, name) for code, name in LANGUAGES.items()])
        if len(found) != 1:
            raise Invalid("bad_language", language=text, there=", ".join(LANGUAGES))
        return tuple(LANGUAGES)[found[0]]

    def _answer(self, thing: str, text: str) -> Any:
        required, asked, known = self._rules.questions[thing]
        if not text:
            if required:
                raise Invalid("answer_missing")
            return ""
        return accept(asked, UserInput(text), known)

    # --- one row among the others ---------------------------------------------------------------

    def _twin(self, alike: str, cells: Sequence[Any]) -> int:
        """The number of this person among those who have name, kind and days in common.

        A file of bad rows carries the number from the file that it came from.
        """
        told = self._columns.twin(cells)
        if not told:
            self._alike[hash(alike)] += 1
        return told or self._alike[hash(alike)]

    def _keys(self, ref: str, alike: str, name: str, days: Sequence[date]) -> tuple[str, ...]:
        """A name for each pass: by the file's own reference, else by what the row says; empty: the phone tells.

        A person may have several rows with one reference, each with other days.
        """
        base = f"ref:{ref}" if ref else f"row:{alike}" if alike else ""
        known = self._refs.setdefault(hash(ref), _OfRef(hash(name))) if ref else _OfRef(0)
        first = known.passes if known.name == hash(name) and known.days.isdisjoint(days) else 0
        known.days |= set(days)
        known.passes = max(known.passes, first + len(days))
        return tuple(f"{base}|{place}" if base and place else base for place in range(first, first + len(days)))

    def _met_before(self, person: ListedPerson) -> list[CellProblem]:
        """Another row of the file with the same reference, or the same phone, kind and day."""
        ours = [(REF, key) for key in person.keys if key]
        ours += [(PHONE, f"{person.phone}|{person.kind.id}|{day}") for day in person.days if person.phone]
        for thing, mine in ours:
            if (other := self._met.setdefault(hash(mine), person.row.number)) != person.row.number:
                return [CellProblem(thing, "twice_in_file", {"row": other})]
        return []


def _coming(text: str) -> None:
    """Raises Invalid `not_coming` where a status says that there is no place for them."""
    if understanding.plain(text) in _NOT_COMING:
        raise Invalid("not_coming", status=text)


def _name(text: str) -> str:
    """The name as it stands. The column says that it is one, so only what can never be a name is refused."""
    name = str(accept(_NAME, UserInput(text), {}))
    answers = understanding.skips(name) or understanding.command(name) or agreement.is_the_word_itself(name) is not None
    if names.is_none(name, sure=True) or (answers and not names.may_be_yes_or_no(name)):
        raise Invalid("not_a_name")
    return name


def _alike(name: str, kind: KindFacts, days: Sequence[date]) -> str:
    """The key of people whom only their order in a file tells apart."""
    told = "|".join((understanding.plain(name), kind.slug, *map(date.isoformat, days)))
    return hashlib.sha256(told.encode()).hexdigest()[:40]


def _ref(text: str) -> str:
    if len(text) > MAX_REF_LENGTH:
        raise Invalid("bad_ref", most=MAX_REF_LENGTH)
    return text


def _digits(text: str) -> str:
    """A phone number as it was before a spreadsheet took it for a quantity. Raises Invalid `phone_cut`."""
    text = text.removeprefix("'")
    if found := _POINT_ZERO.fullmatch(text):
        return found[1]
    if found := _SCIENTIFIC.fullmatch(text.replace(" ", "")):
        digits = found[1] + (found[2] or "")
        if len(digits) != int(found[3][:4]) + 1:
            raise Invalid("phone_cut")
        return digits
    return text
