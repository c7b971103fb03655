"""`privacy`: people's rights over what is held about them."""

from typing import TYPE_CHECKING

import click

from admin_cli import opening
from admin_cli.who import as_whom

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.database import Database
    from bot.domain.erasing import Erased, Somebody


@click.group
def command() -> None:
    """People's rights over what is held about them.

    Example: python -m admin_cli privacy erase --phone +919876543210
    """


@command.command
@click.option("--phone", metavar="+E164", help="Whose number it is, in any form in which WhatsApp writes it.")
@click.option("--code", metavar="CODE", help="Whose pass it is: for people without a phone.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--even-today", is_flag=True, help="Also somebody who has a valid pass for today.")
@as_whom
def erase(phone: str | None, code: str | None, yes: bool, even_today: bool) -> None:
    """Make somebody unfindable; it cannot be undone. Counts of people and entries stay as they are.

    Names, answers, addresses and messages go from the database, Redis and Twilio; valid passes are revoked, and their
    places free unless they were used. Whoever is on a roster stays on it.

    Example: python -m admin_cli privacy erase --phone +919876543210
    """
    if (phone is None) == (code is None):
        raise click.UsageError("give --phone or --code")
    with opening.database() as database:
        erased = _erased(database, phone, code, yes=yes, even_today=even_today)
        left = _traces(database, erased.erasure)
    click.echo(f"erased: registrations {erased.registrations}, messages {erased.deliveries}")
    for one in erased.revoked:
        click.echo(f"revoked: {one}")
    if left:
        click.echo(f"not gone yet ({left}): traces in Redis or at Twilio; the clock goes on with it", err=True)


def _erased(database: "Database", phone: str | None, code: str | None, *, yes: bool, even_today: bool) -> "Erased":
    from datetime import UTC, datetime

    from admin_cli import who
    from bot.domain import erasing

    now = datetime.now(UTC)
    with database.read() as db:
        meant = _meant(db, phone, code)
        today = [one.event.slug for one in erasing.today(db, meant, now)]
    if not yes:
        click.confirm(f"Erase this person ({len(meant.contacts)} known contact)? It cannot be undone", abort=True)
        if today and not even_today:
            what = f"Today they have a valid pass for {', '.join(today)}, and will not be let in. Erase all the same"
            even_today = click.confirm(what, abort=True)
    with database.write() as db:
        return erasing.erase(db, _meant(db, phone, code), now, even_today=even_today, actor=who.it_is())


def _meant(db: "Session", phone: str | None, code: str | None) -> "Somebody":
    from bot.domain import erasing, roster_rules

    if phone is None:
        return erasing.by_code(db, code or "")
    return erasing.by_phone(db, roster_rules.phone(phone, opening.settings().default_region))


def _traces(database: "Database", erasure: int) -> str | None:
    """Work off the rest at once; the code of what is left."""
    from datetime import UTC, datetime

    from bot.delivery.whatsapp import Twilio
    from bot.forgetting import Forgetting
    from bot.service import connect_redis

    settings = opening.settings()
    redis = connect_redis(settings.redis)
    try:
        forgetting = Forgetting(database, redis, Twilio(settings), settings.twilio_account_sid)
        return forgetting.finish(erasure, datetime.now(UTC))
    finally:
        redis.close()
