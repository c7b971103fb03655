"""`stats`: the figures of an event's day, once or as a live screen."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from admin_cli import stats_rebuild
from admin_cli.console import session
from admin_cli.console.output import as_json_text, as_json_too, details
from admin_cli.console.parameters import DAY

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bot.database import Database
    from bot.domain.stats.dashboard import Dashboard
    from bot.domain.stats.gate_figures import CountShare, EventFigures

REFRESH_SECONDS = 5.0
"""How often the live screen looks anew, where nothing else is said."""


@click.group(invoke_without_command=True)
@click.option("--event", "slug", metavar="SLUG", help="The event.")
@click.option("--watch", is_flag=True, help="A live screen, until Ctrl-C.")
@click.option(
    "--every", default=REFRESH_SECONDS, show_default=True, type=click.FloatRange(1, 3600), help="Seconds between looks."
)
@click.option("--day", type=DAY, help="Another day of the event than the one in progress.")
@as_json_too
@click.pass_context
def command(ctx: click.Context, slug: str | None, watch: bool, every: float, day: date | None, as_json: bool) -> None:
    """Registered, admitted, inside and refused today, by gate, volunteer and scanner; and what needs a look.

    With --watch and --json: a line of JSON for each look. Of another day alerts and who is not heard from are as they
    are now.

    Example: pravesh stats --event demo --watch
    """
    if ctx.invoked_subcommand is not None:
        return
    if slug is None:
        raise click.MissingParameter(ctx=ctx, param_hint="'--event'", param_type="option")
    with session.open_database() as database:
        take = partial(_load, database, slug, day)
        if watch:
            with suppress(KeyboardInterrupt):  # Ctrl-C ends it
                _watch(take, every, as_json)
        elif as_json:
            details(_row(*take()), as_json=True)
        else:
            _print(*take())


command.add_command(stats_rebuild.rebuild)


def _load(database: "Database", slug: str, day: date | None) -> "tuple[EventFigures, Dashboard]":
    from bot.domain.stats import dashboard_query, gate_figures

    now = datetime.now(UTC)
    with database.read() as db:
        return gate_figures.today(db, slug, now, on=day), dashboard_query.get_dashboard(db, slug, now, on=day)


def _watch(take: "Callable[[], tuple[EventFigures, Dashboard]]", every: float, as_json: bool) -> None:
    import time

    from rich.live import Live

    while as_json:
        click.echo(as_json_text(_row(*take()), indent=None))
        time.sleep(every)
    with Live(_screen(*take()), screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(every)
            live.update(_screen(*take()), refresh=True)


def _print(figures: "EventFigures", dashboard: "Dashboard") -> None:
    from rich.console import Console

    Console().print(_screen(figures, dashboard))


def _row(figures: "EventFigures", dashboard: "Dashboard") -> dict[str, Any]:
    """The figures for JSON. What is not known is null; `left` are those who went out with a pass."""
    return {
        "day": figures.day,
        "admitted": figures.admitted,
        "last_15_minutes": figures.lately,
        "inside": figures.inside,
        "left": figures.left,
        "counted_in": figures.counted_in,
        "counted_out": figures.counted_out,
        "conflicts": figures.conflicts,
        "refused": dict(figures.refused),
        "gates": [_share(share, "gate") for share in figures.gates],
        "volunteers": [_share(share, "name") for share in figures.staff],
        "scanners": [_share(share, "name") for share in figures.scanners],
        "unheard": [
            {"name": silent.name, "gate": silent.gate, "heard_at": silent.heard_at} for silent in figures.offline_staff
        ],
        "forced": dashboard.forced,
        "expected": dashboard.expected,
        "registered": asdict(dashboard.registered),
        "registered_today": asdict(dashboard.registered_today),
        "channels": [asdict(channel) for channel in dashboard.channels],
        "passes": asdict(dashboard.passes),
        "days": [asdict(day) for day in dashboard.days],
        "funnel": [asdict(step) for step in dashboard.funnel],
        "failures": [asdict(failure) for failure in dashboard.failures],
        "stands_out": [asdict(outlier) for outlier in dashboard.outliers],
        "alerts": [asdict(alert) for alert in dashboard.alerts],
    }


def _share(share: "CountShare", head: str) -> dict[str, Any]:
    return {head: share.key, "admitted": share.admitted, "refused": share.refused}


def _screen(figures: "EventFigures", dashboard: "Dashboard") -> "RenderableType":
    from rich.console import Group

    refused = [{"refused because": result, "scans": scans} for result, scans in figures.refused.items()]
    gates = [_share(share, "gate") for share in figures.gates]
    people = [_share(share, "volunteer") for share in figures.staff]
    scanners = [_share(share, "scanner") for share in figures.scanners]
    now = datetime.now(UTC)
    unheard = [
        {
            "not heard": silent.name,
            "gate": silent.gate,
            "for minutes": int((now - silent.heard_at).total_seconds() // 60),
        }
        for silent in figures.offline_staff
    ]
    when = "today" if dashboard.is_now else str(dashboard.day)
    summary = [{when: name, "": value} for name, value in _summary(figures, dashboard).items()]
    alerts = [
        {"alert": alert.what, "gate": alert.gate, "value": alert.value, "more than": alert.threshold}
        for alert in dashboard.alerts
    ]
    all_of_it = (alerts, summary, unheard, gates, people, scanners, refused)
    return Group(f"{figures.day}", *(_table(rows) for rows in all_of_it if rows))


def _summary(figures: "EventFigures", dashboard: "Dashboard") -> dict[str, Any]:
    """The day at a glance; `inside` only where exits are counted: else nobody knows."""
    today = "today" if dashboard.is_now else "that day"
    hours = "today's" if dashboard.is_now else "its"
    name = f"inside now ({hours} hours are over)" if figures.is_over else "inside now"
    inside = {} if figures.inside is None else {name: figures.inside}
    return {
        f"registered {today}, people": dashboard.registered_today.people,
        "registered in all, people": dashboard.registered.people,
        f"expected {today}, people": dashboard.expected,
        "passes delivered or read": dashboard.passes.delivered + dashboard.passes.read,
        "passes that failed": dashboard.passes.failed,
        "admitted": figures.admitted,
        "of these in the last 15 minutes": figures.lately,
        **inside,
        "counted in without a pass": figures.counted_in,
        "gone out, with a pass": figures.left,
        "counted out without a pass": figures.counted_out,
        "refused scans": sum(figures.refused.values()),
        "forced entries": dashboard.forced,
        "conflicts": figures.conflicts,
    }


def _table(rows: Sequence[Mapping[str, Any]]) -> "RenderableType":
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, pad_edge=False)
    for name, value in rows[0].items():
        table.add_column(name, justify="right" if isinstance(value, int) else "left")
    for row in rows:
        table.add_row(*("-" if value is None else Text(str(value)) for value in row.values()))
    return table
