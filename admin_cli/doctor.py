"""`doctor`: checks the installation, a line for each check, with advice where one fails."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from admin_cli import reconciliation
from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.output import as_json_text, as_json_too
from bot.errors import NotReady

if TYPE_CHECKING:
    from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Check:
    """A check. It is left out where a check that it needs has failed."""

    name: str
    run: Callable[[], str]
    needs: frozenset[str] = frozenset()


@click.command
@click.option("--reconcile", is_flag=True, help="Compare the rows with one another and with Twilio's list instead.")
@click.option("--repair", is_flag=True, help="With --reconcile: mend what can be mended without a guess.")
@as_json_too
@as_whom
@click.pass_context
def command(ctx: click.Context, reconcile: bool, repair: bool, as_json: bool) -> None:
    """Look whether everything is well: settings, database, migrations, connections, keys, Redis, workers, clock, that
    messages come in and can leave: our public address, Twilio, its clock, senders and templates, OTPs, the queue.

    Exit code 1 where something is not. At the end the lines to enter at Twilio, and what to switch off there.

    With --reconcile: registrations, passes, places, messages, Twilio's own list, entries and figures; each difference
    is a line. After a restore nothing is sent until it has run. Exit code 1 where a difference is left.

    Example: pravesh doctor
    """
    if repair and not reconcile:
        raise click.UsageError("--repair goes with --reconcile")
    if reconcile:
        ctx.exit(reconciliation.run(repair=repair, as_json=as_json))
    findings = _findings()
    if as_json:
        click.echo(as_json_text(findings))
    else:
        for found in findings:
            mark = click.style("✓", fg="green") if found["ok"] else click.style("✗", fg="red")
            click.echo(f"{mark} {found['check']}: {found['said']}")
        _show_webhooks()
    if not all(found["ok"] for found in findings):
        ctx.exit(1)


def _findings() -> list[dict[str, Any]]:
    try:
        settings = session.load_settings()
    except NotReady as problem:
        return [{"check": "settings", "ok": False, "said": line} for line in str(problem).splitlines()]
    with ExitStack() as stack:
        kind = "the built-in simulator" if settings.simulated else f"Twilio, {settings.origin}"
        found = [{"check": "settings", "ok": True, "said": kind}]
        for check in _checks(settings, stack):
            if check.needs <= {finding["check"] for finding in found if finding["ok"]}:
                found.append(_run_check(check))
        return found


def _run_check(check: Check) -> dict[str, Any]:
    try:
        return {"check": check.name, "ok": True, "said": check.run()}
    except NotReady as problem:
        return {"check": check.name, "ok": False, "said": str(problem)}


def _checks(settings: "Settings", stack: ExitStack) -> list[Check]:
    from bot import pass_keys
    from bot.database import Database
    from bot.delivery.dispatch import health
    from bot.delivery.images import fonts
    from bot.ops import capacity, checks, forms_check
    from bot.ops.connections import connect_redis, database_exists
    from bot.personal_data import erase_traces
    from bot.photos import delete_media

    database = stack.enter_context(closing(Database(settings.database)))
    redis = stack.enter_context(connect_redis(settings.redis))
    migrated, reached = frozenset({"migrations"}), frozenset({"Redis"})
    # Where Twilio is our own web process, one line says that it does not run.
    served, simulator = (reached, frozenset({"public URL"})) if settings.simulated else (frozenset(), frozenset())

    def database_answers() -> str:
        database_exists(settings)
        return checks.database_answers(database)

    return [
        Check("database", database_answers),
        Check("migrations", lambda: checks.migrations_at_head(database), frozenset({"database"})),
        Check("connections", lambda: checks.connections_suffice(database), frozenset({"database"})),
        Check("pass keys", lambda: checks.keys_open(database, settings), migrated),
        Check("secret", lambda: pass_keys.is_strong(settings)),
        Check("Redis", lambda: checks.redis_reached(redis, settings)),
        Check("Redis keeps", lambda: checks.redis_keeps(redis), reached),
        Check("memory", lambda: capacity.redis_has_room(redis), reached),
        Check("connections in use", lambda: capacity.connections_left(database, redis), reached | {"database"}),
        Check("clocks", lambda: checks.clocks_agree(database, redis), reached | {"database"}),
        Check("workers", lambda: checks.workers_alive(redis), reached),
        Check("clock", lambda: checks.clock_alive(redis), reached),
        Check(
            "messages",
            lambda: checks.messages_come_in(database, redis, settings, datetime.now(UTC)),
            migrated | reached,
        ),
        Check("public URL", lambda: health.public_url_answers(settings), served),
        Check("Twilio", lambda: health.twilio_answers(settings), simulator),
        Check("time", lambda: health.clock_is_right(settings, datetime.now(UTC)), frozenset({"Twilio"})),
        Check("senders", lambda: health.senders_known(settings), frozenset({"Twilio"})),
        Check("templates", lambda: health.templates_approved(database, datetime.now(UTC)), migrated),
        Check("forms", lambda: forms_check.forms_are_read(database, redis, datetime.now(UTC)), migrated | reached),
        Check("OTPs", lambda: health.otps_have_a_way(settings)),
        Check("codes", lambda: checks.codes_are_left(redis, datetime.now(UTC)), reached),
        Check("pauses", lambda: health.senders_open(redis, settings), reached),
        Check("photos", lambda: delete_media.nothing_is_stuck(database, datetime.now(UTC)), migrated),
        Check("erased people", lambda: erase_traces.nothing_is_stuck(database, datetime.now(UTC)), migrated),
        Check("fonts", fonts.all_there),
        Check("queue", lambda: health.queue_moves(database, datetime.now(UTC)), migrated),
        Check("outbox", lambda: capacity.outbox_keeps_up(database, datetime.now(UTC)), migrated),
        Check("sending", lambda: capacity.sending_goes_on(database), migrated),
        Check("stops", lambda: health.stops(database), migrated),
    ]


def _show_webhooks() -> None:
    from bot.ops import checks

    try:
        settings = session.load_settings()
    except NotReady:
        return
    if settings.simulated:
        return
    click.echo("\nAt Twilio, for each WhatsApp sender (all POST):")
    for field, url in checks.webhooks(settings.origin).items():
        click.echo(f"  {field:<20}{url}")
    click.echo(f"\n{checks.STOP_WORDS}")
