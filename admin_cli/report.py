"""`report`: the figures of the day by WhatsApp to an event's admins."""

from datetime import UTC, datetime, time

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.output import as_json_too, details
from admin_cli.console.parameters import HOUR


@click.group
def command() -> None:
    """The report of the day, once a day at an hour of the event's zone, until the event's last day.

    Registered, admitted, refused by reason, by gate, and messages that failed.

    Example: pravesh report on --event demo --at 21:00
    """


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--at", type=HOUR, help="The hour in the event's zone; 21:00 where none is given.")
@click.option("--to", "phones", multiple=True, metavar="+E164", help="Only this admin; can be repeated.")
@as_whom
def on(slug: str, at: time | None, phones: tuple[str, ...]) -> None:
    """Report every day, to every admin or those who are chosen.

    Where the hour has passed today the first one comes tomorrow. Outside the 24-hour window it leaves by WhatsApp's
    approved template, which `templates sync` submits.

    Example: pravesh report on --event demo --at 21:00 --to +919812345678
    """
    from bot.domain import audit, events
    from bot.domain.roster import daily_reports

    settings, now = session.load_settings(), datetime.now(UTC)
    with session.writing(audit.REPORT_SET, slug) as db:
        event = events.by_slug(db, slug)
        staff = daily_reports.admins_of_phones(db, event.id, phones, settings.default_region)
        row = daily_reports.set_report(db, slug, at or daily_reports.DEFAULT_HOUR, staff, now)
        whom = f"{len(staff)} of its admins" if staff else "every admin"
        text = f"{event.slug}: from now on reported at {row.at:%H:%M} ({event.timezone}) to {whom}"
    click.echo(text)


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_whom
def off(slug: str) -> None:
    """No more reports.

    Example: pravesh report off --event demo
    """
    from bot.domain import audit
    from bot.domain.roster import daily_reports

    with session.writing(audit.REPORT_SET, slug) as db:
        daily_reports.stop(db, slug)
    click.echo(f"{slug}: no more reports")


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_json_too
def show(slug: str, as_json: bool) -> None:
    """Whether there is a report, when, and to whom.

    Example: pravesh report show --event demo
    """
    from bot.domain import events
    from bot.domain.roster import daily_reports

    with session.reading() as db:
        event = events.by_slug(db, slug)
        row = daily_reports.find(db, event.id)
        named = {admin.id: admin.name for admin in daily_reports.admins(db, event.id)}
        chosen = [name for number, name in named.items() if row and (not row.staff or number in row.staff)]
        told = {"event": event.slug, "at": row and row.at, "to": chosen, "last": row and row.sent_on}
    details(told, as_json=as_json)
