"""Lists of people for a team: read from a file or from what somebody pasted, and looked at before they are taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.domain import roster
from bot.domain.events.rows import get_event
from bot.domain.imports import read_file
from bot.domain.imports.cells import text
from bot.domain.imports.unreadable import UnreadableFile
from bot.domain.models import Staff
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused
from flows.shapes.duty import ROLES

COLUMNS = ("phone", "name", "role", "gate")
"""The columns of a list; the last two may be missing or empty."""
MAX_ROWS = 5_000
"""Rows of a list: no team is larger, and each is shown."""
ADDED, CHANGED, SAME, BAD = "added", "changed", "same", "bad"

Row = tuple[int, Mapping[str, str]]
"""The number of a row as a spreadsheet counts it, and its cells by column."""


@dataclass(frozen=True, slots=True)
class PlannedMember:
    """What will come of a row."""

    line: int
    cells: Mapping[str, str] = field(repr=False)
    state: str
    """`ADDED`, `CHANGED`, `SAME` or `BAD`."""
    problems: tuple[roster.BadRosterRow, ...] = ()


def read(file: IO[bytes], *, region: str, encoding: str = "") -> list[Row]:
    """The rows of a CSV or XLSX file, or of pasted text.

    The first row names the columns. Without names a list is read where each row has one phone number: what stands
    beside it is the name, and one of the roles the role. Raises UnreadableFile as read_file.read_table does, and
    `no_team_columns` (`columns`), `too_many_members` (`most`).
    """
    table = read_file.read_table(file, encoding=encoding)
    heads = [head.lower().strip() for head in table.heads]
    rows = [(number, [text(cell).strip() for cell in cells]) for number, cells in table.rows()]
    if set(heads) & set(COLUMNS):
        if not {"phone", "name"} <= set(heads) or set(heads) - set(COLUMNS):
            raise UnreadableFile("no_team_columns", columns=list(COLUMNS))
        found: list[Row] = [(number, dict(zip(heads, cells, strict=False))) for number, cells in rows]
    else:
        first = (rows[0][0] - 1 if rows else 1, list(table.heads))
        found = list(_without_heads([first, *rows], region))
    if len(found) > MAX_ROWS:
        raise UnreadableFile("too_many_members", most=MAX_ROWS)
    return found


def preview(db: Session, slug: str, rows: Sequence[Row], *, region: str) -> list[PlannedMember]:
    """What each row of a list will do; nothing is changed. Raises Refused `no_such_event`."""
    event = get_event(db, slug, lock=False)
    wanted, bad = roster.checked(db, event, rows, region)
    members = select(Staff).where(Staff.event_id == event.id).options(joinedload(Staff.gate))
    known = {member.phone: member for member in db.scalars(members)}
    return [_planned(row, [one for one in bad if one.line == row[0]], wanted, known, region) for row in rows]


def _planned(
    row: Row,
    problems: Sequence[roster.BadRosterRow],
    wanted: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, Staff],
    region: str,
) -> PlannedMember:
    if problems:
        return PlannedMember(*row, BAD, tuple(problems))
    phone = roster_validation.phone(row[1]["phone"], region)
    member = known.get(phone)
    if member is None:
        return PlannedMember(*row, ADDED)
    differs = any(getattr(member, name) != value for name, value in wanted[phone].items())
    return PlannedMember(*row, CHANGED if differs else SAME)


def _without_heads(rows: Sequence[tuple[int, Sequence[str]]], region: str) -> Iterator[Row]:
    """The rows of a list that names no columns. Raises UnreadableFile where it is not plain what is what."""
    for number, cells in rows:
        phones = [cell for cell in cells if _is_phone(cell, region)]
        roles = [cell for cell in cells if cell.lower() in ROLES]
        others = [cell for cell in cells if cell and cell not in phones and cell not in roles]
        if len(phones) != 1 or len(others) != 1 or len(roles) > 1:
            raise UnreadableFile("no_team_columns", columns=list(COLUMNS))
        yield number, {"phone": phones[0], "name": others[0], "role": "".join(roles)}


def _is_phone(cell: str, region: str) -> bool:
    try:
        return bool(roster_validation.phone(cell, region))
    except Refused:
        return False
