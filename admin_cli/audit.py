"""`audit`: who did what, and when."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli.console import session
from admin_cli.console.options import with_options
from admin_cli.console.output import as_json_too, listing
from admin_cli.console.parameters import SINCE, UNTIL, in_zone

if TYPE_CHECKING:
    from bot.domain.models import AuditEntry

OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--event", "slug", default="", metavar="SLUG", help="Only entries of this event, with times in its zone."
    ),
    click.option("--who", default="", metavar="NAME", help="Only acts of people whose name contains this."),
    click.option(
        "--what", default="", metavar="ACT", help="Only this act, or acts that begin with this: event_opened, pass_."
    ),
    click.option("--since", type=SINCE, help="From this moment on, in the event's zone, else in UTC."),
    click.option("--until", type=UNTIL, help="Before this moment; a day without an hour is included."),
    click.option(
        "--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many to show at most."
    ),
    as_json_too,
)


@click.group
def command() -> None:
    """The audit log: every change, export, search and look at one person, with who did it.

    Personal data is not in it: of a phone only the end, of a secret only that it changed.

    Example: pravesh audit list --event demo --what pass_
    """


@command.command("list")
@with_options(OPTIONS)
def list_(**options: Any) -> None:
    """The newest first, with what it was about: rows that changed, before -> after.

    Example: pravesh audit list --who asha --since 2027-01-09
    """
    _show(**options)


@command.command
@click.argument("text")
@with_options(OPTIONS)
def search(text: str, **options: Any) -> None:
    """Entries that speak of a pass code, a slug, a gate, a scanner, or the last digits of a volunteer's phone.

    Example: pravesh audit search 7QK2-M9X5
    """
    _show(text=text, **options)


def _show(
    *, slug: str, since: datetime | None, until: datetime | None, limit: int, as_json: bool, **filters: Any
) -> None:
    from bot.domain import audit, events

    with session.reading() as db:
        zone: tzinfo = ZoneInfo(events.by_slug(db, slug).timezone) if slug else UTC
        since, until = in_zone(since, zone), in_zone(until, zone)
        found = audit.search(db, slug=slug, since=since, until=until, limit=limit, **filters)
        rows = [_row(entry, zone, as_json) for entry in found]
    listing(rows, as_json=as_json, nothing="There is none.")


def _row(entry: "AuditEntry", zone: tzinfo, as_json: bool) -> dict[str, Any]:
    from bot.domain.audit.formatting import describe

    return {
        "id": entry.id,
        "at": entry.at.astimezone(zone),
        "who": entry.staff.name if entry.staff else entry.actor,
        "what": entry.what,
        "about": entry.about if as_json else "; ".join(describe(entry.about)),
    }
