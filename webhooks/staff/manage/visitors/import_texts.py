"""What the pages of lists say: of columns, of rows, of how a file was read, and of what was done."""

from collections.abc import Mapping
from typing import Any

from bot.domain.imports import heads, stored
from bot.domain.imports.columns import ANSWER
from bot.domain.models import Event, ListImport
from flows.shapes import Sentence
from flows.text import _, ngettext_, words
from webhooks.i18n import say
from webhooks.staff.manage import file_texts

IGNORED = "-"
"""Stands in the form for a column that says nothing."""
FOUND_BY_ITSELF = _("found by itself")
DATE_ORDERS: Mapping[str, Sentence] = {
    "": FOUND_BY_ITSELF,
    "dmy": _("day first: 31/12/2027"),
    "mdy": _("month first: 12/31/2027"),
}
THING_NAMES: Mapping[str, Sentence] = {
    IGNORED: _("(ignored)"),
    heads.NAME: _("name"),
    heads.FIRST: _("first name"),
    heads.MIDDLE: _("middle name"),
    heads.LAST: _("last name"),
    heads.PHONE: _("phone"),
    heads.DAY: _("day"),
    heads.PARTY: _("number of people"),
    heads.KIND: _("kind of pass"),
    heads.LANGUAGE: _("language"),
    heads.REF: _("your own number"),
    heads.STATUS: _("status"),
    heads.CODE: _("pass code"),
}
"""What a column can hold, besides the answers to the event's questions."""
STATES: Mapping[tuple[str, str], Sentence] = {
    (stored.LOOK, stored.READY): _("read: please check"),
    (stored.LOOK, stored.FAILED): _("cannot be read"),
    (stored.IMPORT, stored.READY): _("registered"),
    (stored.SHEET, stored.READY): _("registered, sheet ready"),
    (stored.SEND, stored.READY): _("registered, passes sent"),
}
BUSY: Mapping[str, Sentence] = {
    stored.LOOK: _("being read"),
    stored.IMPORT: _("being registered"),
    stored.SHEET: _("sheet is being made"),
    stored.SEND: _("passes are being sent"),
}
STATUS_NAMES: Mapping[str, Sentence] = {stored.WAITING: _("waiting"), stored.FAILED: _("failed")}
FAILURES: Mapping[str, Sentence] = {
    "gave_up": _("It failed three times. Who was registered stays registered."),
    "erased": _(
        "The list was deleted because someone's personal data was deleted. Drop it again, without that person."
    ),
    "broken": _("Something broke on our side. See the worker log, or try again: nobody is registered twice."),
    "event_over": _("This event is over."),
    "event_cancelled": _("This event is cancelled."),
}
ROW_PROBLEMS: Mapping[str, Sentence] = {
    "empty": _("The name is missing."),
    "too_long": _("This is longer than {most} characters."),
    "too_short": _("This is shorter than {least} characters."),
    "no_letter": _("There is no letter in it. Are the columns right?"),
    "not_a_name": _("This is an answer in the chat, not a name."),
    "not_a_phone": _("This is not a whole mobile number. Write all digits, or leave it empty."),
    "phone_cut": _("The spreadsheet has rounded this number. Format the column as text and enter it again."),
    "day_missing": _("The row names no day."),
    "day_unclear": _("This is not a whole date. Write it as 2027-01-09."),
    "day_outside": _("{day} is no day of the event ({first} to {last})."),
    "day_over": _("{day} is over."),
    "day_closed": _("There is no entry on {day}."),
    "kind_not_that_day": _("Passes of the kind {kind} are for {days}."),
    "no_such_kind": _("There is no kind of pass {kind}. There are: {there}."),
    "not_a_number": _("This is not a whole number."),
    "number_too_small": _("This is less than {least}."),
    "number_too_large": _("This is more than {most}."),
    "party_too_large": _("One pass of this kind is for {most} people at most. Make several rows of it."),
    "bad_language": _("We do not speak {language}. There are: {there}."),
    "answer_missing": _("The event needs an answer to this question."),
    "not_an_option": _("This is none of the answers of the question."),
    "several_options": _("This fits several answers of the question."),
    "bad_ref": _("Your own number is longer than {most} characters."),
    "several_days": _("This names several days. Write ; between them: 2027-01-09; 2027-01-10."),
    "day_order": _("This may be {day} or {other}. Choose below whether the day or the month is first."),
    "day_turned": _("Day and month may be turned in this date. Write it as 2027-01-09, as text."),
    "not_coming": _("The status is “{status}”. Take the row out, or ignore that column."),
    "sheet_error": _("There is an error of the spreadsheet here, or a formula without a result."),
    "broken_letter": _("A letter is lost here (�)."),
    "garbled": _("The letters are garbled, such as Ã© for é. Make the file again as “CSV UTF-8”."),
    "too_many_cells": _("The row has more cells than the {columns} columns. Is there a comma inside a cell?"),
    "twice_in_file": _("Row {row} has the same, for the same day and kind."),
    "day_full": _("{day} is full."),
    "list_has_bad_rows": _("The list has bad rows, and one pass for all must count everyone. Correct them first."),
    "too_few_left": _("Places left for {day}: {left}."),
    "phone_rounded": _("The number ends in many zeros. It may have been rounded; please look at it."),
    "differs": _("The list says {file}, the pass has {held}. The pass stays as it is."),
    "revoked": _("Their pass was revoked. They get a new one only if you tick it below."),
}
"""By code of bot.domain.imports.rows, and of bot.domain.imports.report."""
NOTE_TEXTS: Mapping[str, Sentence] = {
    "title": _("The names of the columns are in row {row}; above them: {above}"),
    "hidden_sheet": _("The sheet {sheet} is hidden."),
    "hidden_sheets": _("Hidden sheets that are not read: {sheets}"),
    "other_sheets": _("Other sheets that are not read: {sheets}"),
    "hidden_rows": _("Hidden or filtered rows are read too: {number}"),
    "hidden_rows_left": _("Hidden or filtered rows are left out: {number}"),
    "hidden_columns": _("Hidden columns are read too: {columns}"),
    "dates_proved": _("Dates such as {said} (row {row}) show which is first, day or month."),
    "dates_by_head": _("The name of the column says which is first in dates, day or month: {said}"),
    "dates_usual": _("Dates such as {said} (row {row}) are read as {day}. If that is wrong, choose the other way."),
    "dates_unsure": _("Nothing shows whether day or month is first: {said} (row {row}). Please choose."),
    "dates_contradict": _("In {day_first} the day is first, in {month_first} the month. Please choose."),
    "dates_turned": _("Some days are dates and others text: day and month may be turned (rows {rows})."),
}
"""By code of bot.domain.imports.unreadable.ImportNote."""
COUNT_NAMES: Mapping[str, Sentence] = {
    "new": _("to register"),
    "already_there": _("already registered"),
    "differs": _("registered with other details"),
    "revoked": _("revoked before"),
    "bad": _("wrong: left out"),
}
SENT_TEXTS: Mapping[str, Sentence] = {
    "whatsapp": _("on WhatsApp"),
    "sms": _("as a link by SMS"),
    "waits": _("as soon as they write to us"),
    "before": _("sent before"),
    "stopped": _("they want no messages"),
    "no_phone": _("no phone"),
}
DONE_NAME = _("registered now")


def state_of(one: ListImport) -> Sentence:
    """How far a list is, in words."""
    if one.status == stored.RUNNING:
        return BUSY[one.task]
    return STATES.get((one.task, one.status)) or STATUS_NAMES[one.status]


def things(event: Event) -> list[tuple[str, str]]:
    """What a column can hold at this event, for a list to choose from."""
    questions = [(f"{ANSWER}{one['name']}", say(words(one["labels"]))) for one in event.questions]
    return [*((code, say(name)) for code, name in THING_NAMES.items()), *questions]


def failure(code: str, params: Mapping[str, Any]) -> str:
    """Why a task failed."""
    known = FAILURES.get(code) or file_texts.FILE_PROBLEMS.get(code) or FAILURES["broken"]
    return say(known.filled(**file_texts.plain(params)))


def problem(one: Mapping[str, Any]) -> dict[str, Any]:
    """A row that must be looked at."""
    text = ROW_PROBLEMS[one["code"]].filled(**file_texts.plain(one["params"]))
    near = one["params"].get("nearest")
    hint = f" {say(_('Did you mean {near}?', near=str(near)))}" if near else ""
    return {"row": one["row"], "column": one["column"], "text": f"{say(text)}{hint}"}


def note(one: Mapping[str, Any]) -> str:
    """How the file is read, where that is not plain."""
    return say(NOTE_TEXTS[one["code"]].filled(**file_texts.plain(one["params"])))


def counts(report: Mapping[str, Any]) -> list[tuple[Sentence, int]]:
    """How many rows come to what; what there is none of is not told, but for the new ones."""
    rows = report["rows"]
    names = {**COUNT_NAMES, "new": DONE_NAME if report.get("imported") else COUNT_NAMES["new"]}
    return [(name, rows.get(code, 0)) for code, name in names.items() if rows.get(code) or code == "new"]


def warnings(report: Mapping[str, Any]) -> list[Sentence]:
    """What is to be known of the rows as a whole."""
    told = [
        (
            report["people"],
            ngettext_("{count} person on new passes.", "{count} people on new passes.", count=report["people"]),
        ),
        (
            report["beyond"],
            _("Parties over the limit of {most}: {number}", most=report["limit"], number=report["beyond"]),
        ),
        (report["more_days"], _("Passes good for more days than the row says: {number}", number=report["more_days"])),
        (report["unreachable"], _("Without a phone, so nothing can be sent: {number}", number=report["unreachable"])),
        (
            report["erased"],
            _(
                "People deleted since an earlier list: {number}. Whoever of them is in this list is registered again; "
                "take them out of it.",
                number=report["erased"],
            ),
        ),
    ]
    return [sentence for number, sentence in told if number]


def example(one: Mapping[str, Any]) -> Sentence | None:
    """The first of the list as they are understood."""
    if not one:
        return None
    days, phone = ", ".join(one["days"]), one["phone"] or say(SENT_TEXTS["no_phone"])
    what = {"row": one["row"], "name": one["name"], "phone": phone, "days": days, "people": one["people"]}
    return _("Row {row} is read as: {name}, {phone}, {days}, people: {people}", **what)


def sent(ways: Mapping[str, int]) -> list[tuple[Sentence, int]]:
    """Which way the passes went."""
    return [(SENT_TEXTS[way], number) for way, number in ways.items() if number]
