"""Begins a broadcast: shows the estimate, asks, begins. Used by `broadcast send` and by commands that offer one."""

import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console import session
from admin_cli.console.options import confirm

if TYPE_CHECKING:
    from bot.database import Database
    from bot.delivery.campaigns.estimate import BroadcastEstimate
    from bot.usecases.send_broadcast import BroadcastRequest, PreparedBroadcast

PROGRESS_ABOVE = 5_000
"""People from which on looking takes a second, and somebody wants to see that it goes on."""


def begin(request: "BroadcastRequest", *, yes: bool, dry_run: bool = False) -> int | None:
    """Show what it comes to, ask, and begin; its number, or None where it was only looked at.

    Raises Refused; Abort where the answer is no.
    """
    from bot.usecases import send_broadcast

    with session.open_database() as database:
        prepared = database.ask(send_broadcast.prepare, request, datetime.now(UTC))
        found = _estimated(database, prepared, request.purpose)
        _print_estimate(found, prepared.wording, request.hours)
        if dry_run or not found.people:
            click.echo("nothing was sent" if found.people else "nothing was sent: nobody would get it", err=True)
            return None
        confirm(f"Send it to {found.people} people?", yes)
        number = _begun(database, request, prepared, found.people)
    click.echo(f"broadcast {number} is started; to see it: pravesh broadcast show {number} --watch")
    return number


def offer(request: "BroadcastRequest", typed: str, *, at_once: bool) -> None:
    """Offer to tell people of what was just done; where nobody can be asked, say the command that does it.

    `typed` are the arguments of `broadcast send` that mean the wish.
    """
    if at_once:
        begin(request, yes=True)
    elif sys.stdin.isatty() and click.confirm("Send a message to the people with passes now?", default=False, err=True):
        begin(request, yes=False)
    else:
        click.echo(f"no message was sent; to send one: pravesh broadcast send {typed}", err=True)


def _estimated(database: "Database", prepared: "PreparedBroadcast", purpose: str) -> "BroadcastEstimate":
    from rich.console import Console

    from bot.delivery.campaigns import estimate
    from bot.delivery.outbox.session_window import SessionWindows
    from bot.service import connect_redis

    settings = session.load_settings()
    console = Console(stderr=True)
    with closing(connect_redis(settings.redis)) as redis, console.status("looking") as shown:
        return estimate.estimate(
            database,
            SessionWindows(redis),
            settings,
            prepared.event,
            prepared.selection,
            purpose,
            datetime.now(UTC),
            report=lambda people: shown.update(f"looking: {people} people") if people >= PROGRESS_ABOVE else None,
        )


def _print_estimate(plan: "BroadcastEstimate", wording: Mapping[str, Mapping[str, Any]], hours: int) -> None:
    """Prints the estimate, and one sample for each language that somebody reads."""
    from bot.delivery.campaigns import estimate
    from bot.delivery.templates import notices

    languages = ", ".join(f"{language} {number}" for language, number in plan.languages.items())
    click.echo(f"people: {plan.people}{f' ({languages})' if languages else ''}")
    reasons = {estimate.STOPPED: "said stop", estimate.NO_ADDRESS: "have no number or WhatsApp id"}
    for why, number in plan.skipped.items():
        click.echo(f"passed over: {number} {reasons[why]}")
    if not plan.people:
        return
    click.echo(f"24-hour window: {plan.inside} inside, {plan.outside} outside, {plan.unknown} of whom it is not known")
    _print_daily_limit(plan.outside + plan.unknown)
    for language, number in plan.without_template.items():
        click.echo(
            f"no approved template in {language}: of {number} people those outside the window get it only if they "
            f"write within {hours} hours (else window_closed)"
        )
    if any(len(str(said["values"].get("text", ""))) > notices.MAX_VALUE_LENGTH for said in wording.values()):
        click.echo(f"outside the window the text is cut after {notices.MAX_VALUE_LENGTH} characters")
    _print_duration(plan)
    for language in plan.languages:
        click.echo(f"\n[{language}] {wording[language]['body']}")
    click.echo("")


def _print_duration(plan: "BroadcastEstimate") -> None:
    """Says how long it takes at best, and with the workers that run."""
    from bot.delivery.campaigns import estimate
    from bot.ops import checks
    from bot.ops.connections import connect_redis

    settings = session.load_settings()
    pace, simulated = settings.twilio_mps, settings.simulated
    with connect_redis(settings.redis) as redis:
        workers = checks.workers_running(redis)
    click.echo(f"time: at best {_lasting(plan.seconds)}, at TWILIO_MPS={pace} and if nothing else is sent")
    slower = estimate.with_workers(plan, workers, simulated=simulated)
    if not workers:
        click.echo("workers: none is running; nothing is sent until one is")
    elif slower > plan.seconds:
        enough = estimate.enough_workers(pace, simulated=simulated)
        click.echo(
            f"workers: {workers} now, with which it takes {_lasting(slower)}; for TWILIO_MPS={pace} it takes some "
            f"{enough} (WORKERS)"
        )


def _print_daily_limit(people: int) -> None:
    from bot.delivery.campaigns import estimate
    from bot.delivery.dispatch import health

    if people:
        least = estimate.enough_for(people)
        enough = f"{least:,} or more" if least else "without limit"
        click.echo(
            f"daily limit: it must be {enough}, for up to {people} count towards the people outside the window to whom "
            "the WhatsApp portfolio may write in 24 hours (250, 2,000, 10,000, 100,000 or any number; Meta's WhatsApp "
            "Manager shows which)"
        )
        for sender, limit in health.known_daily_limits(session.load_settings()).items():
            click.echo(f"daily limit of {sender}, as Twilio says: {limit}")


def _lasting(seconds: int) -> str:
    if seconds < 90:
        return f"about {max(seconds, 1)} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def _begun(database: "Database", request: "BroadcastRequest", prepared: "PreparedBroadcast", people: int) -> int:
    from admin_cli.console import actor
    from bot.domain import audit
    from bot.usecases import send_broadcast

    by = actor.current_actor()
    with session.audited(database, audit.BROADCAST_BEGUN, prepared.event.slug) as db:
        return send_broadcast.begin(db, request, prepared, people=people, made_by=by, now=datetime.now(UTC))
