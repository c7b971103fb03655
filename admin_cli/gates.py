"""`gates`: the places where people are let in."""

from datetime import UTC, datetime
from uuid import uuid4

import click

from admin_cli.console import sender, session
from admin_cli.console.actor import as_whom
from admin_cli.console.output import as_json_too, listing


@click.group
def command() -> None:
    """Gates.

    Example: pravesh gates list --event demo
    """


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--name", required=True, help="Its name, such as 'Gate 1'.")
@as_whom
def add(slug: str, name: str) -> None:
    """Add a gate, open; prints its slug.

    Example: pravesh gates add --event demo --name "North Gate"
    """
    from bot.domain import audit
    from bot.domain.roster import gates

    with session.writing(audit.GATE_ADDED, slug) as db:
        gate = gates.add(db, slug, name).slug
    click.echo(gate)


@command.command("list")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_json_too
def list_(slug: str, as_json: bool) -> None:
    """The gates of an event.

    Example: pravesh gates list --event demo --json
    """
    from bot.domain.roster import gates

    found = session.ask(gates.list_gates, slug)
    rows = [
        {"slug": gate.slug, "name": gate.name, "open": not gate.closed, "entry_paused_at": gate.paused_at}
        for gate in found
    ]
    listing(rows, as_json=as_json, nothing="It has no gate.")


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--name", "--gate", "gate", required=True, help="The gate, by name or slug.")
@as_whom
def close(slug: str, gate: str) -> None:
    """Close a gate: nobody is let in, and every volunteer there is told. `gates open` opens it again.

    Example: pravesh gates close --event demo --name "North Gate"
    """
    _set_closed(slug, gate, True)


@command.command("open")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--name", "--gate", "gate", required=True, help="The gate, by name or slug.")
@as_whom
def open_(slug: str, gate: str) -> None:
    """Open a gate that was closed, and tell every volunteer there.

    Example: pravesh gates open --event demo --name "North Gate"
    """
    _set_closed(slug, gate, False)


def _set_closed(slug: str, gate: str, closed: bool) -> None:
    from bot.domain import audit
    from bot.usecases import close_gate

    what, key, now = audit.GATE_CLOSED if closed else audit.GATE_OPENED, f"gate:cli:{uuid4()}", datetime.now(UTC)
    with sender.last_sender_of() as last, session.writing(what, slug) as db:
        found, told = close_gate.set_gate_closed(db, slug, gate, closed=closed, key=key, now=now, sender_of=last)
        named = found.slug
    click.echo(f"{named} is {'closed' if closed else 'open'}; team members told: {len(told)}")
