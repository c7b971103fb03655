"""`stats`: the figures of an event's day, once or as a live screen."""

from collections.abc import Callable
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
from admin_cli.stats_screen import screen, share_row

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bot.database import Database
    from bot.domain.stats.dashboard import Dashboard
    from flows.shapes.figures import EventFigures

REFRESH_SECONDS = 5.0
"""Seconds between two refreshes of the live screen, where no other number is given."""


@click.group(invoke_without_command=True)
@click.option("--event", "slug", metavar="SLUG", help="The event.")
@click.option("--watch", is_flag=True, help="A live screen, until Ctrl-C.")
@click.option(
    "--every",
    default=REFRESH_SECONDS,
    show_default=True,
    type=click.FloatRange(1, 3600),
    help="Seconds between refreshes.",
)
@click.option("--day", type=DAY, help="A day of the event; today where none is given.")
@as_json_too
@click.pass_context
def command(ctx: click.Context, slug: str | None, watch: bool, every: float, day: date | None, as_json: bool) -> None:
    """Registered, admitted, inside and refused today, by gate, volunteer and scanner; and what somebody should check.

    With --watch and --json: a line of JSON for each refresh. With --day, alerts and silent devices are still those
    of now.

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
            from rich.console import Console

            Console().print(_screen(take))


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
    with Live(_screen(take), screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(every)
            live.update(_screen(take), refresh=True)


def _screen(take: "Callable[[], tuple[EventFigures, Dashboard]]") -> "RenderableType":
    return screen(*take(), datetime.now(UTC))


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
        "gates": [share_row(share, "gate") for share in figures.gates],
        "volunteers": [share_row(share, "name") for share in figures.staff],
        "scanners": [share_row(share, "name") for share in figures.scanners],
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
