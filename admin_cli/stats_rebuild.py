"""`stats rebuild`: counts the figures again from the rows."""

import sys
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.output import as_json_too, listing

if TYPE_CHECKING:
    from bot.domain.stats.recount import Difference

EXIT_DIFFERENCES = 1
"""The exit code where figures differed: they must not, so a nightly run should be noticed."""


@click.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_json_too
@as_whom
def rebuild(slug: str, as_json: bool) -> None:
    """Count an event's figures from the rows; print and correct what differed. They must not differ: exit code 1 then.

    It can run at any time; a million rows take some seconds.

    Example: pravesh stats rebuild --event demo
    """
    from bot.domain import audit
    from bot.domain.stats import recount

    click.echo("counting…", err=True)
    with session.open_database() as database:
        # Counting locks nothing; only after a difference is it counted again, with the writers' lock.
        with database.read() as db:
            found = recount.differences(db, slug)
        with session.audited(database, audit.STATS_REBUILT, slug) as db:
            found = recount.rebuild(db, slug) if found else []
    listing([_row(difference) for difference in found], as_json=as_json, nothing="Every figure is what the rows say.")
    if found:
        click.echo(f"{len(found)} figures corrected", err=True)
        sys.exit(EXIT_DIFFERENCES)


def _row(difference: "Difference") -> dict[str, Any]:
    from bot.domain.stats.metrics import WHOLE_EVENT_DAY, moment_of

    key = difference.key
    return {
        "event": key.event_id or None,
        "day": None if key.day == WHOLE_EVENT_DAY else key.day,
        "figure": key.metric,
        "from": moment_of(key.bucket) if key.bucket else None,
        "of": key.who or None,
        "what": key.what or None,
        "kept_people": difference.stored.people,
        "counted_people": difference.counted.people,
        "kept_times": difference.stored.times,
        "counted_times": difference.counted.times,
    }
