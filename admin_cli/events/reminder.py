"""`events reminder`: switches the reminder on the day before a visit on or off."""

from datetime import UTC, datetime, time

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.errors import sentence
from admin_cli.console.parameters import HOUR


@click.command
@click.argument("slug")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--at", type=HOUR, help="The hour on the day before, in the event's zone; 18:00 where none is given.")
@as_whom
def reminder(slug: str, state: str, at: time | None) -> None:
    """Remind everybody who has a pass for tomorrow, once; or not any more. It is off until it is switched on.

    Nobody is reminded who said stop or who registers after that hour, nor of a cancelled day. Each day's reminder is
    a broadcast: `broadcast list`. With a real Twilio account WhatsApp must have approved its template (`templates
    sync`), for most people will not have written within 24 hours.

    Example: pravesh events reminder demo on --at 18:00
    """
    from bot.delivery.campaigns import reminders
    from bot.domain import audit

    if state == "off" and at is not None:
        raise click.UsageError("--at goes with on")
    hour = None if state == "off" else at or reminders.DEFAULT_HOUR
    lacking = _lacking(slug) if hour else ""
    with session.writing(audit.REMINDER_SET, slug) as db:
        event = reminders.set_reminder(db, slug, hour)
    told = f"people are reminded at {hour:%H:%M} ({event.timezone}) of the day before" if hour else "reminders are off"
    click.echo(f"{event.slug}: {told}")
    if lacking:
        click.echo(f"note: {lacking} Until then it reaches only people who wrote within 24 hours", err=True)


def _lacking(slug: str) -> str:
    """What the simulator may do without and a real account may not. Raises Refused `template_not_approved`."""
    from bot.delivery.campaigns import reminders
    from bot.domain import events
    from bot.errors import Refused

    with session.reading() as db:
        try:
            reminders.require_templates(db, events.by_slug(db, slug), datetime.now(UTC))
        except Refused as refusal:
            if not session.load_settings().simulated or refusal.code != "template_not_approved":
                raise
            return sentence(refusal)
    return ""
