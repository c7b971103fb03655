"""`owners`: the people to whom the whole installation belongs."""

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import confirm
from admin_cli.console.output import as_json_too, listing


@click.group
def command() -> None:
    """Owners make events, appoint their admins and see every event.

    While there is none, `make run` and `db upgrade` print a link by which the first one becomes it.

    Example: pravesh owners list
    """


@command.command
@click.option("--phone", required=True, metavar="+E164", help="The phone that they sign in with.")
@click.option("--name", required=True, help="The name that colleagues use.")
@as_whom
def add(phone: str, name: str) -> None:
    """Make somebody an owner. Who writes from another WhatsApp account than before is confirmed by it.

    Example: pravesh owners add --phone +919812345678 --name Asha
    """
    from datetime import UTC, datetime

    from bot.domain import audit
    from bot.domain.roster import owners

    region = session.load_settings().default_region
    with session.writing(audit.OWNER_ADDED) as db:
        told = owners.add(db, phone=phone, name=name, region=region, now=datetime.now(UTC)).name
    click.echo(f"{told} is an owner")


@command.command("list")
@as_json_too
def list_(as_json: bool) -> None:
    """The owners, by name.

    Example: pravesh owners list
    """
    from bot.domain.roster import owners

    rows = [
        {"name": owner.name, "phone": owner.phone, "confirmed": owner.unconfirmed_since is None}
        for owner in session.ask(owners.list_owners)
    ]
    listing(rows, as_json=as_json, nothing="There is no owner yet: `db upgrade` prints a link for the first one.")


@command.command
@click.option("--phone", required=True, metavar="+E164", help="The phone that they sign in with.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_whom
def remove(phone: str, yes: bool) -> None:
    """Let somebody be an owner no more; they are signed out at once. Their places on rosters stay.

    Example: pravesh owners remove --phone +919812345678 --yes
    """
    from bot.domain import audit
    from bot.domain.roster import owners

    confirm(f"Remove {phone} as an owner?", yes)
    region = session.load_settings().default_region
    with session.writing(audit.OWNER_REMOVED) as db:
        told = owners.remove(db, phone, region=region).name
    click.echo(f"{told} is no longer an owner")
