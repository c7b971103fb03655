"""What `stats` shows to people: what needs a look first, then the gates, the day's totals, and who scans.

A live screen of 80 columns and 24 lines holds the first three of a fair with few gates; below them is what there is
room for.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from bot.domain.stats.dashboard import ActiveAlert, Dashboard
    from flows.shapes.figures import EventFigures, FigureShare


def screen(figures: "EventFigures", dashboard: "Dashboard", now: datetime) -> "RenderableType":
    """The whole, from top to bottom."""
    from rich.console import Group

    gates = [share_row(share, "gate") for share in figures.gates]
    volunteers = [share_row(share, "volunteer") for share in figures.staff]
    scanners = [share_row(share, "scanner") for share in figures.scanners]
    refused = [{"refused because": _words(result), "scans": scans} for result, scans in figures.refused.items()]
    unheard = [
        {
            "not heard": silent.name,
            "gate": silent.gate,
            "for minutes": int((now - silent.heard_at).total_seconds() // 60),
        }
        for silent in figures.offline_staff
    ]
    tables = [_table(rows) for rows in (unheard, volunteers, scanners, refused) if rows]
    alerts = [_alert(alert) for alert in dashboard.alerts]
    above = [_heading(dashboard, now), *alerts, *([_table(gates)] if gates else [])]
    return Group(*above, _totals(summary(figures, dashboard)), *tables)


def summary(figures: "EventFigures", dashboard: "Dashboard") -> dict[str, int]:
    """The day at a glance; `inside` only where exits are counted: else nobody knows."""
    today = "today" if dashboard.is_now else "that day"
    hours = "today's" if dashboard.is_now else "its"
    name = f"inside now ({hours} hours are over)" if figures.is_over else "inside now"
    inside = {} if figures.inside is None else {name: figures.inside}
    return {
        "admitted": figures.admitted,
        "in the last 15 minutes": figures.lately,
        **inside,
        f"expected {today}, people": dashboard.expected,
        f"registered {today}, people": dashboard.registered_today.people,
        "registered in all, people": dashboard.registered.people,
        "refused scans": sum(figures.refused.values()),
        "forced entries": dashboard.forced,
        "conflicts": figures.conflicts,
        "gone out, with a pass": figures.left,
        "counted in without a pass": figures.counted_in,
        "counted out without a pass": figures.counted_out,
        "passes delivered or read": dashboard.passes.delivered + dashboard.passes.read,
        "passes that failed": dashboard.passes.failed,
    }


def _heading(dashboard: "Dashboard", now: datetime) -> "Text":
    from rich.text import Text

    local = now.astimezone(ZoneInfo(dashboard.timezone))
    state = "entry is stopped" if dashboard.paused_at else "open now" if dashboard.is_open else "gates closed"
    told = f"{dashboard.day}, {local:%H:%M:%S}, {state}" if dashboard.is_now else f"{dashboard.day}, another day"
    return Text.assemble((dashboard.name["en"], "bold"), f"  {told}")


def _alert(alert: "ActiveAlert") -> "Text":
    """The words that supervisors get, in red."""
    from rich.text import Text

    from bot.delivery.campaigns.alerts import BEGIN_TEXTS
    from flows.text import render

    words = render(BEGIN_TEXTS[alert.what](value=alert.value, threshold=alert.threshold, gate=alert.gate or ""), "en")
    return Text(f"ALERT  {words}", "bold red")


def _totals(values: Mapping[str, int]) -> "RenderableType":
    """The totals in two columns, read downwards."""
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    cells = [(name, str(value)) for name, value in values.items()]
    half = -(-len(cells) // 2)
    for _ in range(2):
        table.add_column()
        table.add_column(justify="right")
    for left, right in zip(cells[:half], [*cells[half:], ("", "")], strict=False):
        table.add_row(*left, *right)
    return table


def share_row(share: "FigureShare", head: str) -> dict[str, Any]:
    """The figures of a gate, a volunteer or a scanner, whose name stands under `head`."""
    return {head: share.key, "admitted": share.admitted, "refused": share.refused}


def _words(code: str) -> str:
    return code.replace("_", " ")


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
