"""`visitors`: who registered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli import opening
from admin_cli.deliveries import row as delivery_row
from admin_cli.printing import as_json_too, details, listing
from admin_cli.who import as_whom

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.domain.models import Checkin, Pass, Registration
    from bot.domain.visitors import Known


@click.group
def command() -> None:
    """Visitors. Searches and looks at one person are in the audit log.

    Example: python -m admin_cli visitors find asha --event demo
    """


@command.command
@click.argument("text")
@click.option("--event", "slug", required=True, metavar="SLUG", help="The event.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="At most so many.")
@as_json_too
@as_whom
def find(text: str, slug: str, limit: int, as_json: bool) -> None:
    """Passes by a part of a name, a whole phone number or a pass code, the newest first; of any day and state.

    Example: python -m admin_cli visitors find "asha verma" --event demo
    """
    from bot.domain import acts, audit, visitors

    region = opening.settings().default_region
    with opening.writing(audit.FOUND, slug) as db:
        by, found = visitors.find(db, slug, text, region=region, most=limit + 1)
        shown, more = found[:limit], len(found) > limit
        rows = [_found(one) for one in shown]
        acts.tell(db, by=by, passes=[one.id for one in shown], codes=[row["code"] for row in rows])
    listing(rows, as_json=as_json, nothing="There is none.")
    if more:
        click.echo(f"there are more than {limit}: say more of the name, or give --limit", err=True)


@command.command
@click.argument("who", metavar="CODE|+E164")
@as_json_too
@as_whom
def show(who: str, as_json: bool) -> None:
    """Somebody's registrations, passes, entries, messages, and where their conversation stands.

    By a phone number, or by the code of a pass that they hold.

    Example: python -m admin_cli visitors show +919876543210
    """
    from bot.domain import acts, audit, visitors

    settings = opening.settings()
    with opening.writing(audit.VIEWED) as db:
        known = visitors.known(db, who, region=settings.default_region)
        events = {one.event_id for one in known.registrations}
        whole = everything(db, known)
        seen = {"contacts": [one.id for one in known.contacts], "codes": [one["code"] for one in whole["passes"]]}
        acts.tell(db, event_id=min(events) if len(events) == 1 else None, **seen)
    if as_json:
        details(whole, as_json=True)
    else:
        _print(whole)


def everything(db: "Session", known: "Known") -> dict[str, Any]:
    """All that is known of somebody, as JSON can have it."""
    return {**_person(known), **_conversation(known), **_lists(db, known)}


def _print(whole: Mapping[str, Any]) -> None:
    lists = ("registrations", "passes", "entries", "deliveries")
    details({name: value for name, value in whole.items() if name not in lists}, as_json=False)
    for name in lists:
        click.echo(f"\n{name}:")
        listing(whole[name], as_json=False, nothing="  none")


def _found(one: "Pass") -> dict[str, Any]:
    from flows.codes import shown

    return {
        "code": shown(one.code),
        "name": one.registration.full_name,
        "day": one.day,
        "party_size": one.party_size,
        "kind": one.kind.slug,
        "status": one.status,
        "channel": one.registration.channel,
    }


def _person(known: "Known") -> dict[str, Any]:
    aliases = [alias for contact in known.contacts for alias in contact.aliases]
    return {
        "phones": [alias.value for alias in aliases if alias.kind == "phone"],
        "user_ids": [alias.value for alias in aliases if alias.kind == "user"],
        "language": next((one.language for one in known.contacts if one.language), None),
        "stopped": next((one.stopped_at for one in known.contacts if one.stopped_at), None),
        "known_since": min(one.created_at for one in known.contacts),
    }


def _conversation(known: "Known") -> dict[str, Any]:
    """In which flow and at which question they are; `unknown` where Redis does not say."""
    from redis.exceptions import RedisError

    from bot import checks
    from bot.conversations import Conversations

    settings = opening.settings()
    addresses = [f"{alias.kind}:{alias.value}" for contact in known.contacts for alias in contact.aliases]
    try:
        with checks.connected(settings.redis) as redis:
            kept = Conversations(redis, state_seconds=1)
            states = [state for state in map(kept.state_of, addresses) if state]
    except RedisError:
        return {"flow": "unknown", "question": "unknown"}
    state = next(iter(states), {})
    return {"flow": state.get("flow") or None, "question": state.get("asked") or None}


def _lists(db: Any, known: "Known") -> dict[str, Any]:
    from bot.delivery import ledger
    from flows.codes import shown

    mine = {contact.id for contact in known.contacts}
    passes = {issued.id: issued for one in known.registrations for issued in one.passes}
    zones = {one.event_id: ZoneInfo(one.event.timezone) for one in known.registrations}
    return {
        "registrations": [_registration(one, mine, zones[one.event_id]) for one in known.registrations],
        "passes": [
            {"id": issued.registration_id, **_pass(issued, zones[issued.event_id])} for issued in passes.values()
        ],
        "entries": [_entry(one, shown(passes[one.pass_id or 0].code), zones[one.event_id]) for one in known.entries],
        "deliveries": [delivery_row(line) for issued in passes for line in ledger.of_pass(db, issued)],
    }


def _registration(one: "Registration", mine: set[int], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": one.id,
        "event": one.event.slug,
        "name": one.full_name,
        "answers": one.answers,
        "language": one.language,
        "channel": one.channel,
        "holder": "they" if one.holder_id in mine else "somebody else",
        "consent_version": one.consent_version,
        "consented_at": one.consented_at.astimezone(zone),
    }


def _pass(one: "Pass", zone: ZoneInfo) -> dict[str, Any]:
    from flows.codes import shown

    return {
        "code": shown(one.code),
        "day": one.day,
        "kind": one.kind.slug,
        "party_size": one.party_size,
        "status": one.status,
        "issued_at": one.issued_at.astimezone(zone),
    }


def _entry(one: "Checkin", code: str, zone: ZoneInfo) -> dict[str, Any]:
    by = one.staff or one.device
    return {
        "code": code,
        "result": one.result,
        "people": one.people,
        "at": one.scanned_at.astimezone(zone),
        "gate": one.gate and one.gate.slug,
        "by": by and by.name,
        "forced": one.forced,
        "undone": one.undone_at is not None,
    }
