"""`audit`: who did what, and when."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli import opening
from admin_cli.event_options import with_options
from admin_cli.parameters import Border
from admin_cli.printing import as_json_too, listing

if TYPE_CHECKING:
    from bot.domain.models import AuditEntry

MOST_NAMED = 3
"""Rows to which the same happened that are named one by one."""
OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--event", "slug", default="", metavar="SLUG", help="Only of this event; times are then its own."),
    click.option("--who", default="", metavar="NAME", help="Only by people whose name holds this."),
    click.option(
        "--what", default="", metavar="ACT", help="Only this act, or acts that begin so: pass_, event_opened."
    ),
    click.option("--since", type=Border(), help="From then on; in the event's zone, else in UTC."),
    click.option("--until", type=Border(end=True), help="Before then; a day alone counts to its end."),
    click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most so many."),
    as_json_too,
)


@click.group
def command() -> None:
    """The audit log: every change, export, search and look at one person, with who did it.

    Personal data is not in it: of a phone only the end, of a secret only that it changed.

    Example: python -m admin_cli audit list --event demo --what pass_
    """


@command.command("list")
@with_options(OPTIONS)
def list_(**options: Any) -> None:
    """The newest first, with what it was about: rows that changed, before -> after.

    Example: python -m admin_cli audit list --who asha --since 2027-01-09
    """
    _show(**options)


@command.command
@click.argument("text")
@with_options(OPTIONS)
def search(text: str, **options: Any) -> None:
    """Entries that speak of a pass code, a slug, a gate, a scanner, or the last digits of a volunteer's phone.

    Example: python -m admin_cli audit search 7QK2-M9X5
    """
    _show(text=text, **options)


def _show(*, slug: str, since: datetime | None, until: datetime | None, limit: int, as_json: bool, **said: str) -> None:
    from bot.domain import audit, events

    with opening.reading() as db:
        zone: tzinfo = ZoneInfo(events.by_slug(db, slug).timezone) if slug else UTC
        borders = {"since": _there(since, zone), "until": _there(until, zone)}
        found = audit.search(db, slug=slug, most=limit, **borders, **said)  # type: ignore[arg-type]  # of several types
        rows = [_row(one, zone, as_json) for one in found]
    listing(rows, as_json=as_json, nothing="There is none.")


def _there(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment.replace(tzinfo=zone) if moment and moment.tzinfo is None else moment


def _row(one: "AuditEntry", zone: tzinfo, as_json: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.at.astimezone(zone),
        "who": one.staff.name if one.staff else one.actor,
        "what": one.what,
        "about": one.about if as_json else "; ".join(_in_words(one.about)),
    }


def _in_words(about: dict[str, Any]) -> list[str]:
    """What an entry is about, for people: `gates north: closed no -> yes`."""
    facts = [f"{name} {_short(value)}" for name, value in about.items() if name not in ("changes", "more")]
    alike: dict[tuple[str, str], list[str]] = {}
    for one in about.get("changes", ()):
        alike.setdefault((one["table"], _change(one)), []).append(str(one.get("of", one["id"])))
    changes = [f"{table} {_some(rows)}{how}" for (table, how), rows in alike.items()]
    more = [f"and {number} more of {table}" for table, number in about.get("more", {}).items()]
    return [*facts, *changes, *more]


def _change(one: dict[str, Any]) -> str:
    """What happened to a row."""
    if one["before"] is None:
        return " added"
    if one["after"] is None:
        return " removed"
    fields = (f"{name} {_short(old)} -> {_short(one['after'].get(name))}" for name, old in one["before"].items())
    return f": {', '.join(fields)}"


def _some(rows: list[str]) -> str:
    """The rows to which the same happened."""
    named = ", ".join(rows[:MOST_NAMED])
    return named if len(rows) <= MOST_NAMED else f"{named} and {len(rows) - MOST_NAMED} more"


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
