"""`events pause` and `events resume`: stop and resume entry."""

from datetime import UTC, datetime
from uuid import uuid4

import click

from admin_cli.console import sender, session
from admin_cli.console.actor import as_whom


@click.command
@click.argument("slug")
@click.option("--gate", help="Only at this gate, by slug or name.")
@as_whom
def pause(slug: str, gate: str | None) -> None:
    """Stop entry at once: every scan answers `entry_paused`, and every volunteer there is told on WhatsApp.

    Example: pravesh events pause demo --gate main
    """
    _set(slug, gate, stopped=True)


@click.command
@click.argument("slug")
@click.option("--gate", help="Only at this gate, by slug or name.")
@as_whom
def resume(slug: str, gate: str | None) -> None:
    """Resume entry, and tell every volunteer there.

    Example: pravesh events resume demo
    """
    _set(slug, gate, stopped=False)


def _set(slug: str, gate: str | None, *, stopped: bool) -> None:
    from bot.domain import audit
    from bot.domain.roster import gates
    from bot.usecases import stop_entry

    key, now = f"entry:cli:{uuid4()}", datetime.now(UTC)
    with (
        sender.last_sender_of() as last,
        session.writing(audit.ENTRY_PAUSED if stopped else audit.ENTRY_RESUMED, slug) as db,
    ):
        told = stop_entry.set_entry_stopped(db, slug, gate, stopped=stopped, key=key, now=now, sender_of=last)
        closed = [] if stopped else [gate_row.slug for gate_row in gates.list_gates(db, slug) if gate_row.closed]
    click.echo(f"entry {'is stopped' if stopped else 'has resumed'}; team members told: {len(told)}")
    if closed:
        click.echo(f"still closed: {', '.join(closed)}")
