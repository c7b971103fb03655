"""The index of names: finds people by the beginnings of words without reading all registrations.

Whoever makes a registration adds its words in the same transaction; erasing removes them.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, false, func, insert, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from bot.domain.models import NameWord, Registration, table
from flows.understanding import fold_names

LAST_CHARACTER = "\U0010ffff"
"""No character comes after it."""
MAX_MATCHED_WORDS = 4
"""Words of one name, at most, that a search of three letters can meet: Kamla Kamal Kamlesh Kamat."""
RECENT_REGISTRATIONS = 5_000
"""Registrations, the newest, that are looked through for names that older code has left out while it was replaced."""
_INSERT = insert(table(NameWord))


def add(db: Session, registrations: Iterable[Registration]) -> None:
    """Let these be found by their names. They have been flushed."""
    rows = [
        {"event_id": registration.event_id, "word": word, "registration_id": registration.id}
        for registration in registrations
        for word in fold_names.words(registration.full_name)
    ]
    if rows:
        db.execute(insert(NameWord), rows)


def add_name(db: Session, event_id: int, registration_id: int, full_name: str) -> None:
    """Let one registration be found by this name."""
    words = fold_names.words(full_name)
    if words:
        rows = [{"event_id": event_id, "word": word, "registration_id": registration_id} for word in words]
        db.connection().execute(_INSERT, rows)


def remove(db: Session, registrations: Sequence[int]) -> None:
    """Let nobody find these by their names any more."""
    db.execute(delete(NameWord).where(NameWord.registration_id.in_(registrations)))


def add_missing(db: Session) -> int:
    """Add the words of new registrations that have none; how many registrations."""
    newest = select(func.max(Registration.id)).scalar_subquery()
    bare = ~exists().where(NameWord.registration_id == Registration.id)
    lacking = select(Registration).where(
        Registration.id > newest - RECENT_REGISTRATIONS, Registration.full_name != "", bare
    )
    found = list(db.scalars(lacking))
    add(db, found)
    return len(found)


def matches(event_id: int, name: str, *, few: bool = False) -> ColumnElement[bool]:
    """That a row of NameWord stands for a registration of this event that has every word of the name.

    Words are found by their beginnings, in any order. Nothing fits a name without letters. `few`: whoever asks takes
    the first that fit, whichever they are, so that each is looked at by itself until there are enough: PostgreSQL
    would else read all that have the other word first, however many there are.
    """
    other = partial(_matches_elsewhere, few=few)
    first, *others = sorted(fold_names.asked(name), key=lambda parts: -len("".join(parts))) or [()]
    here = [_matches_registration(pieces, other) for pieces in _spellings(first)]
    elsewhere = (or_(*(and_(*map(other, pieces)) for pieces in _spellings(parts))) for parts in others)
    return and_(NameWord.event_id == event_id, or_(false(), *here), *elsewhere)


def _spellings(parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    """`d'souza` is looked for as `dsouza` and as `d souza`."""
    joined = ("".join(parts)[: fold_names.MAX_WORD_LENGTH],)
    return [spelling for spelling in dict.fromkeys((joined, parts)) if any(spelling)]


def _matches_registration(pieces: tuple[str, ...], other: Callable[[str], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The longest piece begins this word, which an index finds; the others any of the name."""
    longest, *others = sorted(pieces, key=lambda piece: -len(piece))
    return and_(_begins(NameWord.word, longest), *map(other, others))


def _matches_elsewhere(piece: str, *, few: bool) -> ColumnElement[bool]:
    other = aliased(NameWord)
    mine: Select[Any] = select(literal_column("1")).where(
        other.registration_id == NameWord.registration_id, _begins(other.word, piece)
    )
    # A subquery with an offset is asked for each row; PostgreSQL makes a join of others.
    return exists(mine.offset(0) if few else mine)


def _begins(word: Any, piece: str) -> ColumnElement[bool]:
    return and_(word >= piece, word < piece + LAST_CHARACTER)
