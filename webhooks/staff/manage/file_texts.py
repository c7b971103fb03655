"""Why a file that was dropped on a page cannot be read, and what to do."""

from collections.abc import Mapping
from typing import Any

from bot.domain.imports.unreadable import UnreadableFile
from flows.shapes import Sentence
from flows.text import _
from webhooks.i18n import say

FILE_PROBLEMS: Mapping[str, Sentence] = {
    "old_workbook": _(
        "This is an old kind of workbook, or it has a password. Save it as .xlsx without one, or as CSV."
    ),
    "no_workbook": _("This is not an Excel workbook that can be read. Save it again as .xlsx, or as CSV."),
    "no_worksheet": _("There is no sheet {worksheet}. There are: {there}."),
    "encoding": _("The letters of this file cannot be read. Save it as “CSV UTF-8”, or choose its encoding."),
    "encoding_broken": _(
        "{number} letters of this file are broken, the first in line {line}: {shown}. Mend them, or choose the "
        "encoding utf-8: then only rows with a broken letter are left out."
    ),
    "encoding_unclear": _(
        "This file is not UTF-8. As {encoding} it reads: {shown}. If that is right, choose {encoding}; if not, save it "
        "as “CSV UTF-8”."
    ),
    "encoding_told": _("The file cannot be read as {told}. Save it as “CSV UTF-8”."),
    "encoding_mark": _("The file says that it is {encoding}, not {told}."),
    "no_text": _("This is not a list. Choose a CSV or XLSX file."),
    "no_rows": _("The file is empty."),
    "bad_csv": _("Row {row} cannot be read. Look for a quotation mark that does not end."),
    "too_large": _("The file is larger than {most} MB. Divide it."),
    "too_many_rows": _("The list goes beyond row {most}. Delete what is below it, or divide it."),
    "too_many_columns": _("Something stands in row {row} beyond column {most}. Delete what is beside the list."),
    "too_many_cells": _("The list has more than {most} cells. Delete empty rows and columns, or divide it."),
    "cell_too_long": _("A cell in row {row} is longer than {most} characters. Shorten it."),
    "text_too_long": _("A cell is longer than {most} characters. Shorten it."),
    "row_too_long": _("Row {row} is longer than {most} characters. Is it a list?"),
    "no_such_head": _("The file has no column {head}."),
    "no_such_thing": _("{thing} is nothing that a column can hold. There are: {there}."),
    "two_columns": _("Both {heads} look like the {thing}. Choose for each column what it holds."),
    "no_column": _(
        "No column is the {thing}. The first row must name the columns; choose which of them it is: {heads}."
    ),
    "changed": _("The file was changed while it was read. Start again."),
    "no_team_columns": _(
        "The first row must name the columns: {columns}. Without names each row needs one phone and one name."
    ),
    "too_many_members": _("The list has more than {most} people. Divide it."),
}
"""By code of bot.domain.imports.unreadable.UnreadableFile."""


def file_problem(problem: UnreadableFile) -> str:
    """Why a file cannot be used, in the page's language."""
    return say(FILE_PROBLEMS[problem.code].filled(**plain(problem.params)))


def plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a problem as a sentence takes them: lists in one line, no characters that print nothing."""
    return {name: _plain(value) for name, value in params.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return ", ".join(str(_plain(item)) for item in value)
    return "".join(one for one in value if one.isprintable()) if isinstance(value, str) else value
