"""`events pause` and `events resume`: entry stopped, and let go on."""

from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import click

from admin_cli import opening
from admin_cli.who import as_whom


@click.command
@click.argument("slug")
@click.option("--gate", help="Only at this gate, by slug or name.")
@as_whom
def pause(slug: str, gate: str | None) -> None:
    """Stop entry at once: every scan answers `entry_paused`, and every volunteer there is told on WhatsApp.

    Example: python -m admin_cli events pause demo --gate main
    """
    _set(slug, gate, stopped=True)


@click.command
@click.argument("slug")
@click.option("--gate", help="Only at this gate, by slug or name.")
@as_whom
def resume(slug: str, gate: str | None) -> None:
    """Let entry go on, and tell every volunteer there.

    Example: python -m admin_cli events resume demo
    """
    _set(slug, gate, stopped=False)


COMMANDS = (pause, resume)
"""What `events` takes up."""


def _set(slug: str, gate: str | None, *, stopped: bool) -> None:
    from bot import entry_stops
    from bot.delivery.window import Windows
    from bot.domain import audit
    from bot.whereabouts import connected

    settings, now = opening.settings(), datetime.now(UTC)
    with connected(settings.redis) as redis:
        last = partial(Windows(redis).last, senders=settings.twilio_whatsapp_from)
        with opening.writing(audit.PAUSED if stopped else audit.RESUMED, slug) as db:
            key = f"entry:cli:{uuid4()}"
            told = entry_stops.set_stopped(db, slug, gate, stopped=stopped, key=key, now=now, sender_of=last)
    click.echo(f"entry {'is stopped' if stopped else 'goes on'}; volunteers who are told: {len(told)}")
