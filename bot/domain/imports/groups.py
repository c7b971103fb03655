"""One pass for a whole list, such as a school's class: its people are counted, and none of their names is kept."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from bot.domain.imports.heads import PARTY
from bot.domain.imports.rows import CellProblem, KindFacts, ListedPerson, RejectedRow
from bot.errors import Refused
from flows.fields import Phone, Text, accept
from flows.shapes import Invalid, UserInput
from flows.shapes.person import MAX_NAME_LENGTH, MIN_NAME_LENGTH
from flows.understanding import plain

_NAME = Text(least=MIN_NAME_LENGTH, most=MAX_NAME_LENGTH, letter=True)


@dataclass(frozen=True, slots=True)
class ListGroup:
    """Who holds the pass of a whole list."""

    name: str
    """As on the pass: the school and the class."""
    phone: str | None = field(default=None, repr=False)
    """E.164, to which it can be sent; None: it is printed."""


def group_of(name: str, phone: str, region: str) -> ListGroup | None:
    """The group of this name, whose pass goes to this phone; None where no name is given: each row has its own pass.

    Raises Refused `bad_group_name`, `bad_group_phone`.
    """
    if not name.strip():
        return None
    try:
        named = str(accept(_NAME, UserInput(name), {}))
    except Invalid:
        raise Refused("bad_group_name") from None
    try:
        known = {"region": region, "own": None}
        return ListGroup(named, str(accept(Phone(), UserInput(phone), known)) if phone.strip() else None)
    except Invalid:
        raise Refused("bad_group_phone") from None


def gathered(
    group: ListGroup, rows: Iterable[ListedPerson | RejectedRow], language: str
) -> Iterator[ListedPerson | RejectedRow]:
    """The bad rows, and behind them the group with all others, once for each kind and day that they name.

    While one row is bad the group is bad too: a pass for fewer than come could not be corrected by the same list.
    """
    people, is_bad = Counter[tuple[KindFacts, date]](), False
    first: ListedPerson | None = None
    for row in rows:
        if isinstance(row, RejectedRow):
            is_bad = True
            yield row
            continue
        first = first or row
        for day in row.days:
            people[row.kind, day] += row.party_size
    if first is None:
        return
    for (kind, day), party in people.items():
        problem = _problem(party, kind, is_bad=is_bad)
        if problem:
            yield RejectedRow(first.row, (problem,))
        else:
            yield _member(group, first, kind, day, party, language)


def _problem(party: int, kind: KindFacts, *, is_bad: bool) -> CellProblem | None:
    if is_bad:
        return CellProblem("", "list_has_bad_rows")
    return CellProblem(PARTY, "party_too_large", {"most": kind.max_party}) if party > kind.max_party else None


def _member(
    group: ListGroup, first: ListedPerson, kind: KindFacts, day: date, party: int, language: str
) -> ListedPerson:
    told = "|".join((plain(group.name), kind.slug, day.isoformat()))
    return ListedPerson(
        first.row,
        group.name,
        group.phone,
        kind,
        (day,),
        party_size=party,
        language=language,
        answers={},
        keys=(f"list:{hashlib.sha256(told.encode()).hexdigest()[:40]}",),
    )
