"""Types for the rows of a file: a person to register, or a bad row with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.domain.imports.date_order import DateOrder
from bot.domain.imports.days import DMY
from flows.shapes import Event, Field
from flows.text import event_states

CODES = (
    *("empty", "too_long", "too_short", "no_letter", "not_a_name", "not_a_phone", "phone_cut", "day_missing"),
    *("day_unclear", "day_outside", "day_over", "day_closed", "kind_not_that_day", "no_such_kind", "not_a_number"),
    *("number_too_small", "number_too_large", "party_too_large", "bad_language", "answer_missing", "not_an_option"),
    *("several_options", "bad_ref", "too_many_cells", "several_days", "day_order", "day_turned", "not_coming"),
    *("sheet_error", "broken_letter", "garbled", "twice_in_file", "list_has_bad_rows", "day_full", "too_few_left"),
)
"""Everything that can be wrong with a row; the last three only a look at the other rows and the day's places tells."""
DOUBTS = ("phone_rounded",)
"""What may be wrong with a row that is taken."""


@dataclass(frozen=True, slots=True)
class CellProblem:
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
    max_party: int
    """The largest party."""
    days: tuple[date, ...] = ()
    """On which each of its passes lets people in; empty: the day of the visit."""


@dataclass(frozen=True, slots=True)
class ImportRules:
    """The rules by which rows are validated."""

    event: Event
    today: date
    """The day at the event's place."""
    days: Mapping[date, str]
    """Each day of the event and its state: open, full, closed or over."""
    kinds: tuple[KindFacts, ...]
    region: str
    questions: Mapping[str, tuple[bool, Field, Mapping[str, Any]]]
    """The event's own, by `answer_<name>`: whether it must be answered, its field, and what the field knows."""
    dates: DateOrder = field(default_factory=lambda: DateOrder(DMY))
    """How days in numbers are read."""

    @property
    def coming(self) -> list[date]:
        """The days for which a pass can be issued, as far as the calendar says."""
        return [day for day, state in self.days.items() if state in (event_states.OPEN, event_states.FULL)]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of the file as it stands there."""

    number: int
    cells: Sequence[Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person to register."""

    row: FileRow
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
    """The keys by which each of the passes is found again; empty where phone, kind and day tell."""
    twin: int = 0
    """Numbers the people of the file who have name, kind and days in common, from 1; 0 where these identify nobody."""
    code: str = field(default="", kw_only=True)
    """The code of the pass that the row is about, in a file that we exported."""
    doubts: tuple[CellProblem, ...] = field(default=(), kw_only=True)
    """Codes of DOUBTS."""

    def good_for(self, day: date) -> tuple[date, ...]:
        """The days on which the pass for one of `days` lets them in."""
        return self.kind.days or (day,)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be imported, and all that is wrong with it."""

    row: FileRow
    problems: tuple[CellProblem, ...]
    twin: int = 0
    """As ListedPerson has it; 0 where the row does not tell."""
