"""`visitors import`: registers the people on an organiser's list and gives them their passes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from admin_cli.console import actor, out_files, session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import confirm
from admin_cli.console.output import as_json_too
from admin_cli.console.progress import bar
from admin_cli.visitors import import_report, import_texts
from admin_cli.visitors.import_report import ImportOptions, ImportOutcome, ProblemList

if TYPE_CHECKING:
    from bot.database import Database
    from bot.domain.imports.run import ImportAct, ImportPlan, ImportReport
    from bot.domain.keys import KeyRing
    from bot.settings import Settings

REGISTERED = "; the people are registered, and the same command again writes their passes"


def _pairs(_ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, str]]:
    """`A=B` as a pair; the last = parts them."""
    pairs = [pair.rpartition("=") for pair in given]
    if wrong := next((pair for pair, (_, parted, _) in zip(given, pairs, strict=True) if not parted), None):
        raise click.BadParameter(f"{wrong!r} is not of the form {param.metavar}", param=param)
    return [(left.strip(), right.strip()) for left, _, right in pairs]


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option(
    "--map", "given_columns", multiple=True, metavar="COLUMN=FIELD", callback=_pairs,
    help="What a column holds: name, phone, day, party, kind, language, ref, or a question of the event; "
    "without a field it is ignored. Can be repeated.",
)  # fmt: skip
@click.option(
    "--default", "defaults", multiple=True, metavar="FIELD=VALUE", callback=_pairs,
    help="A value for rows without one, such as kind=school. Can be repeated.",
)  # fmt: skip
@click.option(
    "--worksheet", default="", metavar="NAME", help="The sheet of a workbook; else its first that is not hidden."
)
@click.option("--without-hidden", is_flag=True, help="Leave out a sheet's hidden rows, as a filter hides them.")
@click.option(
    "--encoding",
    type=click.Choice(import_texts.ENCODINGS),
    help="The encoding of a CSV file, where it is not UTF-8.",
)
@click.option(
    "--dates",
    type=click.Choice(("dmy", "mdy")),
    help="Whether day or month is first in 02/03/2027; else found from the rows.",
)
@click.option("--consent", default="", metavar="TEXT", help="Where these people agreed; kept with each registration.")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="A CSV file for the bad rows.")
@click.option("--dry-run", is_flag=True, help="Only look; nothing is changed.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--all-or-nothing", is_flag=True, help="Do nothing where a row is bad.")
@click.option(
    "--revoked-too", "again", is_flag=True, help="Also give a new pass to people whose earlier one was revoked."
)
@click.option(
    "--one-pass", default="", metavar="NAME", help="One pass of this name for the whole list; else one for each row."
)
@click.option("--one-pass-phone", default="", metavar="PHONE", help="Whose that pass is, so that it can be sent.")
@click.option("--send", is_flag=True, help="Send each pass to its phone, once.")
@click.option(
    "--images", type=click.Path(path_type=Path), metavar="DIR", help="A folder for a picture of each pass, CODE.png."
)
@click.option(
    "--sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.pdf",
    help="A PDF of A4 pages with all passes, to cut apart.",
)
@as_json_too
@as_whom
def import_(
    file: IO[bytes],
    slug: str,
    given_columns: list[tuple[str, str]],
    defaults: list[tuple[str, str]],
    worksheet: str,
    without_hidden: bool,
    encoding: str | None,
    dates: str | None,
    dry_run: bool,
    yes: bool,
    all_or_nothing: bool,
    again: bool,
    one_pass: str,
    one_pass_phone: str,
    **wanted: Any,
) -> None:
    """Register the people of a CSV or XLSX file (`-`: standard input) and give them their passes.

    The whole file is looked at first: how many rows are good, are there already, or are bad, each with its
    reason. Then it asks, and takes the good ones. The same file again makes nothing twice; --send, --images and
    --sheet are for everybody in the file, also those who were there. Exit code 1 where a row was bad.

    Example: pravesh visitors import guests.xlsx --event demo --consent "signed list at the school,
    January 2027" --sheet passes.pdf --errors bad.csv
    """
    asked = ImportOptions(**wanted)
    if not (dry_run or asked.consent.strip()):
        raise click.UsageError("say with --consent where these people agreed; --dry-run needs none")
    if one_pass_phone and not one_pass:
        raise click.UsageError("--one-pass-phone goes with --one-pass")
    _check_places(asked, yes=yes)
    with session.open_database() as database:
        plan = _planned(
            database,
            file,
            slug,
            given_columns=given_columns,
            defaults=dict(defaults),
            again=again,
            one_pass=one_pass,
            one_pass_phone=one_pass_phone,
            worksheet=worksheet,
            hidden=not without_hidden,
            encoding=encoding or "",
            dates=dates or "",
        )
        looked, problems = _preview(database, plan, asked)
        if not asked.as_json:
            import_report.print_preview(plan, looked, problems)
        bad = looked.rows["bad"]
        if bad and all_or_nothing and not dry_run:
            raise click.ClickException(f"nothing was imported: {bad} of {looked.all_rows} rows are bad")
        to_do = bool(looked.rows["new"] or (asked.hands_out and looked.passes)) and not dry_run
        confirm(import_report.question(looked, asked), yes or not to_do, err=True)
        done = _import(database, plan, asked, looked, problems) if to_do else ImportOutcome(looked)
    import_report.print_outcome(plan, done, problems, asked)
    click.get_current_context().exit(1 if done.report.rows["bad"] else 0)


def _check_places(options: ImportOptions, *, yes: bool) -> None:
    """What can be known to fail, or would be lost, is said before anything is done."""
    for path in filter(None, (options.errors, options.sheet)):
        out_files.check(path, yes=yes)
    if options.images and not options.images.is_dir():
        raise click.ClickException(f"there is no folder {options.images}")


def _planned(database: "Database", file: IO[bytes], slug: str, **values: Any) -> "ImportPlan":
    from io import BytesIO

    from bot.domain.imports import run as run_import
    from bot.domain.imports.unreadable import MAX_FILE_BYTES

    region = session.load_settings().default_region
    source = file if file.seekable() else BytesIO(file.read(MAX_FILE_BYTES + 1))
    with import_texts.reading(file):
        return database.ask(run_import.make_plan, slug, source, region=region, now=datetime.now(UTC), **values)


@contextmanager
def _write_problems(plan: "ImportPlan", errors: Path | None) -> Iterator[Callable[[list[Any]], None]]:
    """Opens the file for bad rows: it has their columns, and can be corrected and imported itself."""
    from bot.domain.exports.files import write_whole
    from bot.domain.exports.writers import csv_file
    from bot.domain.imports.columns import OUR_OWN

    if errors is None:
        yield lambda cells: None
        return
    heads = [*(head for _, head in plan.columns.of_file), *OUR_OWN]
    with out_files.writing(errors), write_whole(errors) as part, csv_file(part, heads) as put:
        yield put


def _preview(database: "Database", plan: "ImportPlan", options: ImportOptions) -> "tuple[ImportReport, ProblemList]":
    from bot.domain.imports import run as run_import

    with _write_problems(plan, options.errors) as put, import_texts.reading(), bar("looked at", None) as told:
        problems = ProblemList(plan, put)
        return run_import.preview(database, plan, on_row=problems.add, progress=told), problems


def _import(
    database: "Database", plan: "ImportPlan", options: ImportOptions, looked: "ImportReport", earlier: ProblemList
) -> ImportOutcome:
    """Register, then hand out. What the look has told of already is not told again."""
    from bot.domain.imports import run as run_import
    from bot.pass_keys import open_ring

    settings = session.load_settings()
    ring = open_ring(database, settings)
    act = run_import.ImportAct(plan.event.id, actor.current_actor(), {"file": plan.digest[:16]})
    with (
        _write_problems(plan, options.errors) as put,
        import_texts.reading(),
        bar("registered", looked.all_rows) as told,
    ):
        problems = ProblemList(plan, put)
        consent = options.consent.strip()
        report = run_import.import_people(
            database, ring, plan, act, consent=consent, on_row=problems.add, progress=told, now=_now
        )
    known = [message["row"] for message in earlier.lines]
    later = [problem for problem in problems.lines if problem["row"] not in known]
    earlier.lines += later
    if not options.as_json:
        import_report.print_lines(later, 0)
    parts = ImportDeps(database, ring, settings)
    return ImportOutcome(report, True, _handed_out(parts, plan.event.id, report.passes, options, act))


@dataclass(frozen=True, slots=True)
class ImportDeps:
    """The parts that pictures of passes need."""

    database: "Database"
    ring: "KeyRing"
    settings: "Settings"


def _handed_out(
    deps: ImportDeps, event_id: int, passes: list[int], options: ImportOptions, act: "ImportAct"
) -> dict[str, Any]:
    """The passes as files and messages, as far as asked for; how many."""
    from bot.delivery.campaigns import bulk_passes
    from bot.domain.imports import run as run_import

    done: dict[str, Any] = {}
    if options.images:
        with out_files.writing(options.images, REGISTERED), bar("drawn", len(passes)) as told:
            done["images"] = bulk_passes.write_pictures(deps, event_id, passes, options.images, told)
    if options.sheet:
        with out_files.writing(options.sheet, REGISTERED), bar("put on sheets", len(passes)) as told:
            done["sheet"] = bulk_passes.write_sheet(deps, event_id, passes, options.sheet, told)
    if options.send:
        done["send"] = dict(_send(deps, passes))
    if done:
        run_import.record_facts(deps.database, act, _now(), **done)
    return done


def _send(deps: ImportDeps, passes: list[int]) -> Mapping[str, int]:
    from bot.delivery.campaigns import bulk_passes
    from bot.delivery.outbox.session_window import SessionWindows
    from bot.ops import connections

    with connections.connect_redis(deps.settings.redis) as redis, bar("owed", len(passes)) as told:
        windows = SessionWindows(redis)
        return bulk_passes.enqueue_passes(deps.database, windows, deps.settings, passes, now=_now, report=told)


def _now() -> datetime:
    return datetime.now(UTC)
