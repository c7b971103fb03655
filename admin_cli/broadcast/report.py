"""How far a broadcast is, as figures and as a live screen."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from bot.database import Database
    from bot.domain.messaging.broadcasts import BroadcastCounts
    from bot.domain.models import Broadcast


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

    from bot.domain.messaging import broadcasts

    left = broadcasts.remaining(broadcast, counts)
    rows = broadcasts.progress(broadcast, counts) | {
        f"passed over: {why}": number for why, number in broadcast.skipped.items()
    }
    rows["a second"] = "-" if rate is None else f"{rate:.1f}"
    rows["seconds left"] = f"{left / rate:.0f}" if rate and left else "-"
    table = Table(
        "", "", title=f"broadcast {broadcast.id}: {broadcast.status}", box=SIMPLE, show_header=False, pad_edge=False
    )
    for name, value in rows.items():
        table.add_row(name.replace("_", " "), str(value))
    return table
