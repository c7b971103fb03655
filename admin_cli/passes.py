"""`passes`: show, resend, revoke, reissue and move a pass."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import confirm
from admin_cli.console.output import as_json_too, details_and_rows, listing

if TYPE_CHECKING:
    from bot.delivery.dispatch.channel_choice import ChannelChoice
    from bot.domain.models import Pass
    from bot.domain.stats.conflicts import DoubtfulScan
    from bot.settings import Settings


@click.group
def command() -> None:
    """Entry passes.

    Example: pravesh passes show 7QK2-M9X5
    """


@command.command
@click.argument("code")
@as_json_too
@as_whom
def show(code: str, as_json: bool) -> None:
    """One pass by its code, in any case and with or without the hyphen; and how its image travelled.

    Example: pravesh passes show 7QK2-M9X5 --json
    """
    from bot.delivery.outbox import report as outbox_report
    from bot.domain import audit, passes
    from bot.domain.audit import recorder
    from flows.understanding.codes import shown

    with session.writing(audit.PERSON_VIEWED) as db:
        found = passes.by_code(db, code)
        recorder.add_facts(db, event_id=found.event_id, code=shown(found.code), **{"pass": found.id})
        whole, deliveries = (
            _whole(db, found),
            [outbox_report.to_row(one) for one in outbox_report.deliveries_of_pass(db, found.id)],
        )
    details_and_rows(whole, "deliveries", deliveries, as_json=as_json, nothing="Its picture was never sent to anybody.")


@command.command
@click.argument("code")
@as_whom
def resend(code: str) -> None:
    """Send the image of a pass once more, to where it went before; a worker does it within seconds.

    Example: pravesh passes resend 7QK2-M9X5
    """
    from bot.delivery.dispatch import resend as dispatch_resend
    from bot.domain import audit, passes
    from bot.domain.audit import recorder
    from flows.understanding.codes import shown

    with session.writing(audit.PASS_RESENT) as db:
        found = passes.by_code(db, code)
        number = dispatch_resend.resend(db, found, datetime.now(UTC))
        recorder.add_facts(
            db, event_id=found.event_id, code=shown(found.code), **{"pass": found.id, "delivery": number}
        )
    click.echo(f"in the outbox as delivery {number}")


@command.command
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def revoke(code: str, yes: bool) -> None:
    """Revoke a pass at once: it answers `revoked`. Nobody is told.

    Example: pravesh passes revoke 7QK2-M9X5 --yes
    """
    from bot.domain import audit
    from bot.domain.passes import reissue as passes_reissue

    as_shown = _confirmed(code, "Revoke", yes)
    with session.writing(audit.PASS_REVOKED, as_shown=as_shown) as db:
        passes_reissue.revoke(db, code, datetime.now(UTC))
    click.echo("revoked")


@command.command
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def reissue(code: str, yes: bool) -> None:
    """Issue a pass anew: the old code and QR answer `replaced`, what has entered counts for the new one.

    The new image goes to where the old one went, where that is known. Prints the new code.

    Example: pravesh passes reissue 7QK2-M9X5 --yes
    """
    from bot.domain import audit
    from bot.domain.passes import reissue as passes_reissue
    from flows.understanding.codes import shown

    as_shown, now = _confirmed(code, "Reissue", yes), datetime.now(UTC)
    with session.signing(audit.PASS_REISSUED, as_shown) as (db, ring):
        new = passes_reissue.reissue(db, ring, code, now)
        click.echo(f"{_sent(db, new, now)}; the new code is {shown(new.code)}")


@command.command
@click.argument("code")
@click.option("--phone", required=True, metavar="+E164", help="The phone of the new holder.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def move(code: str, phone: str, yes: bool) -> None:
    """Move a pass to another person: the old code and QR answer `replaced`, what has entered counts for the new one.

    Name and answers stay as they are. The new image goes to the new number, if there is a way there; whoever had
    the pass is not told. Prints the new code.

    Example: pravesh passes move 7QK2-M9X5 --phone +919811111111 --yes
    """
    from bot.domain import audit, people
    from bot.domain.passes import reissue as passes_reissue
    from bot.domain.roster import validation as roster_validation
    from flows.understanding.codes import shown

    found, now = session.load_settings(), datetime.now(UTC)
    number = roster_validation.phone(phone, found.default_region)
    as_shown = _confirmed(code, f"Move to {number}", yes)
    to = _way_to(found, number, now)
    with session.signing(audit.PASS_MOVED, as_shown) as (db, ring):
        person = people.find_or_make(db, phone=number, now=now)
        new = passes_reissue.move(db, ring, code, person, now)
        click.echo(f"{_sent_to(db, new, to, now)}; the new code is {shown(new.code)}")


@command.command
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only scans of this day.")
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1, 100_000), help="How many to show at most."
)
@as_json_too
def conflicts(slug: str, day: datetime | None, limit: int, as_json: bool) -> None:
    """Scans without a network by which more people went in than the party has, the newest first.

    And those with `clock`: the scanner's clock could not be right, so that they count from their upload.

    Example: pravesh passes conflicts --event demo
    """
    from bot.domain.stats import conflicts as found

    rows = session.rows_of(slug, found.list_conflicts, _conflict, day=day and day.date(), limit=limit)
    listing(rows, as_json=as_json, nothing="There is none.")


def _confirmed(code: str, what: str, yes: bool) -> "tuple[Pass, str]":
    """Look whether there is such a pass, and ask before anything happens to it: the pass and its mark."""
    from bot.domain import edit_conflict, pass_days, passes
    from flows.understanding.codes import shown

    with session.reading() as db:
        found = passes.by_code(db, code)
        as_shown = edit_conflict.fingerprint(found)
        days = ", ".join(map(str, pass_days.days_of_pass(found)))
        question = f"{what} pass {shown(found.code)} for {found.party_size}, {days}, of {found.event.slug}?"
    confirm(question, yes)
    return found, as_shown


def _sent(db: Any, issued: "Pass", now: datetime) -> str:
    from bot.delivery.dispatch import resend as dispatch_resend
    from bot.errors import Refused

    try:
        return f"its picture is in the outbox as delivery {dispatch_resend.resend(db, issued, now)}"
    except Refused:
        return "there is nobody to send its image to"


def _way_to(settings: "Settings", phone: str, now: datetime) -> "ChannelChoice":
    """How a pass reaches this phone; asked before the transaction, which others wait for."""
    from bot.delivery.dispatch import channel_choice
    from bot.delivery.outbox.session_window import SessionWindows
    from bot.ops import connections

    with connections.connect_redis(settings.redis) as redis:
        return channel_choice.choose_channel(SessionWindows(redis), settings, phone, now)


def _sent_to(db: Any, issued: "Pass", to: "ChannelChoice", now: datetime) -> str:
    from bot.delivery.dispatch import channel_choice

    if issued.registration.holder.stopped_at:
        return "nothing is sent, for they have stopped our messages"
    number, way = channel_choice.enqueue_pass(db, issued, to, issued.registration.language, now)
    waits = ", which waits until they write to us" if way == channel_choice.WAITING else ""
    return f"its picture is in the outbox as delivery {number}{waits}"


def _conflict(scan: "DoubtfulScan", zone: ZoneInfo) -> dict[str, Any]:
    from bot.domain.models import Checkin
    from flows.understanding.codes import shown

    entry = scan if isinstance(scan, Checkin) else None
    who, first = scan.staff or scan.device, entry and entry.first
    return {
        "code": scan.pass_ and shown(scan.pass_.code),
        "party_size": scan.pass_ and scan.pass_.party_size,
        "result": scan.result,
        "clock": scan.clock,
        "went_in": entry.claimed if entry else 0,
        "counted": entry.people if entry else 0,
        "scanned_at": scan.scanned_at.astimezone(zone),
        "gate": scan.gate and scan.gate.slug,
        "by": who and who.name,
        "first_at": first and first.scanned_at.astimezone(zone),
        "first_gate": first and first.gate and first.gate.slug,
        "uploaded_at": scan.arrived_at.astimezone(zone),
    }


def _whole(db: Any, pass_: "Pass") -> dict[str, Any]:
    from bot.domain import pass_days
    from bot.domain.models import Pass
    from flows.understanding.codes import shown

    registration = pass_.registration
    successor = db.get(Pass, pass_.replaced_by_id) if pass_.replaced_by_id else None
    return {
        "code": shown(pass_.code),
        "status": pass_.status,
        "replaced_by": successor and shown(successor.code),
        "event": pass_.event.slug,
        "day": pass_.day,
        "days": pass_days.days_of_pass(pass_),
        "kind": pass_.kind.slug,
        "name": registration.full_name,
        "party_size": pass_.party_size,
        "answers": registration.answers,
        "language": registration.language,
        "channel": registration.channel,
        "for_somebody_else": registration.holder_id != registration.asked_by_id,
        "consent_version": registration.consent_version,
        "issued_at": pass_.issued_at.astimezone(ZoneInfo(pass_.event.timezone)),
    }
