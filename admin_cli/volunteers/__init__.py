"""`volunteers`: who works at the gates."""

from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.output import as_json_too, details, listing
from admin_cli.visitors import import_texts
from admin_cli.volunteers import invitations

if TYPE_CHECKING:
    from bot.domain.models import Staff
    from bot.usecases.team_list import Row


@click.group
def command() -> None:
    """Volunteers, supervisors and admins, by phone number.

    Example: pravesh volunteers list --event demo
    """


for _command in (
    *(invitations.invite, invitations.list_invitations, invitations.end_invitation),
    *(invitations.list_waiting, invitations.confirm, invitations.decline),
):
    command.add_command(_command)


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--phone", required=True, metavar="+E164", help="The number of their WhatsApp.")
@click.option("--name", required=True, help="The name that colleagues use.")
@click.option("--role", type=click.Choice(["volunteer", "supervisor", "admin"]), default="volunteer", show_default=True)
@click.option("--gate", help="Their gate, by slug or name.")
@as_whom
def add(slug: str, phone: str, name: str, role: str, gate: str | None) -> None:
    """Put somebody on the roster of an event.

    Example: pravesh volunteers add --event demo --phone +919812345678 --name Ravi --gate main
    """
    from bot.domain import audit, roster

    now, region = datetime.now(UTC), _region()
    with session.writing(audit.STAFF_ADDED, slug) as db:
        added = roster.add(db, slug, phone=phone, name=name, role=role, gate=gate, region=region, now=now)
        told = f"{added.name} is on the roster of {added.event.slug}: {added.role}"
    click.echo(told)


@command.command("import")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--file", "source", required=True, type=click.File("rb"), help="CSV or XLSX; `-` reads standard input.")
@click.option(
    "--encoding",
    type=click.Choice(import_texts.ENCODINGS),
    help="The encoding of a CSV file, where it is not UTF-8.",
)
@as_whom
def import_(slug: str, source: IO[bytes], encoding: str | None) -> None:
    """Take a CSV or XLSX file with the columns phone, name and, where wanted, role and gate: all of it or nothing.

    Without names of columns each row needs one phone and one name. Who is on the roster already is changed to what
    the file says.

    Example: pravesh volunteers import --event demo --file volunteers.csv
    """
    from admin_cli.console.refusals import refusal_text
    from bot.domain import audit, roster

    rows = _rows(source, encoding or "")
    try:
        with session.writing(audit.STAFF_IMPORTED, slug) as db:
            added, changed = roster.import_rows(db, slug, rows, region=_region(), now=datetime.now(UTC))
    except roster.BadRosterRows as bad:
        number = len({row.line for row in bad.rows})
        for row in bad.rows:
            click.echo(f"line {row.line}: {refusal_text(row.code, row.params)} ({row.code})", err=True)
        raise click.ClickException(f"nothing was imported: {number} of {len(rows)} rows are bad") from None
    click.echo(f"{added} added, {changed} changed")


@command.command
@click.option("--phone", required=True, metavar="+E164", help="The number of their WhatsApp.")
@click.option("--event", "slug", metavar="SLUG", help="Only at this event.")
@as_whom
def enable(phone: str, slug: str | None) -> None:
    """Enable somebody again at once; a pause for guessing ends too.

    Example: pravesh volunteers enable --phone +919812345678
    """
    _set_enabled(phone, slug, True)


@command.command
@click.option("--phone", required=True, metavar="+E164", help="The number of their WhatsApp.")
@click.option("--event", "slug", metavar="SLUG", help="Only at this event.")
@as_whom
def disable(phone: str, slug: str | None) -> None:
    """Disable somebody at once: from the next message on they are a visitor.

    Example: pravesh volunteers disable --phone +919812345678
    """
    _set_enabled(phone, slug, False)


@command.command("list")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_json_too
def list_(slug: str, as_json: bool) -> None:
    """The roster of an event, by name.

    Example: pravesh volunteers list --event demo --json
    """
    from bot.domain import roster

    listing(session.rows_of(slug, roster.list_staff, _row), as_json=as_json, nothing="Nobody is on its roster.")


@command.command
@click.option("--phone", required=True, metavar="+E164", help="The number of their WhatsApp.")
@as_json_too
def show(phone: str, as_json: bool) -> None:
    """Show on which rosters somebody stands.

    Example: pravesh volunteers show --phone +919812345678
    """
    from bot.domain import roster
    from bot.domain.roster import validation as roster_validation
    from bot.errors import Refused

    with session.reading() as db:
        found = roster.of_phone(db, roster_validation.phone(phone, _region()))
        rows = [{"event": member.event.slug, **_row(member, ZoneInfo(member.event.timezone))} for member in found]
    if not rows:
        raise Refused("not_on_roster")
    if as_json:
        listing(rows, as_json=True, nothing="")
    else:
        for row in rows:
            details(row, as_json=False)


def _set_enabled(phone: str, slug: str | None, enabled: bool) -> None:
    from bot.domain import audit, roster

    with session.writing(audit.STAFF_ENABLED if enabled else audit.STAFF_DISABLED, slug) as db:
        found = roster.set_enabled(db, phone, enabled, slug=slug, region=_region())
        told = [f"{member.name} is {'enabled' if enabled else 'disabled'} at {member.event.slug}" for member in found]
    click.echo("\n".join(told))


def _region() -> str:
    return session.load_settings().default_region


def _rows(source: IO[bytes], encoding: str) -> "list[Row]":
    """The rows by number. Raises ClickException for a file that is no such table."""
    from io import BytesIO

    from bot.domain.imports.unreadable import MAX_FILE_BYTES
    from bot.usecases import team_list

    with import_texts.reading(source):
        return team_list.read(BytesIO(source.read(MAX_FILE_BYTES + 1)), region=_region(), encoding=encoding)


def _row(member: "Staff", zone: ZoneInfo) -> dict[str, Any]:
    paused = member.paused_until and member.paused_until > datetime.now(UTC)
    return {
        "name": member.name,
        "phone": member.phone,
        "role": member.role,
        "gate": member.gate and member.gate.slug,
        "enabled": member.enabled,
        "paused_until": member.paused_until.astimezone(zone) if member.paused_until and paused else None,
        "seen_at": member.seen_at and member.seen_at.astimezone(zone),
    }
