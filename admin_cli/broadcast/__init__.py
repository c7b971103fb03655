"""`broadcast`: a message to many, sent at the sender's pace, once to each person."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli.broadcast import begin
from admin_cli.broadcast import report as broadcast_report
from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import with_options
from admin_cli.console.output import as_json_too, details, listing
from admin_cli.console.parameters import DAY, IN_LANGUAGE

if TYPE_CHECKING:
    from bot.domain.models import Broadcast

NOTICES = ("notice", "event_cancelled", "day_cancelled", "reminder")
"""What `--notice` can be (bot.usecases.send_broadcast.PURPOSE_OF_NOTICE, which it would take long to import)."""
HOURS, MAX_HOURS = 24, 72
"""For how long messages may wait: bot.usecases.send_broadcast has the same."""
SELECTION_OPTIONS = (
    click.option(
        "--day", "days", type=DAY, multiple=True, help="Only people with a pass for this day; can be repeated."
    ),
    click.option(
        "--entered/--not-entered", default=None, help="Only people whose pass has, or has not, been used to enter."
    ),
    click.option(
        "--language",
        "languages",
        multiple=True,
        metavar="LANG",
        help="Only people who read this language; can be repeated.",
    ),
    click.option(
        "--kind", "kinds", multiple=True, metavar="KIND", help="Only people with a pass of this kind; can be repeated."
    ),
    click.option(
        "--channel",
        "channels",
        multiple=True,
        type=click.Choice(["whatsapp", "web", "walkup", "import"]),
        help="Only people who registered by this channel; can be repeated.",
    ),
)


@click.group
def command() -> None:
    """Messages to many: to people with a valid pass, once to each person, at the pace of TWILIO_MPS.

    Example: pravesh broadcast send --event demo --text "Gate 2 is closed; please use gate 1."
    """


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@with_options(SELECTION_OPTIONS)
@click.option("--text", help="The text, in English or for everybody.")
@click.option("--text-in", type=IN_LANGUAGE, multiple=True, help="The text in another language; can be repeated.")
@click.option(
    "--notice",
    type=click.Choice(NOTICES),
    help="A standard text: the event's notice, a cancellation, a reminder.",
)
@click.option(
    "--for",
    "hours",
    default=HOURS,
    show_default=True,
    type=click.IntRange(1, MAX_HOURS),
    metavar="HOURS",
    help="How long messages may wait for their readers.",
)
@click.option("--dry-run", is_flag=True, help="Only show the estimate.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def send(
    slug: str,
    days: tuple[date, ...],
    text: str | None,
    text_in: Sequence[tuple[str, str]],
    notice: str | None,
    hours: int,
    dry_run: bool,
    yes: bool,
    **selected: Any,
) -> None:
    """Write to everybody with a valid pass for today or later, or to those who are chosen here.

    Whoever said stop is passed over. Outside the 24-hour window it leaves by WhatsApp's approved template, which
    `templates sync` submits. It shows how many people, samples, how long it takes, and asks.

    Example: pravesh broadcast send --event demo --not-entered --text "We are open until 8 pm."
    """
    from bot.usecases import send_broadcast

    texts = dict(text_in) | ({"en": text} if text else {})
    if not (texts or notice) or (texts and notice in send_broadcast.WITHOUT_A_TEXT):
        raise click.UsageError("give --text (and --text-in), or --notice; both only for what is cancelled")
    if notice == "notice":
        texts = _own_notice(slug)
    purpose = send_broadcast.PURPOSE_OF_NOTICE[notice or "notice"]
    wish = send_broadcast.BroadcastRequest(slug, purpose, texts, days, selected, hours)
    begin.begin(wish, yes=yes, dry_run=dry_run)


@command.command("list")
@click.option("--event", "slug", metavar="SLUG", help="Only broadcasts of this event.")
@as_json_too
def list_(slug: str | None, as_json: bool) -> None:
    """The newest first; reminders, which the clock begins, too.

    Example: pravesh broadcast list --event demo
    """
    from bot.domain.messaging import broadcasts

    with session.reading() as db:
        rows = [row(broadcast) for broadcast in broadcasts.list_broadcasts(db, slug)]
    listing(rows, as_json=as_json, nothing="There is none.")


@command.command
@click.argument("number", type=int, metavar="ID")
@click.option("--watch", is_flag=True, help="A live screen until it has ended, or until Ctrl-C.")
@click.option(
    "--every", default=2.0, show_default=True, type=click.FloatRange(0.5, 3600), help="Seconds between refreshes."
)
@as_json_too
def show(number: int, watch: bool, every: float, as_json: bool) -> None:
    """One broadcast: what it says, to whom, and what became of its messages.

    Example: pravesh broadcast show 3 --watch
    """
    from bot.domain.messaging import broadcasts

    with session.open_database() as database:
        if watch and not as_json:
            broadcast_report.watch(database, number, every)
            return
        with database.read() as db:
            found = broadcasts.find(db, number)
            whole = row(found) | broadcasts.progress(found, broadcasts.counts(db, number))
            whole |= {"selection": found.selection}
            says = {language: said["body"] for language, said in found.wording.items()}
    details(whole | ({"says": says} if as_json else {}), as_json=as_json)
    if not as_json:
        for language, body in says.items():
            click.echo(f"\n[{language}] {body}")


@command.command
@click.argument("number", type=int, metavar="ID")
@as_whom
def pause(number: int) -> None:
    """Hold back everything of it that has not left, until `broadcast resume`.

    Example: pravesh broadcast pause 3
    """
    from bot.domain import audit
    from bot.domain.messaging import broadcasts

    with session.writing(audit.BROADCAST_PAUSED) as db:
        broadcasts.pause(db, number)
    click.echo(f"broadcast {number} is paused")


@command.command
@click.argument("number", type=int, metavar="ID")
@as_whom
def resume(number: int) -> None:
    """Go on where it was paused; nobody gets it twice.

    Also, running or done: look once more at those who wait, when a template has been approved meanwhile.

    Example: pravesh broadcast resume 3
    """
    from bot.delivery.campaigns import broadcasts as on_the_way
    from bot.domain import audit
    from bot.domain.messaging import broadcasts

    now = datetime.now(UTC)
    with session.open_database() as database:
        with session.audited(database, audit.BROADCAST_RESUMED) as db:
            broadcasts.resume(db, number, now)
        again = on_the_way.release_held(database, number, now)
    click.echo(f"broadcast {number} goes on within seconds; looked at once more: {again} who wait for the window")


@command.command
@click.argument("number", type=int, metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def cancel(number: int, yes: bool) -> None:
    """End it for good: what has not left yet never does, not even when its readers write.

    Example: pravesh broadcast cancel 3
    """
    from bot.domain import audit
    from bot.domain.messaging import broadcasts

    if not yes:
        with session.reading() as db:
            found, counts = broadcasts.find(db, number), broadcasts.counts(db, number)
        still = broadcasts.remaining(found, counts) + counts.waiting
        click.confirm(f"Cancel broadcast {number}? {counts.gone} have left, about {still} have not", abort=True)
    with session.writing(audit.BROADCAST_CANCELLED) as db:
        broadcasts.cancel(db, number)
    click.echo(f"broadcast {number} is cancelled")


def row(broadcast: "Broadcast") -> dict[str, Any]:
    """A broadcast in a list; its moments in the event's zone."""
    zone = ZoneInfo(broadcast.event.timezone)
    return {
        "id": broadcast.id,
        "event": broadcast.event.slug,
        "what": broadcast.purpose,
        "status": broadcast.status,
        "by": broadcast.made_by,
        "begun": broadcast.created_at.astimezone(zone),
        "until": broadcast.until.astimezone(zone),
        "people": broadcast.expected or None,
        "messages": broadcast.owed,
        "passed_over": broadcast.skipped,
    }


def _own_notice(slug: str) -> dict[str, str]:
    from bot.domain import events

    return dict(session.ask(events.by_slug, slug).texts.get("notice", {}))
