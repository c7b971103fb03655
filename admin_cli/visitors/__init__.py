"""`visitors`: who registered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.output import as_json_too, details, listing
from admin_cli.visitors.import_file import import_

if TYPE_CHECKING:
    from bot.domain.models import Pass


@click.group
def command() -> None:
    """Visitors. Searches and looks at one person are in the audit log.

    Example: pravesh visitors find asha --event demo
    """


command.add_command(import_)


@command.command
@click.argument("text")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many to show at most.")
@as_json_too
@as_whom
def find(text: str, slug: str, limit: int, as_json: bool) -> None:
    """Passes by a part of a name, a whole phone number or a pass code, the newest first; of any day and state.

    Example: pravesh visitors find "asha verma" --event demo
    """
    from bot.domain import audit, visitors
    from bot.domain.audit import recorder

    region = session.load_settings().default_region
    with session.writing(audit.SEARCHED, slug) as db:
        by, found = visitors.find(db, slug, text, region=region, limit=limit + 1)
        shown, more = found[:limit], len(found) > limit
        rows = [_pass_row(pass_) for pass_ in shown]
        recorder.add_facts(db, by=by, passes=[pass_.id for pass_ in shown], codes=[row["code"] for row in rows])
    listing(rows, as_json=as_json, nothing="There is none.")
    if more:
        click.echo(f"more than {limit} found: give more of the name, or --limit", err=True)


@command.command
@click.argument("who", metavar="CODE|+E164")
@as_json_too
@as_whom
def show(who: str, as_json: bool) -> None:
    """Show somebody's registrations, passes, entries, messages, and where their conversation stands.

    By a phone number, or by the code of a pass that they hold.

    Example: pravesh visitors show +919876543210
    """
    from bot.domain import audit, visitors
    from bot.domain.audit import recorder
    from bot.ops.connections import connect_redis
    from bot.personal_data import export as personal_data_export

    settings = session.load_settings()
    with connect_redis(settings.redis) as redis, session.writing(audit.PERSON_VIEWED) as db:
        known = visitors.known(db, who, region=settings.default_region)
        events = {registration.event_id for registration in known.registrations}
        whole = personal_data_export.export_person(db, known, redis)
        seen = {
            "contacts": [contact.id for contact in known.contacts],
            "codes": [pass_["code"] for pass_ in whole["passes"]],
        }
        recorder.add_facts(db, event_id=min(events) if len(events) == 1 else None, **seen)
    if as_json:
        details(whole, as_json=True)
    else:
        _print(whole)


def _print(whole: Mapping[str, Any]) -> None:
    lists = ("registrations", "passes", "entries", "deliveries")
    details({name: value for name, value in whole.items() if name not in lists}, as_json=False)
    for name in lists:
        click.echo(f"\n{name}:")
        listing(whole[name], as_json=False, nothing="  none")


def _pass_row(pass_: "Pass") -> dict[str, Any]:
    from bot.domain import pass_days
    from flows.understanding.codes import shown

    return {
        "code": shown(pass_.code),
        "name": pass_.registration.full_name,
        "day": pass_.day,
        "days": pass_days.days_of_pass(pass_),
        "party_size": pass_.party_size,
        "kind": pass_.kind.slug,
        "status": pass_.status,
        "channel": pass_.registration.channel,
    }
