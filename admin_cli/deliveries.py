"""`deliveries`: messages and what became of them, without their texts and whole numbers."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.errors import sentence
from admin_cli.console.options import confirm
from admin_cli.console.output import as_json_too, details, details_and_rows, listing


@click.group
def command() -> None:
    """Messages in the outbox, and what became of them.

    Example: pravesh deliveries list --failed
    """


@command.command("list")
@click.option("--failed", is_flag=True, help="Only those that could not be delivered; not those that were cancelled.")
@click.option("--status", help="Only those with this status: owed, queued, sent, delivered, read, failed, …")
@click.option("--reason", help="Only those that wait or failed for this reason: window_closed, sender_paused, …")
@click.option("--event", "event_slug", metavar="SLUG", help="Only those of this event's passes.")
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1, 100_000), help="How many to show at most."
)
@as_json_too
def list_(
    failed: bool, status: str | None, reason: str | None, event_slug: str | None, limit: int, as_json: bool
) -> None:
    """The newest first, with Twilio's error code and our reason; all times in the zone of the events, or UTC.

    Example: pravesh deliveries list --reason window_closed
    """
    from bot.delivery.outbox import explanations
    from bot.delivery.outbox import report as outbox_report
    from bot.delivery.outbox.statuses import RANKS
    from bot.domain import events

    if status is not None and status not in RANKS:
        raise click.UsageError(f"unknown status {status}; use one of: {', '.join(RANKS)}")
    with session.reading() as db:
        if event_slug is not None:
            event_slug = events.by_slug(db, event_slug).slug
        found = outbox_report.list_deliveries(
            db, failed=failed, status=status, reason=reason, event_slug=event_slug, limit=limit
        )
        if reason is not None and not found and not explanations.is_known(reason):
            raise click.UsageError(f"unknown reason {reason}; use one of: {', '.join(explanations.names())}")
        zone = outbox_report.zone_of(db, found)
        listing([outbox_report.to_row(line, zone) for line in found], as_json=as_json, nothing="There is none.")


@command.command
@click.argument("number", type=int, metavar="ID")
@as_json_too
def show(number: int, as_json: bool) -> None:
    """One delivery and its whole story: tries, look-ups, statuses, each with its time and reason.

    `stopped` is since when its reader wants no messages, by their own word or by Twilio's or WhatsApp's.

    Example: pravesh deliveries show 17
    """
    from bot.delivery.outbox import enqueue
    from bot.delivery.outbox import report as outbox_report

    with session.reading() as db:
        found, events = outbox_report.delivery_with_history(db, number)
        zone = outbox_report.zone_of(db, [found])
        stopped = enqueue.stopped_since(db, found.delivery)
        facts = {**outbox_report.to_row(found, zone), "stopped": stopped and stopped.astimezone(zone)}
        owed = {"at": found.delivery.created_at, "what": "owed", "reason": None, "error_code": None}
        happened = [
            {name: getattr(history_step, name) for name in (*owed, "message_sid", "until")} for history_step in events
        ]
        told = [_local(zone, step) for step in [{**owed, "message_sid": None, "until": None}, *happened]]
    details_and_rows(facts, "story", told, as_json=as_json, nothing="")


@command.command
@click.argument("number", type=int, metavar="ID")
@as_json_too
def why(number: int, as_json: bool) -> None:
    """Explain a delivery in one sentence: what happened, what it means, what to do.

    Example: pravesh deliveries why 17
    """
    from bot.delivery.outbox import explanations
    from bot.delivery.outbox import report as outbox_report

    with session.reading() as db:
        found, _ = outbox_report.delivery_with_history(db, number)
        row = outbox_report.to_row(found, outbox_report.zone_of(db, [found]))
        happened, means, do = explanations.why(
            found.delivery, f"{row['next_try']:%d %b %H:%M %Z}" if row["next_try"] else ""
        )
    if as_json:
        facts = {name: row[name] for name in ("id", "kind", "status", "reason", "error_code")}
        details({**facts, "happened": happened, "means": means, "do": do}, as_json=True)
    else:
        click.echo(f"{happened[:1].upper()}{happened[1:]}: {means}. What to do: {do}.")


def _local(zone: ZoneInfo, step: dict[str, Any]) -> dict[str, Any]:
    """The delivery with its moments in this zone, to the second."""
    moments = {name: step[name] and step[name].astimezone(zone).isoformat(" ", "seconds") for name in ("at", "until")}
    return {**step, **moments}


@command.command("resume-sender")
@click.argument("sender")
@as_whom
def resume_sender(sender: str) -> None:
    """Let a sender that Twilio slowed down or stopped send again at once; by itself it does so after five minutes.

    Example: pravesh deliveries resume-sender whatsapp:+14155238886
    """
    from bot.delivery.outbox import report as outbox_report
    from bot.delivery.outbox.rate_limit import RateLimiter
    from bot.delivery.outbox.senders import senders
    from bot.domain import audit
    from bot.domain.audit import recorder
    from bot.ops import checks
    from bot.ops.connections import connect_redis

    settings = session.load_settings()
    if sender not in senders(settings):
        raise click.UsageError(f"unknown sender; use one of: {', '.join(senders(settings))}")
    with connect_redis(settings.redis) as redis:
        checks.redis_answers(redis)
        was_closed = RateLimiter(redis, settings.twilio_mps).reopen(sender)
    with session.writing(audit.SENDER_RESUMED) as db:
        recorder.add_facts(db, sender=sender, was_paused=was_closed)
        waiting = outbox_report.resume(db, settings, sender, datetime.now(UTC))
    click.echo(f"{'resumed' if was_closed else 'was not paused'}; {waiting} messages go now")


@command.command
@click.argument("numbers", nargs=-1, type=int, metavar="[ID]...")
@click.option("--failed", is_flag=True, help="All that failed, except OTPs.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def retry(numbers: tuple[int, ...], failed: bool, yes: bool) -> None:
    """Try failed deliveries again; a worker sends them within seconds.

    Example: pravesh deliveries retry 17 18
    """
    from bot.delivery.outbox import report as outbox_report
    from bot.domain import audit

    if bool(numbers) == failed:
        raise click.UsageError("name the deliveries by their ids, or give --failed")
    if failed:
        number = session.ask(outbox_report.retriable)
        confirm(f"Send {number} {'message' if number == 1 else 'messages'} again?", yes or not number)
    now = datetime.now(UTC)
    with session.writing(audit.DELIVERIES_RETRIED) as db:
        owed, refused = (
            (outbox_report.retry_failed(db, now), []) if failed else outbox_report.retry_each(db, numbers, now)
        )
    for refusal in refused:
        click.echo(sentence(refusal), err=True)
    click.echo(f"{owed} in the outbox again")
    if refused:
        raise click.exceptions.Exit(1)
