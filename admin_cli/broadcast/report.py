"""How far a broadcast is, as figures and as a live screen."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from bot.database import Database
    from bot.domain.messaging.broadcasts import BroadcastCounts
    from bot.domain.models import Broadcast


def progress(broadcast: "Broadcast", counts: "BroadcastCounts") -> dict[str, Any]:
    """The messages of a broadcast by status; `not_yet` are people who are not in the outbox yet."""
    not_yet = 0 if broadcast.filled_at else max(broadcast.expected - broadcast.owed, 0)
    return {
        "not_yet": not_yet,
        "owed": counts.owed,
        "waiting_for_window": counts.waiting,
        "sent": counts.sent,
        "delivered": counts.delivered,
        "read": counts.read,
        "failed": counts.failed,
        "cancelled": counts.cancelled,
    }


def remaining(broadcast: "Broadcast", counts: "BroadcastCounts") -> int:
    """How many messages are still to leave, without those that wait for their readers."""
    return counts.owed + (0 if broadcast.filled_at else max(broadcast.expected - broadcast.owed, 0))


def watch(database: "Database", number: int, every: float) -> None:
    """Show it anew every so many seconds until it has ended. Raises Refused `no_such_broadcast`."""
    from rich.live import Live

    from bot.domain.messaging import broadcasts

    before: tuple[float, int] | None = None
    with suppress(KeyboardInterrupt), Live(auto_refresh=False) as live:
        while True:
            with database.read() as db:
                found, counts = broadcasts.find(db, number), broadcasts.counts(db, number)
            moment = time.monotonic()
            gone = counts.gone + counts.failed
            rate = (gone - before[1]) / (moment - before[0]) if before else None
            live.update(_screen(found, counts, rate), refresh=True)
            if found.ended_at is not None:
                return
            before = (moment, gone)
            time.sleep(every)


def _screen(broadcast: "Broadcast", counts: "BroadcastCounts", rate: float | None) -> "Table":
    from rich.box import SIMPLE
    from rich.table import Table

    left = remaining(broadcast, counts)
    rows = progress(broadcast, counts) | {f"passed over: {why}": number for why, number in broadcast.skipped.items()}
    rows["a second"] = "-" if rate is None else f"{rate:.1f}"
    rows["seconds left"] = f"{left / rate:.0f}" if rate and left else "-"
    table = Table(
        "", "", title=f"broadcast {broadcast.id}: {broadcast.status}", box=SIMPLE, show_header=False, pad_edge=False
    )
    for name, value in rows.items():
        table.add_row(name.replace("_", " "), str(value))
    return table
