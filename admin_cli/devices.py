"""`devices`: scanners and their tokens."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import confirm
from admin_cli.console.output import as_json_too, listing

if TYPE_CHECKING:
    from bot.domain.models import Device


@click.group
def command() -> None:
    """Scanners.

    Example: pravesh devices list --event demo
    """


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--gate", required=True, help="Its gate, by slug or name.")
@click.option("--name", required=True, help="The scanner's name.")
@as_whom
def add(slug: str, gate: str, name: str) -> None:
    """Add a scanner; its token is printed once, as the last word.

    Example: pravesh devices add --event demo --gate main --name "Phone 7"
    """
    from bot.domain import audit
    from bot.domain.roster import devices

    with session.writing(audit.DEVICE_ADDED, slug) as db:
        _device, token = devices.add(db, slug, name=name, gate=gate, now=datetime.now(UTC))
    _show(token)


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--name", required=True, help="The scanner.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def revoke(slug: str, name: str, yes: bool) -> None:
    """Lock a scanner out, at once and for good.

    Example: pravesh devices revoke --event demo --name "Phone 7" --yes
    """
    from bot.domain import audit
    from bot.domain.roster import devices

    as_shown = _confirmed(slug, name, f"Revoke {name}? It can scan no more", yes)
    with session.writing(audit.DEVICE_REVOKED, slug, as_shown) as db:
        devices.revoke(db, slug, name, datetime.now(UTC))
    click.echo(f"{name} is revoked")


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--name", required=True, help="The scanner.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def roll(slug: str, name: str, yes: bool) -> None:
    """Give a scanner a new token, printed once as the last word; the old one ends.

    Example: pravesh devices roll --event demo --name "Phone 7" --yes
    """
    from bot.domain import audit
    from bot.domain.roster import devices

    as_shown = _confirmed(slug, name, f"Give {name} a new token? The old one ends at once", yes)
    with session.writing(audit.DEVICE_ROLLED, slug, as_shown) as db:
        _device, token = devices.roll(db, slug, name)
    _show(token)


@command.command("list")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_json_too
def list_(slug: str, as_json: bool) -> None:
    """The scanners of an event, revoked ones too.

    Example: pravesh devices list --event demo --json
    """
    from bot.domain.roster import devices

    listing(session.rows_of(slug, devices.list_devices, _row), as_json=as_json, nothing="It has no scanner.")


def _confirmed(slug: str, name: str, question: str, yes: bool) -> "tuple[Device, str]":
    """Look whether there is such a scanner, and ask before anything happens to it: the scanner and its mark."""
    from bot.domain import edit_conflict
    from bot.domain.roster import devices

    with session.reading() as db:
        found = devices.in_use(db, slug, name)
        as_shown = edit_conflict.fingerprint(found)
    confirm(question, yes)
    return found, as_shown


def _show(token: str) -> None:
    """The token, and on a terminal first a QR that opens the scanner with it."""
    if sys.stdout.isatty():
        import qrcode

        code = qrcode.QRCode(border=2)
        code.add_data(f"{session.load_settings().origin}/staff/scan#token={token}")
        code.print_ascii(invert=True)
    click.echo(f"Shown this once; the scanner's token: {token}")


def _row(device: "Device", zone: ZoneInfo) -> dict[str, Any]:
    return {
        "name": device.name,
        "gate": device.gate and device.gate.slug,
        "state": "revoked" if device.revoked_at else "in use",
        "added_at": device.created_at.astimezone(zone),
        "seen_at": device.seen_at and device.seen_at.astimezone(zone),
        "paused_until": device.paused_until and device.paused_until.astimezone(zone),
        "revoked_at": device.revoked_at and device.revoked_at.astimezone(zone),
    }
