"""`privacy`: report, erase, and keep personal data no longer than needed."""

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console import out_files, session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import confirm
from admin_cli.console.output import as_json_too, listing
from admin_cli.console.parameters import DAY, LIMIT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.database import Database
    from bot.domain.privacy.erasure import ErasurePreview, ErasureResult, ErasureSubject


@click.group
def command() -> None:
    """People's rights over what is held about them.

    Example: pravesh privacy erase --phone +919876543210
    """


@command.command
@click.option("--phone", metavar="+E164", help="The person's phone number, in any form that WhatsApp shows.")
@click.option("--code", metavar="CODE", help="The code of the person's pass, for people without a phone.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--even-today", is_flag=True, help="Also erase someone who has a valid pass for today.")
@as_whom
def erase(phone: str | None, code: str | None, yes: bool, even_today: bool) -> None:
    """Erase somebody; it cannot be undone. Counts of people and entries stay as they are.

    Names, answers, addresses and messages go from the database, Redis and Twilio; valid passes are revoked, and their
    places free unless they were used. Whoever is on a roster stays on it.

    Example: pravesh privacy erase --phone +919876543210
    """
    if (phone is None) == (code is None):
        raise click.UsageError("give --phone or --code")
    with session.open_database() as database:
        erased, was_known = _erased(database, phone, code, yes=yes, even_today=even_today)
        left = _traces(database, erased.erasure)
    if not was_known:
        raise click.ClickException("no data about that number; check that it is right")
    click.echo(f"erased: registrations {erased.registrations}, messages {erased.deliveries}")
    for code_ in erased.revoked:
        click.echo(f"revoked: {code_}")
    if left:
        click.echo(f"not gone yet ({left}): traces in Redis or at Twilio; the clock goes on with it", err=True)


def _erased(
    database: "Database", phone: str | None, code: str | None, *, yes: bool, even_today: bool
) -> "tuple[ErasureResult, bool]":
    """What was done, and whether anything was held of them before: traces elsewhere go in any case."""
    from datetime import UTC, datetime

    from admin_cli.console import actor
    from bot.domain import edit_conflict
    from bot.domain.privacy import erasure as privacy_erasure

    now = datetime.now(UTC)
    with database.read() as db:
        meant = _subject(db, phone, code)
        today = [one.event.slug for one in privacy_erasure.passes_today(db, meant, now)]
        held = privacy_erasure.preview(db, meant)
    talked = _is_in_conversation(meant)
    if not yes:
        click.confirm(f"Delete the data of this person ({_describe(held, talked)})? You cannot undo this", abort=True)
        if today and not even_today:
            what = f"Today they have a valid pass for {', '.join(today)}, and will not be let in. Erase all the same"
            even_today = click.confirm(what, abort=True)
    with database.write() as db:
        again = _subject(db, phone, code)
        if again.contacts != meant.contacts:  # somebody else has erased them, or they have just come
            raise edit_conflict.changed_refusal()
        erased = privacy_erasure.erase(db, again, now, even_today=even_today, actor=actor.current_actor())
    return erased, bool(meant.contacts) or talked or not held.is_nothing


def _is_in_conversation(subject: "ErasureSubject") -> bool:
    """Whether a conversation is going on, which only Redis knows; False where it is away."""
    from redis.exceptions import RedisError

    from bot.conversation.store import ConversationStore
    from bot.ops.connections import connect_redis

    try:
        with connect_redis(session.load_settings().redis) as redis:
            kept = ConversationStore(redis, state_seconds=1)
            return any(kept.state_of(address) for address in subject.addresses)
    except RedisError:
        return False


def _describe(preview: "ErasurePreview", talked: bool) -> str:
    if preview.is_nothing:
        return "an unfinished conversation" if talked else "nothing is held about them"
    passes = f", valid passes {' '.join(preview.passes)}" if preview.passes else ""
    events = f" at {', '.join(preview.events)}" if preview.events else ""
    return f"registrations {preview.registrations}{events}{passes}, messages {preview.messages}"


def _subject(db: "Session", phone: str | None, code: str | None) -> "ErasureSubject":
    from bot.domain.privacy import erasure as privacy_erasure
    from bot.domain.roster import validation as roster_validation

    if phone is None:
        return privacy_erasure.by_code(db, code or "")
    return privacy_erasure.by_name(db, phone=roster_validation.phone(phone, session.load_settings().default_region))


def _traces(database: "Database", erasure: int) -> str | None:
    """Work off the rest at once; the code of what is left."""
    from datetime import UTC, datetime

    from bot.delivery.twilio.messages import Twilio
    from bot.personal_data.erase_traces import TraceEraser
    from bot.service import connect_redis

    settings = session.load_settings()
    with closing(connect_redis(settings.redis)) as redis:
        forgetting = TraceEraser(database, redis, Twilio(settings), settings.twilio_account_sid)
        return forgetting.finish(erasure, datetime.now(UTC))


@command.command
@click.option("--phone", metavar="+E164", help="The person's number.")
@click.option("--code", metavar="CODE", help="The code of the person's pass, for people without a phone.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file; JSON.")
@out_files.yes
@as_whom
def report(phone: str | None, code: str | None, out: Path, yes: bool) -> None:
    """Write all that is held about somebody into a file to give them.

    Nobody but you may read the file.

    Example: pravesh privacy report --phone +919876543210 --out asha.json
    """
    from bot.domain import audit, visitors
    from bot.domain.audit import recorder
    from bot.ops.connections import connect_redis
    from bot.personal_data import export as personal_data_export

    if (phone is None) == (code is None):
        raise click.UsageError("give --phone or --code")
    out_files.check(out, yes=yes)
    settings = session.load_settings()
    with connect_redis(settings.redis) as redis, session.writing(audit.PERSON_VIEWED) as db:
        known = visitors.known(db, phone or code or "", region=settings.default_region)
        recorder.add_facts(db, contacts=[contact.id for contact in known.contacts], report=True)
        _write(
            out,
            {**personal_data_export.export_person(db, known, redis), "consents": personal_data_export.consents(known)},
        )
    click.echo(f"{out} is written; give it only to this person")


@command.command
@click.option(
    "--before", required=True, type=DAY, metavar="YYYY-MM-DD", help="Events whose last day was before this day."
)
@click.option("--event", "slug", metavar="SLUG", help="Only this event.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def purge(before: date, slug: str | None, yes: bool) -> None:
    """Forget everybody who was registered for events that were over by then; counts and entries stay.

    Who is registered for a later event as well is known there on. It cannot be undone.

    Example: pravesh privacy purge --before 2026-01-01
    """
    from datetime import UTC, datetime

    from admin_cli.console import actor
    from bot.domain import edit_conflict
    from bot.domain.privacy import retention as privacy_retention

    now = datetime.now(UTC)
    if before > now.date():
        raise click.UsageError("--before is in the future")
    with session.open_database() as database:
        with database.read() as db:
            events = privacy_retention.ended_before(db, before, slug)
            named, rows = privacy_retention.count(db, events), privacy_retention.rows(db, events)
            as_shown = edit_conflict.fingerprint(rows)
        confirm(f"Delete the personal data of {named} registrations at {len(events)} events", yes)
        with database.write() as db:  # an event that has been prolonged meanwhile is not over
            edit_conflict.require_unchanged(db, rows, as_shown)
        with click.progressbar(length=named, file=sys.stderr, label="forgotten") as bar:
            for people in privacy_retention.purge(database, events, now, actor.current_actor()):
                bar.update(people)
    click.echo(f"forgotten: registrations {named}, events {len(events)}")


@command.group
def retention() -> None:
    """How many days after its last day an event's data are kept; then the clock erases its people.

    Example: pravesh privacy retention show
    """


@retention.command("set")
@click.argument("slug")
@click.argument("days", type=LIMIT)
@as_whom
def set_(slug: str, days: int | None) -> None:
    """Say how many days; `none` keeps them until they are purged by hand.

    Example: pravesh privacy retention set demo 30
    """
    from bot.domain import audit
    from bot.domain.events import changes as event_changes

    with session.writing(audit.EVENT_CHANGED, slug) as db:
        event_changes.change(db, slug, retention_days=days)
    click.echo(f"{slug}: {'kept until purged' if days is None else f'kept for {days} days after its last day'}")


@retention.command
@as_json_too
def show(as_json: bool) -> None:
    """Every event: its last day, until when its data are kept, and how many registrations still have a name.

    Example: pravesh privacy retention show --json
    """
    from bot.domain.privacy import retention as privacy_retention

    rows = [
        {
            "event": one.event.slug,
            "ends_on": one.event.ends_on,
            "retention_days": one.event.retention_days,
            "kept_until": one.until,
            "with_a_name": one.people,
        }
        for one in session.ask(privacy_retention.list_retention)
    ]
    listing(rows, as_json=as_json, nothing="There is no event.")


def _write(out: Path, report: Mapping[str, Any]) -> None:
    """Under its name only when it is whole, and readable for its owner alone. Raises NotReady."""
    from bot.domain.exports.files import write_whole
    from bot.errors import NotReady

    try:
        with write_whole(out) as part:
            part.write_text(json.dumps(report, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")
    except OSError as problem:
        raise NotReady(f"{out}: {problem.strerror}") from None
