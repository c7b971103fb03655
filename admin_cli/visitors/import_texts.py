"""Messages about a file that is imported: what is wrong, and what to do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import IO, TYPE_CHECKING, Any

import click

from admin_cli.console.output import printable

if TYPE_CHECKING:
    from bot.domain.imports.columns import ColumnMap
    from bot.domain.imports.plan import PlannedRow
    from bot.domain.imports.rows import CellProblem
    from bot.domain.imports.unreadable import ImportNote, UnreadableFile

ENCODINGS = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", *(f"windows-{number}" for number in range(1250, 1259))),
    *("iso-8859-1", "iso-8859-15", "mac-roman", "cp437"),
)
"""The encodings of bot.domain.imports.csv_files, a module that is loaded only when it is needed."""
ROW_PROBLEMS: Mapping[str, tuple[str, str]] = {
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
    "several_days": ("it names several days", "write each as 2027-01-09 with ; between them: 2027-01-09; 2027-01-10"),
    "day_order": (
        "it may be {day} or {other}: other rows do not tell whether the day or the month stands first",
        "say it with --dates dmy or --dates mdy, or write it as 2027-01-09",
    ),
    "day_turned": (
        "the spreadsheet has taken it for a date and others of the column not: its day and month may be turned",
        "look at it, write every day of the column as 2027-01-09 in the format Text, and save",
    ),
    "not_coming": ("its status is “{status}”", "take the row out, or ignore the column with `--map COLUMN=`"),
    "sheet_error": (
        "there stands an error of the spreadsheet, or a formula that it has not calculated",
        "open the file in the spreadsheet, write what is meant, and save it",
    ),
    "broken_letter": ("a letter of it is lost (�)", "write it anew"),
    "garbled": (
        "its letters were read in a wrong encoding when the file was made (such as Ã© for é)",
        "make the file anew as “CSV UTF-8”, or write it anew",
    ),
    "too_many_cells": (
        "there are more cells than the {columns} columns",
        "look for a separator inside a cell: it needs quotes around the cell",
    ),
    "twice_in_file": (
        "row {row} has the same, for the same day and kind",
        "remove one; for another person leave the phone empty, or let one pass be for both",
    ),
    "day_full": ("{day} is full", "choose another day, or raise its capacity: events day"),
    "list_has_bad_rows": (
        "the list has bad rows, and one pass for all must count everybody",
        "correct them, and import the whole list again",
    ),
    "too_few_left": ("only {left} places are left for {day}", "choose another day, or raise its capacity: events day"),
}
"""By code of a bad row: the reason, and what to do."""
DOUBTS: Mapping[str, tuple[str, str]] = {
    "phone_rounded": (
        "the number ends in so many noughts that a spreadsheet may have rounded it",
        "look at it: what is wrong reaches somebody else",
    ),
}
"""By code of a doubt about a row that is imported all the same: the reason, and what to do."""
FILE_PROBLEMS: Mapping[str, str] = {
    "old_workbook": "it is a workbook of an old form, or has a password: save it as .xlsx without one, or as CSV",
    "no_workbook": "it is a zip archive, but no XLSX workbook that can be read: save it again as .xlsx, or as CSV",
    "no_worksheet": "it has no sheet {worksheet}; there are: {there}",
    "encoding": "its text is neither UTF-8 nor UTF-16 with its mark: save it as “CSV UTF-8”, or say --encoding",
    "encoding_broken": "it is UTF-8 but for {number} broken letters, the first in line {line}: {shown}. Mend them; or "
    "--encoding utf-8 reads it, and a row in which a column that is used has one of them is bad",
    "encoding_unclear": "its text is not UTF-8. As {encoding} it would read: {shown}. Where that is right, say "
    "--encoding {encoding}; else save it as “CSV UTF-8”",
    "encoding_told": "it cannot be read as {told}: save it as “CSV UTF-8”",
    "encoding_mark": "it has the mark of {encoding}, and is not {told}",
    "no_text": "it is not text: give a CSV or XLSX file",
    "no_rows": "there is nothing in it",
    "bad_csv": "row {row} cannot be read as CSV: look for a quotation mark that does not end",
    "too_large": "there are more than {most} MB in it: divide it",
    "too_many_rows": "something stands in row {row}, and {most:,} rows is as far as it goes: delete what is below the "
    "list, or divide it",
    "too_many_columns": "something stands in row {row} beyond column {most:,}: delete what is beside the list",
    "too_many_cells": "it has more than {most:,} cells: delete empty rows and columns with formats, or divide it",
    "cell_too_long": "a cell in row {row} is longer than {most:,} characters: shorten it, or look for a quotation mark "
    "that does not end",
    "text_too_long": "a cell is longer than {most:,} characters: shorten it",
    "row_too_long": "row {row} is longer than {most:,} characters: look whether it is a list",
    "no_such_head": "it has no column {head}",
    "no_such_thing": "there is nothing called {thing} to read; there are: {there}",
    "two_columns": "both {heads} would be the {thing}: say which with --map, and `--map COLUMN=` for the other",
    "no_column": "no column is the {thing}: its first row must name the columns, and names {heads}; say which it is "
    "with --map “COLUMN={thing}”",
    "changed": "it was changed while it was read: start again",
    "no_team_columns": "its first line must name the columns {columns}; without names each row needs one phone and one "
    "name",
    "too_many_members": "there are more than {most:,} people in it: divide it",
}
"""By code of an unreadable file: the reason, and what to do."""
NOTE_TEXTS: Mapping[str, str] = {
    "title": "the heads are in row {row}; above them: {above}",
    "hidden_sheet": "the sheet {sheet} is hidden",
    "hidden_sheets": "hidden sheets that are not read: {sheets}",
    "other_sheets": "other sheets that are not read: {sheets}",
    "hidden_rows": "rows that are hidden or filtered out: {number:,} (such as {rows}); they count like the others, and "
    "--without-hidden leaves them out",
    "hidden_rows_left": "left out, as they are hidden or filtered out: {number:,} rows (such as {rows})",
    "hidden_columns": "hidden columns that are read all the same: {columns}",
    "dates_proved": "in dates such as {said} (row {row}) {order} stands first: so in the whole column",
    "dates_by_head": "in dates in numbers {order} stands first, as the head says: {said}",
    "dates_usual": "dates such as {said} (row {row}) are read with {order} first: {day}; the other way with --dates",
    "dates_unsure": "nothing tells whether the day or the month stands first: {said} (row {row}) may be either. Say it "
    "with --dates dmy or --dates mdy",
    "dates_contradict": "the day stands first in {day_first}, the month in {month_first} (rows {rows}): what may be "
    "either is not taken. Say it with --dates dmy or --dates mdy",
    "dates_turned": "some days are dates of the spreadsheet (such as rows {rows}), others only look like them: it may "
    "have turned day and month",
}
"""What is to be known of how a file is read."""
ORDER_NAMES = {"dmy": "the day", "mdy": "the month"}
DIFFERS = "the file says {file}, the pass has {held}"
LEFT_ALONE = "left as it is: change the pass (passes revoke, then this again with --revoked-too) or the file"
REVOKED = "their pass was revoked or cancelled after an earlier import"
NOT_AGAIN = "no new one is made; with --revoked-too it is"


def file_problem(problem: "UnreadableFile") -> str:
    """Why a file cannot be used, with what was perhaps meant."""
    near = problem.params.get("nearest")
    hint = f"; did you mean {near}?" if near else ""
    return f"{_filled(FILE_PROBLEMS[problem.code], problem.params)} ({problem.code}{hint})"


@contextmanager
def reading(file: IO[bytes] | None = None) -> Iterator[None]:
    """A block that reads this file, or the one that is read again. Raises ClickException where it cannot be used."""
    from bot.domain.imports.unreadable import UnreadableFile

    try:
        yield
    except UnreadableFile as problem:
        raise click.ClickException(f"{file.name if file else 'the file'}: {file_problem(problem)}") from None


def note_text(note: "ImportNote") -> str:
    """The text of a note on how a file is read."""
    order = note.params.get("order")
    return _filled(NOTE_TEXTS[note.code], {**note.params, "order": ORDER_NAMES.get(order or "", "")})


def doubts_of_row(planned: "PlannedRow", columns: "ColumnMap") -> Iterator[dict[str, Any]]:
    """The texts of doubts about a row that is to be registered."""
    from bot.domain.imports.plan import NEW
    from bot.domain.imports.rows import ListedPerson

    row = planned.row
    if isinstance(row, ListedPerson) and planned.state == NEW:
        for doubt in row.doubts:
            yield _problem(row.row.number, columns.head(doubt.thing), doubt.code, *DOUBTS[doubt.code])


def row_problem(planned: "PlannedRow", columns: "ColumnMap") -> Iterator[dict[str, Any]]:
    """Each thing that an organiser must know about a row: row, column, code, problem, todo."""
    from bot.domain.imports.plan import REVOKED as GONE
    from bot.domain.imports.rows import RejectedRow

    row = planned.row
    if isinstance(row, RejectedRow):
        for wrong in row.problems:
            yield _problem(row.row.number, wrong.thing and columns.head(wrong.thing), wrong.code, *_wrong(wrong))
    for thing, (said, held) in planned.differs.items():
        problem = _filled(DIFFERS, {"file": said, "held": held})
        yield _problem(row.row.number, columns.head(thing), "differs", problem, LEFT_ALONE)
    if planned.state == GONE:
        yield _problem(row.row.number, "", "revoked", REVOKED, NOT_AGAIN)


def line(problem: Mapping[str, Any]) -> str:
    """The problem as one line."""
    column = f", {problem['column']}" if problem["column"] else ""
    end = "" if problem["problem"].endswith("?") else "."
    todo = problem["todo"][0].upper() + problem["todo"][1:]
    return f"row {problem['row']}{column}: {problem['problem']}{end} {todo} ({problem['code']})."


def _problem(row: int, column: str, code: str, problem: str, todo: str) -> dict[str, Any]:
    return {"row": row, "column": column, "code": code, "problem": problem, "todo": todo}


def _wrong(wrong: "CellProblem") -> tuple[str, str]:
    problem, todo = (_filled(text, wrong.params) for text in ROW_PROBLEMS[wrong.code])
    near = wrong.params.get("nearest")
    return (f"{problem}; did you mean {near}?" if near else problem), todo


def _filled(sentence: str, params: Mapping[str, Any]) -> str:
    return sentence.format_map({name: _plain(value) for name, value in params.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(str(_plain(item)) for item in value)
    return printable(value)
