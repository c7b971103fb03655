"""`events alerts`: the thresholds from which supervisors are alerted."""

from typing import Any

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import typed
from admin_cli.console.output import as_json_too, details
from admin_cli.console.parameters import LIMIT, PER_CENT


@click.command
@click.argument("slug")
@click.option("--inside", type=LIMIT, metavar="N", help="Alert when more people than this are inside; off until set.")
@click.option(
    "--silent-minutes",
    type=LIMIT,
    metavar="N",
    help="Alert after so many minutes without a scan at an open gate that had entries.",
)
@click.option(
    "--failures-percent",
    "failures_permille",
    type=PER_CENT,
    help="Alert when more than this share of the last hour's messages failed, of 50 or more.",
)
@click.option("--queue-seconds", type=LIMIT, metavar="N", help="Alert when an answer or a pass waits longer than this.")
@as_json_too
@as_whom
@click.pass_context
def alerts(ctx: click.Context, /, slug: str, as_json: bool, **_rules: int | None) -> None:
    """Show from when on supervisors and admins of an event are alerted, or set it; `none` switches one off.

    They are told on WhatsApp when an alert begins and when it ends; the dashboard shows it as long as it lasts.

    Example: pravesh events alerts demo --inside 5000 --failures-percent 3
    """
    from dataclasses import asdict, replace

    from bot.domain import audit
    from bot.domain.events import alert_thresholds

    given = {name: value for name, value in _rules.items() if typed(ctx, name)}
    rules = session.ask(alert_thresholds.read, slug)
    if given:
        rules = replace(rules, **given)
        with session.writing(audit.ALERTS_SET, slug) as db:
            alert_thresholds.write(db, slug, rules)
    shown: dict[str, Any] = asdict(rules)
    tenths = shown.pop("failures_permille")
    details(shown | {"failures_percent": None if tenths is None else tenths / 10}, as_json=as_json)
