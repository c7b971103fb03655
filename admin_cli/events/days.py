"""`events days` and `events day`: capacity and hours of each day."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import typed
from admin_cli.console.output import as_json_too, listing
from admin_cli.console.parameters import DAY, HOURS, LIMIT
from admin_cli.events.views import day_row

if TYPE_CHECKING:
    from bot.domain.models import Event


@click.command
@click.argument("slug")
@click.argument("day", type=DAY)
@click.option(
    "--close/--open", "closed", default=None, help="Close the day for registration and entry, or open it again."
)
@click.option("--capacity", type=LIMIT, metavar="PEOPLE", help="Capacity in people; `none`: no limit.")
@click.option("--hours", type=HOURS, help="Opening hours of this day; `none`: the event's.")
@as_whom
@click.pass_context
def day(ctx: click.Context, slug: str, day: date, closed: bool | None, capacity: int | None, hours: Any) -> None:
    """Close or open one day, or give it a capacity or hours of its own.

    Nobody is let in on a closed day; `events cancel --day` closes it too, and offers to write to its people. Which days
    there are: `events days SLUG`.

    Example: pravesh events day demo 2027-01-09 --capacity 5000
    """
    from bot.domain import audit, events

    limit = {"capacity": capacity} if typed(ctx, "capacity") else {}
    if closed is None and hours is None and not limit:
        raise click.UsageError("nothing to change: give --close, --open, --capacity or --hours", ctx)
    with session.writing(audit.DAY_CHANGED, slug) as db:
        slug = events.by_slug(db, slug).slug
        events.set_day(db, slug, day, closed=closed, hours=hours, **limit)
    click.echo(f"{slug} {day} is changed")
    if hours and None not in hours and hours[1] < hours[0]:
        click.echo(f"note: {hours[0]:%H:%M}-{hours[1]:%H:%M} goes on into the next morning", err=True)


@click.command
@click.argument("slug")
@as_json_too
def days(slug: str, as_json: bool) -> None:
    """Every day: people who hold a pass, capacity, places left, closed or not, hours of its own.

    A day that was cancelled is closed as well: in both cases nobody chooses it and nobody enters on it.

    Example: pravesh events days demo --json
    """
    from bot.domain import events

    with session.reading() as db:
        rows = [day_row(event_day) for event_day in events.by_slug(db, slug).days]
    listing(rows, as_json=as_json, nothing="It has no days.")


def warn_of_own_hours(event: "Event") -> None:
    """Which days the event's hours are not for: a change of them, or a copy, does not say it by itself."""
    from bot.domain import events

    own = [f"{row.day} {row.opens:%H:%M}-{row.closes:%H:%M}" for row in events.with_own_hours(event)]
    if own:
        given_up = f"`events day {event.slug} DAY --hours none` gives a day the event's"
        click.echo(f"note: days that keep hours of their own: {', '.join(own)}; {given_up}", err=True)
