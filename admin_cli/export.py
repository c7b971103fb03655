"""`export`: an event's visitors, passes, scans, messages or audit log as a file."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli.console import out_files, session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import with_options
from admin_cli.console.parameters import DAY, SINCE, UNTIL, in_zone
from admin_cli.console.progress import bar

if TYPE_CHECKING:
    from bot.database import Database
    from bot.domain.exports.pages import ExportScope

TABLES = {
    "visitors": "one row a registration; people who never registered are not in it",
    "passes": "one row a pass, revoked and replaced ones too",
    "checkins": "one row a scan, refused ones too",
    "deliveries": "one row a message about a pass or to many, and what became of it",
    "waiting": "one row an entry of a waiting list, and what became of it",
    "needs": "one row a day and kind of help that people need, with the number of passes and nobody's name",
    "audit": "who did what",
}
FORMATS = ("csv", "xlsx", "jsonl")
OPTIONS = (
    click.option("--event", "slug", required=True, metavar="SLUG", help="The event."),
    click.option("--format", "file_format", type=click.Choice(FORMATS), default="csv", show_default=True),
    click.option(
        "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file; - is standard output."
    ),
    click.option("--since", type=SINCE, help="From this moment on, in the event's zone unless another is given."),
    click.option("--until", type=UNTIL, help="Before this moment; a day without an hour is included."),
    click.option("--columns", metavar="A,B,…", help="Only these columns, in this order; a wrong name lists them all."),
    out_files.yes,
    as_whom,
)


@click.group
def command() -> None:
    """Take an event's data out as a file: CSV, XLSX or JSON lines.

    Times are the event's own, with their offset from UTC. Texts that a spreadsheet would take for a
    formula get an apostrophe before them. The file has its name only when it is whole.

    Example: pravesh export visitors --event demo --out visitors.xlsx --format xlsx
    """


EVENT_DAY = click.option(
    "--event-day",
    type=DAY,
    help="Only scans of this day of the event; for a night event also those after midnight.",
)


def _add(table: str, what: str) -> None:
    def export(**options: Any) -> None:
        _export(table, **options)

    export.__doc__ = f"""Write a file with {what}.

    Example: pravesh export {table} --event demo --format csv --out {table}.csv
    """
    command.command(table)(with_options((*OPTIONS, *([EVENT_DAY] if table == "checkins" else ())))(export))


for _table, _what in TABLES.items():
    _add(_table, _what)


def _export(
    table: str,
    *,
    slug: str,
    file_format: str,
    out: Path,
    since: datetime | None,
    until: datetime | None,
    columns: str | None,
    yes: bool,
    event_day: date | None = None,
) -> None:
    from bot.domain.exports.files import placed

    out_files.check(out, yes=yes)
    chosen = [name.strip() for name in (columns or "").split(",") if name.strip()]
    with session.open_database() as database:
        wanted = _scope(database, slug, since, until, event_day)
        if wanted.since and wanted.until and wanted.since > wanted.until:
            raise click.UsageError("--until is before --since")
        with out_files.writing(out), placed(out) as path:
            rows = _run(database, table, wanted, file_format, path, chosen)
            _record(database, table, wanted, file_format, rows)  # noted before anybody has the file
    click.echo(f"{rows} rows in {'standard output' if str(out) == '-' else out}", err=True)


def _scope(
    database: "Database", slug: str, since: datetime | None, until: datetime | None, event_day: date | None
) -> "ExportScope":
    from bot.domain import events
    from bot.domain.exports import pages

    with database.read() as db:
        event = events.by_slug(db, slug)
        zone = ZoneInfo(event.timezone)
        return pages.scope_of(db, event, since=in_zone(since, zone), until=in_zone(until, zone), event_day=event_day)


def _run(
    database: "Database", table: str, scope: "ExportScope", file_format: str, out: Path, columns: list[str]
) -> int:
    from bot.domain.exports import run as run_export
    from bot.domain.exports.tables import TABLES

    total = database.ask(TABLES[table].count, scope)
    with bar(table, total) as told:
        return run_export.run(
            database, table, scope, file_format=file_format, path=out, columns=columns, report_progress=told
        )


def _record(database: "Database", table: str, scope: "ExportScope", file_format: str, rows: int) -> None:
    from bot.domain import audit
    from bot.domain.audit import recorder

    with session.audited(database, audit.EXPORTED, scope.event.slug) as db:
        recorder.add_facts(db, table=table, format=file_format, rows=rows)
