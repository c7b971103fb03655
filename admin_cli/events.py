"""`events`: made, looked at, opened, closed and changed."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from admin_cli import kinds, opening
from admin_cli.event_options import MORE_OPTIONS, OPTIONS, completed, given, typed, with_options
from admin_cli.event_views import day_row, everything, row
from admin_cli.parameters import Day, Limit
from admin_cli.printing import as_json_too, details, listing
from admin_cli.who import as_whom

if TYPE_CHECKING:
    from bot.domain.models import Event


@click.group
def command() -> None:
    """Events.

    Example: python -m admin_cli events list
    """


command.add_command(kinds.command, "kinds")


@command.command
@click.option("--slug", required=True, help="Its short name in links and messages: small letters, digits, hyphens.")
@click.option("--name", required=True, help="Its name, as visitors read it.")
@click.option("--from", "starts_on", type=Day(), required=True, help="First day.")
@click.option("--to", "ends_on", type=Day(), required=True, help="Last day.")
@with_options(OPTIONS)
@as_whom
@click.pass_context
def create(ctx: click.Context, /, slug: str, **_fields: Any) -> None:
    """Make an event; it is closed until `events open`.

    Example: python -m admin_cli events create --slug fair --name Fair --from 2027-01-09 --to 2027-01-17
    """
    from bot.domain import audit, events

    now = datetime.now(UTC)
    with opening.writing(audit.EVENT_MADE, slug) as db:
        made = events.create(db, slug=slug, now=now, **given(ctx))
        over = events.is_over(made, now)
    click.echo(f"made {slug}, closed; when all is ready: python -m admin_cli events open {slug}")
    _warn_of_the_past(made, over)


@command.command("list")
@as_json_too
def list_(as_json: bool) -> None:
    """Every event, by start.

    Example: python -m admin_cli events list --json
    """
    from bot.domain import events

    with opening.reading() as db:
        listing([row(event) for event in events.listed(db)], as_json=as_json, nothing="There is no event yet.")


@command.command
@click.argument("slug")
@as_json_too
def show(slug: str, as_json: bool) -> None:
    """One event, and its days with the people who hold a pass for them.

    Example: python -m admin_cli events show demo
    """
    from bot.domain import events

    with opening.reading() as db:
        event = events.by_slug(db, slug)
        whole, days = everything(event), [day_row(day) for day in event.days]
    if as_json:
        details({**whole, "days": days}, as_json=True)
    else:
        details({**whole, "questions": [question["name"] for question in whole["questions"]]}, as_json=False)
        listing(days, as_json=False, nothing="It has no days.")


@command.command("open")
@click.argument("slug")
@as_whom
def open_(slug: str) -> None:
    """Let people register.

    Example: python -m admin_cli events open demo
    """
    from bot.domain import audit, events

    with opening.writing(audit.EVENT_OPENED, slug) as db:
        event = events.open_event(db, slug)
        over = events.is_over(event, datetime.now(UTC))
    click.echo(f"{event.slug} is open")
    _warn_of_the_past(event, over)


@command.command
@click.argument("slug")
@as_whom
def close(slug: str) -> None:
    """Take no more registrations; passes stay good.

    Example: python -m admin_cli events close demo
    """
    from bot.domain import audit, events

    with opening.writing(audit.EVENT_CLOSED, slug) as db:
        event = events.close_event(db, slug)
    click.echo(f"{event.slug} is closed")


@command.command
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_whom
def cancel(slug: str, yes: bool) -> None:
    """Tell everybody who asks that the event does not take place.

    Example: python -m admin_cli events cancel demo --yes
    """
    from bot.domain import audit, events

    with opening.reading() as db:
        slug = events.by_slug(db, slug).slug
    if not yes:
        click.confirm(f"Cancel {slug}? Nobody can register any more", abort=True)
    with opening.writing(audit.EVENT_CANCELLED, slug) as db:
        events.cancel_event(db, slug)
    click.echo(f"{slug} is cancelled")


@command.command("set")
@click.argument("slug")
@click.option("--name", help="Its name, as visitors read it.")
@click.option("--from", "starts_on", type=Day(), help="First day.")
@click.option("--to", "ends_on", type=Day(), help="Last day.")
@with_options(OPTIONS + MORE_OPTIONS)
@as_whom
@click.pass_context
def set_(ctx: click.Context, /, slug: str, **_fields: Any) -> None:
    """Change what is said here and leave the rest. A day that has passes cannot be taken away.

    Example: python -m admin_cli events set demo --hours 10:00-18:00 --name-in "hi=डेमो मेला"
    """
    from bot.domain import audit, events

    fields = given(ctx)
    if not fields:
        raise click.UsageError("nothing to change: give at least one option", ctx)
    with opening.writing(audit.EVENT_CHANGED, slug) as db:
        event = events.change(db, slug, **completed(fields, events.by_slug(db, slug)))
    click.echo(f"{event.slug} is changed")


@command.command
@click.argument("slug")
@click.argument("day", type=Day())
@click.option("--close/--open", "closed", default=None, help="Nobody, or people again, can choose this day.")
@click.option("--capacity", type=Limit(), metavar="PEOPLE", help="People on this day; `none`: no limit.")
@as_whom
@click.pass_context
def day(ctx: click.Context, slug: str, day: date, closed: bool | None, capacity: int | None) -> None:
    """Close or open one day, or give it a capacity of its own.

    Example: python -m admin_cli events day demo 2027-01-09 --capacity 5000
    """
    from bot.domain import audit, events

    limit = {"capacity": capacity} if typed(ctx, "capacity") else {}
    if closed is None and not limit:
        raise click.UsageError("nothing to change: give --close, --open or --capacity", ctx)
    with opening.writing(audit.DAY_CHANGED, slug) as db:
        slug = events.by_slug(db, slug).slug
        events.set_day(db, slug, day, closed=closed, **limit)
    click.echo(f"{slug} {day} is changed")


@command.command
@click.argument("slug")
@click.option(
    "--file", "source", type=click.File(encoding="utf-8"), help="JSON with all of them; `-` reads standard input."
)
@click.option("--yes", is_flag=True, help="Do not ask before replacing those that are there.")
@as_json_too
@as_whom
def questions(slug: str, source: Any, yes: bool, as_json: bool) -> None:
    """The event's own questions: shown, or set from a file. docs/questions.md says what the file holds.

    Example: python -m admin_cli events questions demo --file questions.json
    """
    from bot.domain import events

    if source is not None:
        _set_questions(slug, _read_questions(source), yes)
    with opening.reading() as db:
        kept = events.by_slug(db, slug).questions
        rows = [{**question, "labels": question["labels"]["en"]} for question in kept]
        listing(kept if as_json else rows, as_json=as_json, nothing="It asks no questions of its own.")


def _warn_of_the_past(event: "Event", over: bool) -> None:
    if over:
        click.echo(f"note: {event.slug} ended on {event.ends_on}, so nobody can register for it", err=True)


def _read_questions(source: Any) -> list[dict[str, Any]]:
    import json

    try:
        found = json.load(source)
    except (ValueError, RecursionError):
        raise click.ClickException(f"{source.name}: not JSON") from None
    if not isinstance(found, list) or not all(isinstance(question, dict) for question in found):
        raise click.ClickException(f"{source.name}: not a list of questions")
    return found


def _set_questions(slug: str, wanted: list[dict[str, Any]], yes: bool) -> None:
    from bot.domain import audit, events

    with opening.reading() as db:
        event = events.by_slug(db, slug)
        slug, number = event.slug, len(event.questions)
    if number and not yes:
        click.confirm(f"Replace the {number} questions of {slug}?", abort=True)
    with opening.writing(audit.QUESTIONS_SET, slug) as db:
        events.set_questions(db, slug, wanted)
