"""The report of `visitors import`: how the file was read, what its rows will do, and what was done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console.output import details
from admin_cli.visitors import import_texts

if TYPE_CHECKING:
    from bot.domain.imports.plan import PlannedRow
    from bot.domain.imports.rows import ListedPerson
    from bot.domain.imports.run import ImportPlan, ImportReport

MAX_SHOWN = 50
"""Problems that are told one by one; the file of --errors has all bad rows."""
SENT_TEXTS = {
    "whatsapp": "on WhatsApp",
    "sms": "as a link by SMS",
    "waits": "as soon as they write to us (no template is approved: templates sync)",
    "before": "nothing more: sent or owed before",
    "stopped": "nothing: they want no messages",
    "no_phone": "nothing: there is no phone",
}
"""Which way passes go, by the words of bot.delivery.campaigns.bulk_passes."""


@dataclass(slots=True)
class ImportOptions:
    """The options of the command."""

    consent: str
    errors: Path | None
    send: bool
    images: Path | None
    sheet: Path | None
    as_json: bool

    @property
    def hands_out(self) -> bool:
        """Whether the passes are to be given to people."""
        return bool(self.send or self.images or self.sheet)


@dataclass(slots=True)
class ImportOutcome:
    """The result of the import."""

    report: "ImportReport"
    imported: bool = False
    handed_out: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ProblemList:
    """Problems of rows, in the order in which they are found."""

    plan: "ImportPlan"
    put: Callable[[list[Any]], None]
    """Takes the cells of a bad row."""
    lines: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0
    doubts: list[dict[str, Any]] = field(default_factory=list)
    more_doubts: int = 0
    first: "ListedPerson | None" = None
    """The first who is to be registered: whether the columns are the right ones is seen in them."""

    def add(self, planned: "PlannedRow") -> None:
        """Note what is the matter with a row, if anything is."""
        from bot.domain.imports.cells import text
        from bot.domain.imports.rows import ListedPerson, RejectedRow

        doubts = list(import_texts.doubts_of_row(planned, self.plan.columns))
        room = max(MAX_SHOWN - len(self.doubts), 0)
        self.doubts += doubts[:room]
        self.more_doubts += len(doubts[room:])
        if self.first is None and isinstance(planned.row, ListedPerson) and planned.fresh:
            self.first = planned.row
        found = list(import_texts.row_problem(planned, self.plan.columns))
        room = max(MAX_SHOWN - len(self.lines), 0)
        self.lines += found[:room]
        self.more += len(found[room:])
        if isinstance(planned.row, RejectedRow):
            cells = planned.row.row.cells
            kept = [text(cells[place]) if place < len(cells) else "" for place, _ in self.plan.columns.of_file]
            self.put([*kept, planned.row.row.number, " ".join(map(import_texts.line, found)), planned.row.twin or ""])


def question(looked: "ImportReport", options: ImportOptions) -> str:
    """The question before anything is done."""
    doing = [f"Register {_rows(looked.rows['new'])} ({_people(looked)})"] if looked.rows["new"] else []
    ways = {"send": options.send, "draw": options.images, "print": options.sheet}
    doing += [f"{way} the passes" for way, wanted in ways.items() if wanted]
    return f"{', '.join(doing)}?".capitalize()


def print_preview(plan: "ImportPlan", looked: "ImportReport", problems: ProblemList) -> None:
    """How the file was read, and what comes of its rows."""
    columns = plan.columns
    click.echo(plan.table.form)
    click.echo("columns: " + ", ".join(f"{columns.head(thing)} = {thing}" for thing in columns.places))
    if columns.ignored:
        click.echo(f"ignored: {', '.join(columns.ignored)}")
    for note in plan.notes:
        click.echo(import_texts.note_text(note))
    if problems.first:
        click.echo(_example(problems.first))
    click.echo(_counts(looked, "to be registered"))
    if looked.beyond:
        click.echo(f"parties over the limit ({plan.event.max_party}): {_rows(looked.beyond)}")
    if looked.more_days:
        click.echo(f"their kind's passes are good for more days than the row says: {_rows(looked.more_days)}")
    if looked.unreachable:
        click.echo(f"without a phone, so that nothing can be sent: {_rows(looked.unreachable)}")
    if looked.erased and looked.rows["new"]:
        click.echo(
            f"erased since they came with a list: {_many(looked.erased, 'registration')}: nothing tells who they were, "
            "and whoever of them is in this file is registered again; take them out of it",
            err=True,
        )
    for doubt in problems.doubts:
        click.echo(import_texts.line(doubt), err=True)
    if problems.more_doubts:
        click.echo(f"and {problems.more_doubts:,} more such numbers", err=True)
    print_lines(problems.lines, problems.more)


def _example(person: "ListedPerson") -> str:
    """The first of the list as they are understood."""
    days = "; ".join(map(str, person.days))
    phone = person.phone or "no phone"
    return f"row {person.row.number} is read as: {person.full_name}, {phone}, {days}, {_of_people(person.party_size)}"


def _counts(report: "ImportReport", new: str) -> str:
    rows = report.rows
    there = f"{rows['already_there']:,} already there, {rows['differs']:,} there but otherwise"
    bad = f"{rows['revoked']:,} revoked since, {rows['bad']:,} bad"
    return f"{_rows(report.all_rows)}: {rows['new']:,} {new} ({_people(report)}), {there}, {bad}"


def _many(number: int, what: str) -> str:
    """`1 pass`, `2 passes`; `1 row`, `2 rows`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}{'es' if what.endswith('s') else 's'}"


def _people(report: "ImportReport") -> str:
    return _of_people(report.people)


def _of_people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _rows(number: int) -> str:
    return _many(number, "row")


def print_lines(lines: Sequence[Mapping[str, Any]], more: int) -> None:
    """Prints the problems of rows, a line each."""
    for problem in lines:
        click.echo(import_texts.line(problem), err=True)
    if more:
        click.echo(f"and {more:,} more; --errors FILE.csv keeps every bad row", err=True)


def print_outcome(plan: "ImportPlan", outcome: ImportOutcome, problems: ProblemList, options: ImportOptions) -> None:
    """Prints what was done; as JSON everything."""
    report = outcome.report
    if options.as_json:
        counts = {"all": report.all_rows, **report.rows, "people": report.people, "without_phone": report.unreachable}
        counts["more_days"] = report.more_days
        counts["erased"] = report.erased
        places = {thing: plan.columns.head(thing) for thing in plan.columns.places}
        read: dict[str, Any] = {"form": plan.table.form, "columns": places, "ignored": plan.columns.ignored}
        notes = [{"code": note.code, "note": import_texts.note_text(note)} for note in plan.notes]
        read |= {"notes": notes, "doubts": problems.doubts, "more_doubts": problems.more_doubts}
        came = {
            "imported": outcome.imported,
            "rows": counts,
            "problems": problems.lines,
            "more_problems": problems.more,
        }
        details({**read, **came, "handed_out": outcome.handed_out}, as_json=True)
        return
    if outcome.imported:
        click.echo(_counts(report, "registered"))
    else:
        click.echo("Nothing was changed.")
    for way, number in outcome.handed_out.get("send", {}).items():
        click.echo(f"{_many(number, 'pass')}: {SENT_TEXTS[way]}")
    for name, path in (("images", options.images), ("sheet", options.sheet)):
        if name in outcome.handed_out:
            click.echo(f"{_many(outcome.handed_out[name], 'pass')} in {path}")
    if report.rows["bad"]:
        kept = f": mend {options.errors} and import that" if options.errors else ""
        click.echo(f"not registered: {_rows(report.rows['bad'])}{kept}", err=True)
