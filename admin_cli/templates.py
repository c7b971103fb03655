"""`templates`: the templates at Twilio that give questions buttons, and carry passes outside the window."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import confirm
from admin_cli.console.output import as_json_too, listing

if TYPE_CHECKING:
    from bot.domain.models import ContentTemplate


@click.group
def command() -> None:
    """Templates: questions with buttons and lists, and passes outside the 24-hour window.

    Without them every question goes as numbered text, and such a pass waits until its reader writes.

    Example: pravesh templates sync
    """


@command.command
@as_json_too
@as_whom
def sync(as_json: bool) -> None:
    """Make what the flows and events need at Twilio, and remove what was replaced days ago.

    Run it after an upgrade, and when an event or its questions have changed; twice does no harm.
    Questions go with buttons within 15 seconds. Passes to people who wrote more than 24 hours ago go by
    templates that WhatsApp must approve: they are submitted, and used as soon as it has.

    Example: pravesh templates sync
    """
    from contextlib import closing
    from datetime import UTC, datetime

    from bot.delivery import templates
    from bot.delivery.templates import discovery, forms, interactive, notices
    from bot.delivery.templates import sync as templates_sync
    from bot.delivery.twilio.content_api import ContentApi
    from bot.delivery.twilio.messages import Twilio
    from bot.domain import audit, events
    from bot.domain.audit import recorder
    from bot.service import connect_redis
    from flows.text.languages import CONFIRMED

    now = datetime.now(UTC)
    with session.open_database() as database, closing(connect_redis(session.load_settings().redis)) as redis:
        with database.read() as db:
            known = [(event, events.days(db, event.slug)) for event in events.snapshot(db, now)]
        wanted = interactive.template_specs(discovery.needed_shapes(known, now) | templates.wanted_shapes(redis))
        spoken = dict.fromkeys((*CONFIRMED, *(code for event, _days in known for code in event.languages)))
        wanted += notices.template_specs(session.load_settings().origin, spoken)
        wanted += forms.template_specs(event for event, _days in known)
        with _refusals_told():
            done = templates_sync.sync(database, ContentApi(Twilio(session.load_settings())), wanted, now)
        with session.audited(database, audit.TEMPLATES_SYNCED) as db:
            recorder.add_facts(db, templates=[[change.done, change.name] for change in done])
    rows = [{"done": change.done, "name": change.name, "code": change.code or None} for change in done]
    listing(rows, as_json=as_json, nothing="Nothing has changed.")


@command.command
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def remove(yes: bool) -> None:
    """Remove all that `templates sync` made: questions go as numbered text again.

    Example: pravesh templates remove
    """
    from bot.delivery.templates import sync as templates_sync
    from bot.delivery.twilio.content_api import ContentApi
    from bot.delivery.twilio.messages import Twilio
    from bot.domain import audit
    from bot.domain.audit import recorder

    confirm("Remove every template of ours at Twilio?", yes, err=True)
    with session.open_database() as database, _refusals_told():
        removed = templates_sync.remove_all(database, ContentApi(Twilio(session.load_settings())))
        with session.audited(database, audit.TEMPLATES_REMOVED) as db:
            recorder.add_facts(db, templates=[[change.done, change.name] for change in removed])
    click.echo(f"{len(removed)} removed.")


@command.command("list")
@as_json_too
def list_(as_json: bool) -> None:
    """What there is, with WhatsApp's approval as it was when Twilio was last asked.

    For questions `unsubmitted` is enough: they are asked inside the 24-hour window, where none is needed. A
    notice (`notice_…`) leaves only with an `approved` one; the clock asks every ten minutes.

    Example: pravesh templates list --json
    """
    from bot.domain.messaging import content_templates

    with session.reading() as db:
        found = content_templates.list_templates(db)
        listing(
            [row(template) for template in found],
            as_json=as_json,
            nothing="There is none: `templates sync` makes them.",
        )


def row(template: "ContentTemplate") -> dict[str, Any]:
    """A template as it is listed."""
    return {
        "name": template.name,
        "shape": template.shape,
        "language": template.language,
        "sid": template.sid,
        "approval": template.approval,
        "created": template.created_at,
        "replaced": template.replaced_at,
        "refused": template.refused_at,
        "refused_code": template.refused_code,
    }


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Tell in one line what Twilio refused."""
    from bot.errors import NotReady, SendFailed

    try:
        yield
    except SendFailed as failure:
        raise NotReady(f"Twilio's Content API did not do it ({failure.code}); run it again") from None
