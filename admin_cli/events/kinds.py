"""`events kinds`: the kinds of pass of an event."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import typed, with_options
from admin_cli.console.output import as_json_too, listing
from admin_cli.console.parameters import DAY_OR_NONE, IN_LANGUAGE, LIMIT, NO_LIMIT

if TYPE_CHECKING:
    from bot.domain.models import Kind


KIND_OPTIONS = (
    click.option(
        "--label",
        "labels",
        type=IN_LANGUAGE,
        multiple=True,
        help="The kind's name; can be repeated for each language.",
    ),
    click.option(
        "--day",
        "days",
        type=DAY_OR_NONE,
        multiple=True,
        help="A day on which it is valid; repeat for all days. `none`: the chosen day.",
    ),
    click.option(
        "--policy",
        type=click.Choice(["once", "daily", "in_out", NO_LIMIT]),
        help="How often it may enter; `none`: the event's policy.",
    ),
    click.option("--max-party", type=LIMIT, metavar="N", help="People on one pass at most; `none`: the event's limit."),
    click.option(
        "--gate",
        "gates",
        multiple=True,
        metavar="GATE",
        help="A gate at which it may enter; repeat for all gates. `none`: every gate.",
    ),
)


@click.group
def command() -> None:
    """The kinds of pass of an event; `visitor` is the first and the only one the public can choose.

    Example: pravesh events kinds list --event demo
    """


@command.command
@click.argument("slug")
@click.option("--event", "event_slug", required=True, metavar="SLUG", help="The event.")
@with_options(KIND_OPTIONS)
@as_whom
@click.pass_context
def add(ctx: click.Context, /, slug: str, event_slug: str, **_fields: Any) -> None:
    """Add a kind of pass.

    Example: pravesh events kinds add school --event demo --label "en=School" --max-party 45
    """
    from bot.domain import audit
    from bot.domain.passes import kinds

    with session.writing(audit.KIND_ADDED, event_slug) as db:
        kinds.add(db, event_slug, slug, **_given(ctx))
    click.echo(f"{event_slug} has the kind {slug}")


@command.command("list")
@click.option("--event", "event_slug", required=True, metavar="SLUG", help="The event.")
@as_json_too
def list_(event_slug: str, as_json: bool) -> None:
    """The kinds of an event; what is empty is as the event has it.

    Example: pravesh events kinds list --event demo --json
    """
    from bot.domain.passes import kinds

    rows = [_row(kind) for kind in session.ask(kinds.list_kinds, event_slug)]
    listing(rows, as_json=as_json, nothing="It has no kinds.")


@command.command("set")
@click.argument("slug")
@click.option("--event", "event_slug", required=True, metavar="SLUG", help="The event.")
@with_options(KIND_OPTIONS)
@as_whom
@click.pass_context
def set_(ctx: click.Context, /, slug: str, event_slug: str, **_fields: Any) -> None:
    """Change the given fields and leave the rest.

    Example: pravesh events kinds set visitor --event demo --gate main
    """
    from bot.domain import audit
    from bot.domain.passes import kinds

    fields = _given(ctx)
    if not fields:
        raise click.UsageError("nothing to change: give at least one option", ctx)
    with session.writing(audit.KIND_CHANGED, event_slug) as db:
        kinds.change(db, event_slug, slug, **fields)
    click.echo(f"{slug} is changed")


@command.command
@click.argument("slug")
@click.option("--event", "event_slug", required=True, metavar="SLUG", help="The event.")
@as_whom
def retire(slug: str, event_slug: str) -> None:
    """Give out no more passes of this kind; those that there are stay valid.

    Example: pravesh events kinds retire school --event demo
    """
    from bot.domain import audit
    from bot.domain.passes import kinds

    with session.writing(audit.KIND_RETIRED, event_slug) as db:
        kinds.retire(db, event_slug, slug, datetime.now(UTC))
    click.echo(f"{slug} is retired: no more passes of it are given out, those that there are stay valid")


@command.command
@click.argument("slug")
@click.option("--event", "event_slug", required=True, metavar="SLUG", help="The event.")
@as_whom
def restore(slug: str, event_slug: str) -> None:
    """Give out passes of a retired kind again.

    Example: pravesh events kinds restore school --event demo
    """
    from bot.domain import audit
    from bot.domain.passes import kinds

    with session.writing(audit.KIND_RESTORED, event_slug) as db:
        kinds.retire(db, event_slug, slug, None)
    click.echo(f"passes of kind {slug} are given out again")


def _given(ctx: click.Context) -> Any:
    """The fields as typed."""
    fields = {name: ctx.params[name] for name in ("labels", "days", "policy", "max_party", "gates") if typed(ctx, name)}
    for name in ("days", "gates"):
        if any(value in (None, NO_LIMIT) for value in fields.get(name, ())):
            fields[name] = None
    if fields.get("policy") == NO_LIMIT:
        fields["policy"] = None
    if "labels" in fields:
        fields["labels"] = dict(fields["labels"])
    return fields


def _row(kind: "Kind") -> dict[str, Any]:
    return {
        "slug": kind.slug,
        "number": kind.number,
        "labels": kind.labels,
        "days": kind.days,
        "policy": kind.policy,
        "max_party": kind.max_party,
        "gates": kind.gates,
        "retired": kind.retired_at is not None,
    }
