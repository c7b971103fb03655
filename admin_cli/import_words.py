"""What the command line says about a file that is imported: what is wrong, and what to do about it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.domain.imports.columns import Columns
    from bot.domain.imports.judging import Wrong
    from bot.domain.imports.reading import Unreadable
    from bot.domain.imports.settling import Settled

ROWS: Mapping[str, tuple[str, str]] = {
    "empty": ("nothing stands there", "write the person's name"),
    "too_long": ("it is longer than {most} characters", "shorten it"),
    "too_short": ("it is shorter than {least} characters", "write the whole name"),
    "no_letter": ("there is no letter in it", "write the person's name; look whether the columns are the right ones"),
    "not_a_name": ("it is a word that the chat takes for an answer, not a name", "write the person's name"),
    "not_a_phone": (
        "it is not a whole mobile number",
        "write all of its digits, from abroad with + and country code; or leave it empty",
    ),
    "phone_cut": (
        "the spreadsheet has rounded the number (such as 9.81E+09): its last digits are lost",
        "make the column's format Text in the spreadsheet, enter the number again and save",
    ),
    "day_missing": ("the event has several days and the row names none", "write the day, such as 2027-01-09"),
    "day_unclear": ("it is no date, or not a whole one", "write it as 2027-01-09; several with ; between them"),
    "day_outside": ("{day} is no day of the event, which is from {first} to {last}", "choose one of its days"),
    "day_over": ("{day} is over", "choose another day"),
    "day_closed": ("there is no entry on {day}", "choose another day, or open it: events day"),
    "kind_not_that_day": ("passes of the kind {kind} are for {days}", "leave the day empty, or choose another kind"),
    "no_such_kind": ("there is no kind of pass {kind}", "write one of: {there}; a new one: events kinds add"),
    "not_a_number": ("it is not a whole number", "write how many people come, such as 3"),
    "number_too_small": ("it is less than {least}", "write a number from {least}"),
    "number_too_large": ("it is more than {most}", "write a number up to {most}"),
    "party_too_large": ("one pass of this kind takes {most} people at most", "make several rows of it"),
    "bad_language": ("we do not speak {language}", "write one of: {there}; or leave it empty"),
    "answer_missing": ("the event wants an answer to this", "fill the cell, or give one for all with --default"),
    "not_an_option": ("it is none of the answers that the event offers", "write one of them as `events show` has it"),
    "several_options": ("it fits several of the answers that the event offers", "write one of them in full"),
    "bad_ref": ("it is longer than {most} characters", "shorten it"),
    "too_many_cells": (
        "there are more cells than the {columns} columns",
        "look for a separator inside a cell: it needs quotes around the cell",
    ),
    "twice_in_file": (
        "row {row} has the same, for the same day and kind",
        "remove one; for another person leave the phone empty, or let one pass be for both",
    ),
    "day_full": ("{day} is full", "choose another day, or raise its capacity: events day"),
    "too_few_left": ("only {left} places are left for {day}", "choose another day, or raise its capacity: events day"),
}
"""By the codes of bot.domain.imports.judging: the reason, and what to do."""
FILES: Mapping[str, str] = {
    "old_workbook": "it is a workbook of an old form, or has a password: save it as .xlsx without one, or as CSV",
    "no_workbook": "it is a zip archive, but no XLSX workbook that can be read: save it again as .xlsx, or as CSV",
    "no_worksheet": "it has no sheet {worksheet}; there are: {there}",
    "encoding": "its text is neither UTF-8, UTF-16 with its mark nor Windows-1252: save it as “CSV UTF-8”",
    "no_text": "it is not text: give a CSV or XLSX file",
    "no_rows": "there is nothing in it",
    "bad_csv": "row {row} cannot be read as CSV: look for a quotation mark that does not end",
    "no_such_head": "it has no column {head}",
    "no_such_thing": "there is nothing called {thing} to read; there are: {there}",
    "two_columns": "both {heads} would be the {thing}: say which with --map, and `--map COLUMN=` for the other",
    "no_column": "no column is the {thing}: its first row must name the columns, and names {heads}; say which it is "
    "with --map “COLUMN={thing}”",
    "changed": "it was changed while it was read: start again",
}
"""By the codes of bot.domain.imports.reading."""
DIFFERS = "the file says {file}, the pass has {held}"
LEFT_ALONE = "left as it is: change the pass (passes revoke, then this again with --revoked-too) or the file"
REVOKED = "their pass was revoked or cancelled after an earlier import"
NOT_AGAIN = "no new one is made; with --revoked-too it is"


def of_file(problem: "Unreadable") -> str:
    """Why a file cannot be used, with what was perhaps meant."""
    near = problem.params.get("nearest")
    hint = f"; did you mean {near}?" if near else ""
    return f"{_filled(FILES[problem.code], problem.params)} ({problem.code}{hint})"


def of_row(settled: "Settled", columns: "Columns") -> Iterator[dict[str, Any]]:
    """Each thing that an organiser must know about a row: row, column, code, problem, todo."""
    from bot.domain.imports.judging import BadRow
    from bot.domain.imports.settling import REVOKED as GONE

    row = settled.row
    if isinstance(row, BadRow):
        for wrong in row.wrong:
            yield _told(row.row.number, wrong.thing and columns.head(wrong.thing), wrong.code, *_wrong(wrong))
    for thing, (said, held) in settled.differs.items():
        problem = _filled(DIFFERS, {"file": said, "held": held})
        yield _told(row.row.number, columns.head(thing), "differs", problem, LEFT_ALONE)
    if settled.state == GONE:
        yield _told(row.row.number, "", "revoked", REVOKED, NOT_AGAIN)


def line(problem: Mapping[str, Any]) -> str:
    """The same as a line."""
    column = f", {problem['column']}" if problem["column"] else ""
    end = "" if problem["problem"].endswith("?") else "."
    todo = problem["todo"][0].upper() + problem["todo"][1:]
    return f"row {problem['row']}{column}: {problem['problem']}{end} {todo} ({problem['code']})."


def _told(row: int, column: str, code: str, problem: str, todo: str) -> dict[str, Any]:
    return {"row": row, "column": column, "code": code, "problem": problem, "todo": todo}


def _wrong(wrong: "Wrong") -> tuple[str, str]:
    problem, todo = (_filled(text, wrong.params) for text in ROWS[wrong.code])
    near = wrong.params.get("nearest")
    return (f"{problem}; did you mean {near}?" if near else problem), todo


def _filled(sentence: str, params: Mapping[str, Any]) -> str:
    return sentence.format_map({name: _plain(value) for name, value in params.items()})


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return "".join(character for character in str(value) if character.isprintable())
