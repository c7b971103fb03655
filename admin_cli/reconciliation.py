"""`doctor --reconcile`: compares the rows with one another and with Twilio's list, and lets messages leave again."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click

from admin_cli.console import session
from admin_cli.console.output import listing
from bot.errors import NotReady, SendFailed

LOOK_BACK = timedelta(days=1)
"""How far Twilio's list is compared where the database was not restored."""
EXIT_DIFFERENCES = 1


def run(*, repair: bool, as_json: bool) -> int:
    """Print every difference; the exit code. Raises NotReady where Twilio's list cannot be had, before any change."""
    from bot.delivery.outbox import hold
    from bot.delivery.twilio.messages import Twilio
    from bot.domain import audit
    from bot.domain.audit import recorder
    from bot.ops import checks, reconcile
    from bot.ops.reconcile import messages

    now = datetime.now(UTC)
    with session.open_database() as database:
        checks.migrations_at_head(database)
        with database.read() as db:
            restored, held = hold.latest(db), hold.in_force(db)
        since = held.backup_at if held else max(now - LOOK_BACK, restored.backup_at if restored else now - LOOK_BACK)
        try:
            listed = messages.listed(Twilio(session.load_settings()), since)
        except SendFailed as failure:
            still = "; nothing is sent until it was" if held else ""
            raise NotReady(f"Twilio's list cannot be had ({failure.code}){still}") from None
        # Counting locks nothing; only what is to be mended is counted again in the transaction that mends it.
        found = database.ask(reconcile.compare, listed, since=since, now=now)
        with session.audited(database, audit.RECONCILED) as db:
            if repair and found:
                found = reconcile.compare(db, listed, since=since, now=now, repair=True)
            hold.lift(db, now)
            left = sum(not difference.mended for difference in found)
            recorder.add_facts(db, differences=len(found), left=left, released=held is not None)
    listing([asdict(difference) for difference in found], as_json=as_json, nothing="Everything fits together.")
    if held:
        click.echo("messages leave again", err=True)
    return EXIT_DIFFERENCES if left else 0
