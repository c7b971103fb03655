"""`volunteers invite` and what follows: invitations to a team, and those who have accepted one."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli.console import sender, session
from admin_cli.console.actor import as_whom
from admin_cli.console.output import as_json_too, details, listing

if TYPE_CHECKING:
    from bot.domain.models import Invitation


@click.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--people", default=20, show_default=True, type=int, help="For how many people, 1 to 200.")
@click.option("--gate", help="The gate at which they are to work, by slug or name.")
@as_json_too
@as_whom
def invite(slug: str, people: int, gate: str | None, as_json: bool) -> None:
    """Make an invitation to the team: a link that opens WhatsApp. It ends after a day, or when so many have joined.

    Whoever joins may do nothing until an admin confirms them: volunteers waiting, volunteers confirm.

    Example: pravesh volunteers invite --event demo --people 10 --gate main
    """
    from bot.domain import audit
    from bot.domain.roster import invitations

    with session.writing(audit.TEAM_INVITED, slug) as db:
        made = invitations.invite(db, slug, people=people, gate=gate, now=datetime.now(UTC))
        row = _row(made, ZoneInfo(made.event.timezone))
    details(row, as_json=as_json)


@click.command("invitations")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_json_too
def list_invitations(slug: str, as_json: bool) -> None:
    """The invitations that have not ended.

    Example: pravesh volunteers invitations --event demo
    """
    from bot.domain.roster import invitations

    rows = session.rows_of(slug, invitations.list_invitations, _row, datetime.now(UTC))
    listing(rows, as_json=as_json, nothing="There is no invitation: volunteers invite.")


@click.command("end-invitation")
@click.argument("words", metavar="WORD-WORD-WORD")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_whom
def end_invitation(words: str, slug: str) -> None:
    """End an invitation at once. Who has joined by it still waits to be confirmed.

    Example: pravesh volunteers end-invitation MANGO-RIVER-TOWER --event demo
    """
    from bot.domain import audit
    from bot.domain.roster import invitations

    with session.writing(audit.INVITATION_ENDED, slug) as db:
        ended = invitations.end(db, slug, words, datetime.now(UTC)).words
    click.echo(f"{ended} has ended")


@click.command("waiting")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_json_too
def list_waiting(slug: str, as_json: bool) -> None:
    """Who has accepted an invitation and waits to be confirmed, the first first.

    Example: pravesh volunteers waiting --event demo
    """
    from bot.domain import events
    from bot.domain.roster import invitations

    with session.reading() as db:
        zone = ZoneInfo(events.by_slug(db, slug).timezone)
        rows = [
            {
                "name": request.name,
                "phone": request.phone,
                "gate": request.invitation.gate and request.invitation.gate.slug,
                "since": request.created_at.astimezone(zone),
            }
            for request in invitations.list_waiting(db, slug)
        ]
    listing(rows, as_json=as_json, nothing="Nobody waits.")


@click.command
@click.option("--phone", required=True, metavar="+E164", help="The number of their WhatsApp.")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_whom
def confirm(phone: str, slug: str) -> None:
    """Take somebody who waits into the team, as a volunteer; they are told.

    Example: pravesh volunteers confirm --event demo --phone +919812345678
    """
    click.echo(f"{_answer(slug, phone, taken=True)} is on the roster of {slug}: volunteer")


@click.command
@click.option("--phone", required=True, metavar="+E164", help="The number of their WhatsApp.")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@as_whom
def decline(phone: str, slug: str) -> None:
    """Do not take somebody who waits into the team; they are told.

    Example: pravesh volunteers decline --event demo --phone +919812345678
    """
    click.echo(f"{_answer(slug, phone, taken=False)} is not taken into the team of {slug}")


def _answer(slug: str, phone: str, *, taken: bool) -> str:
    """Answer whoever waits with this phone; their name."""
    from bot.domain import audit
    from bot.domain.roster import invitations
    from bot.usecases import answer_join_request

    region, now = session.load_settings().default_region, datetime.now(UTC)
    what = audit.JOIN_CONFIRMED if taken else audit.JOIN_DECLINED
    with sender.last_sender_of() as last, session.writing(what, slug) as db:
        request = invitations.find_waiting(db, slug, phone, region=region)
        answer_join_request.answer(db, slug, request, taken=taken, region=region, now=now, sender_of=last)
        return request.name


def _row(made: "Invitation", zone: ZoneInfo) -> dict[str, Any]:
    from bot.domain.events.links import wa_me
    from flows.understanding import invitation_words

    said = invitation_words.message(made.words)
    return {
        "words": made.words,
        "message": said,
        "link": wa_me(session.load_settings().whatsapp_number, said),
        "gate": made.gate and made.gate.slug,
        "people": made.max_people,
        "joined": made.joined,
        "ends_at": made.ends_at.astimezone(zone),
    }
