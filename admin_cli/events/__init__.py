"""`events`: create, list, show, open, close, change."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import confirm, typed, with_options
from admin_cli.console.output import as_json_too, details_and_rows, listing
from admin_cli.console.parameters import DAY
from admin_cli.events import alerts as event_alerts
from admin_cli.events import cancel as event_cancel
from admin_cli.events import days as event_days
from admin_cli.events import entry, kinds, poster, qr_links, unconfirmed
from admin_cli.events import reminder as event_reminder
from admin_cli.events import texts as event_texts
from admin_cli.events.options import MORE_OPTIONS, OPTIONS, completed, given, opened_pictures
from admin_cli.events.views import day_row, everything, row

if TYPE_CHECKING:
    from bot.domain.models import Event


@click.group
def command() -> None:
    """Events.

    Example: pravesh events list
    """


command.add_command(kinds.command, "kinds")
for _command in (
    *(event_days.day, event_days.days, event_texts.texts, event_texts.notice, event_texts.questions),
    *(event_reminder.reminder, event_alerts.alerts, entry.pause, entry.resume, poster.poster),
):
    command.add_command(_command)


@command.command
@click.option("--slug", required=True, help="Its short name in links and messages: small letters, digits, hyphens.")
@click.option("--name", required=True, help="Its name, as visitors read it.")
@click.option("--from", "starts_on", type=DAY, required=True, help="First day.")
@click.option("--to", "ends_on", type=DAY, required=True, help="Last day.")
@with_options(OPTIONS)
@as_whom
@click.pass_context
def create(ctx: click.Context, /, slug: str, **_fields: Any) -> None:
    """Create an event; it is closed until `events open`.

    Example: pravesh events create --slug fair --name Fair --from 2027-01-09 --to 2027-01-17
    """
    from bot.domain import audit, events

    now = datetime.now(UTC)
    with session.writing(audit.EVENT_MADE, slug) as db:
        made = events.create(db, slug=slug, now=now, **given(ctx))
        over = events.is_over(made, now)
    click.echo(f"created {slug}, closed; when everything is ready: pravesh events open {slug}")
    _warn_of_night_hours(ctx, made)
    _warn_of_past_dates(made, over)


@command.command("list")
@as_json_too
def list_(as_json: bool) -> None:
    """Every event, by start.

    Example: pravesh events list --json
    """
    from bot.domain import events

    with session.reading() as db:
        listing([row(event) for event in events.list_events(db)], as_json=as_json, nothing="There is no event yet.")


@command.command
@click.argument("slug")
@click.option("--qr", is_flag=True, help="Also draw its links as QR codes in the terminal.")
@click.option(
    "--qr-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the QR codes as PNG files into this folder.",
)
@as_json_too
def show(slug: str, qr: bool, qr_dir: Path | None, as_json: bool) -> None:
    """Show an event with its two links, and its days with the people who hold a pass for them.

    Example: pravesh events show demo --qr
    """
    from bot.domain import events
    from bot.domain.events import links as event_links

    settings = session.load_settings()
    with session.reading() as db:
        event = events.by_slug(db, slug)
        links = event_links.links_of_event(
            event.slug, settings.origin, settings.whatsapp_number, simulated=settings.simulated
        )
        whole, days = {**everything(event), "links": links}, [day_row(day) for day in event.days]
    if qr_dir is not None:
        qr_links.save(links, qr_dir, event.slug)
    if not as_json:
        whole["questions"] = [question["name"] for question in whole["questions"]]
    details_and_rows(whole, "days", days, as_json=as_json, nothing="It has no days.")
    if qr and not as_json:
        qr_links.draw(links)


@command.command("open")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask about languages that no native speaker has confirmed.")
@as_whom
def open_(slug: str, yes: bool) -> None:
    """Let people register.

    With a real Twilio account it must be said first (`events set`) who answers for the visitors' data, what for they
    are asked, where to complain and how long they are kept. Of a language whose words nobody who speaks it has
    confirmed, the consent is shown and asked about.

    Example: pravesh events open demo
    """
    from bot.domain import audit, events

    unconfirmed.ask(slug, yes=yes)
    with session.writing(audit.EVENT_OPENED, slug) as db:
        event = events.open_event(db, slug, real=not session.load_settings().simulated)
        gates = len(event.gates)
        over = events.is_over(event, datetime.now(UTC))
    click.echo(f"{event.slug} is open")
    if not gates:
        click.echo(f"note: it has no gate yet: pravesh gates add --event {event.slug} --name Main", err=True)
    _warn_of_past_dates(event, over)


@command.command
@click.argument("slug")
@as_whom
def close(slug: str) -> None:
    """Take no more registrations; passes stay valid.

    Example: pravesh events close demo
    """
    from bot.domain import audit, events

    with session.writing(audit.EVENT_CLOSED, slug) as db:
        event = events.close_event(db, slug)
    click.echo(f"{event.slug} is closed")


@command.command
@click.argument("slug")
@click.option("--day", type=DAY, help="Cancel only this day: it cannot be chosen and its passes are not valid.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--broadcast", is_flag=True, help="Also send it to everyone with a pass for it.")
@as_whom
def cancel(slug: str, day: date | None, yes: bool, broadcast: bool) -> None:
    """Tell everybody who asks that the event, or one day of it, does not take place.

    Nobody is written to by this alone: at a terminal it asks whether to, else it says how. `events open`, or
    `events day … --open`, takes it back.

    Example: pravesh events cancel demo --yes
    """
    from bot.domain import audit, edit_conflict, events

    with session.reading() as db:
        event = events.by_slug(db, slug)
        days = [event_day for event_day in event.days if day in (None, event_day.day)]
        rows, people = [event, *days], sum(event_day.taken for event_day in days)
        as_shown = rows, edit_conflict.fingerprint(rows)
    what = f"{event.slug}, {day}" if day else event.slug
    confirm(f"Cancel {what}? New registrations stop; people with passes: {people}", yes)
    with session.writing(audit.DAY_CANCELLED if day else audit.EVENT_CANCELLED, slug, as_shown) as db:
        events.set_day(db, event.slug, day, closed=True) if day else events.cancel_event(db, event.slug)
    click.echo(f"{what} is cancelled; people with passes: {people}")
    event_cancel.offer_broadcast(event, day, at_once=broadcast)


@command.command
@click.argument("slug")
@click.option("--slug", "new_slug", required=True, help="The short name of the new one.")
@click.option(
    "--from",
    "starts_on",
    type=DAY,
    required=True,
    help="The first day of the new event; the others follow as in the old one.",
)
@click.option("--name", default="", help="The name of the new event; the old name where none is given.")
@as_whom
def clone(slug: str, new_slug: str, starts_on: date, name: str) -> None:
    """Make an event as another was: days, hours, capacities, kinds, gates, questions and texts; closed, and empty.

    Volunteers and scanners are not taken along.

    Example: pravesh events clone demo --slug demo-2028 --from 2028-01-08
    """
    from bot.domain import audit, events
    from bot.domain.events import clone as events_clone

    now = datetime.now(UTC)
    with session.writing(audit.EVENT_COPIED, new_slug) as db:
        made = events_clone.clone(db, slug, new_slug, name=name, starts_on=starts_on, now=now)
        over = events.is_over(made, now)
        event_days.warn_of_own_hours(made)
    click.echo(f"created {new_slug}, closed: {made.starts_on} to {made.ends_on}")
    _warn_of_past_dates(made, over)


@command.command("set")
@click.argument("slug")
@click.option("--name", help="Its name, as visitors read it.")
@click.option("--from", "starts_on", type=DAY, help="First day.")
@click.option("--to", "ends_on", type=DAY, help="Last day.")
@with_options(OPTIONS + MORE_OPTIONS)
@as_whom
@click.pass_context
def set_(ctx: click.Context, /, slug: str, **_fields: Any) -> None:
    """Change the given fields and leave the rest. A day that has passes cannot be taken away.

    Example: pravesh events set demo --hours 10:00-18:00 --name-in "hi=डेमो मेला"
    """
    from bot.domain import audit, events
    from bot.domain.events.rows import get_event

    fields = given(ctx)
    if not fields:
        raise click.UsageError("nothing to change: give at least one option", ctx)
    fields |= opened_pictures(fields)
    with session.writing(audit.EVENT_CHANGED, slug) as db:
        before = get_event(db, slug, lock=True)
        days = {row.day for row in before.days}
        event = events.change(db, slug, **completed(fields, before))
        now = {row.day for row in event.days}
        if typed(ctx, "hours"):
            event_days.warn_of_own_hours(event)
    click.echo(f"{event.slug} is changed")
    _warn_of_night_hours(ctx, event)
    for said, changed in (("days that are gone", days - now), ("new days", now - days)):
        if changed:
            click.echo(f"{said}: {', '.join(map(str, sorted(changed)))}", err=True)


def _warn_of_night_hours(ctx: click.Context, event: "Event") -> None:
    """Says so where hours end before they begin: that may be meant, or a slip."""
    if typed(ctx, "hours") and event.opens and event.closes and event.closes < event.opens:
        click.echo(f"note: {event.opens:%H:%M}-{event.closes:%H:%M} goes on into the next morning", err=True)


def _warn_of_past_dates(event: "Event", over: bool) -> None:
    if over:
        click.echo(f"note: {event.slug} ended on {event.ends_on}, so nobody can register for it", err=True)
