"""`passes`: one pass and what became of it."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli import opening
from admin_cli.deliveries import row
from admin_cli.printing import as_json_too, details, listing

if TYPE_CHECKING:
    from bot.domain.models import Pass


@click.group
def command() -> None:
    """Entry passes.

    Example: python -m admin_cli passes show 7K2M-9XQA
    """


@command.command
@click.argument("code")
@as_json_too
def show(code: str, as_json: bool) -> None:
    """One pass by its code, in any case and with or without the hyphen; and how its image travelled.

    Example: python -m admin_cli passes show 7K2M-9XQA --json
    """
    from bot.delivery import ledger
    from bot.domain import passes

    with opening.reading() as db:
        found = passes.by_code(db, code)
        whole, deliveries = _whole(db, found), [row(one) for one in ledger.of_pass(db, found.id)]
    if as_json:
        details({**whole, "deliveries": deliveries}, as_json=True)
    else:
        details(whole, as_json=False)
        listing(deliveries, as_json=False, nothing="Its image was not owed to anybody.")


def _whole(db: Any, found: "Pass") -> dict[str, Any]:
    from bot.domain.models import Pass
    from flows.codes import shown

    registration = found.registration
    successor = db.get(Pass, found.replaced_by_id) if found.replaced_by_id else None
    return {
        "code": shown(found.code),
        "status": found.status,
        "replaced_by": successor and shown(successor.code),
        "event": found.event.slug,
        "day": found.day,
        "kind": found.kind.slug,
        "name": registration.full_name,
        "party_size": found.party_size,
        "answers": registration.answers,
        "language": registration.language,
        "channel": registration.channel,
        "for_somebody_else": registration.holder_id != registration.asked_by_id,
        "consent_version": registration.consent_version,
        "issued_at": found.issued_at.astimezone(ZoneInfo(found.event.timezone)),
    }
