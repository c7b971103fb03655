"""Size and time of the offline document of a large day: `python -m tests.webhooks.api.measure [PASSES] [URL]`.

URL is of an empty database; without one, an SQLite file that is thrown away. Printed: docs/figures.md.
"""

import gzip
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events
from bot.domain.checkins.offline import document as offline_document
from bot.domain.keys import KeyRing
from bot.domain.models import Checkin, Contact, Pass, PassUse, Registration
from bot.domain.passes.rows import new_code
from bot.domain.roster import gates
from bot.ops import migrations
from tests.bot.domain.builders import DAY, SECRET
from tests.bot.domain.gate import NOON
from webhooks.api.offline import packed

AT_ONCE = 20_000
USED = 0.6
"""Of the valid passes of the day."""


def main(passes: int, url: str) -> None:
    """Fill the database, and make the document before and after people have come."""
    database = Database(url)
    migrations.upgrade(database)
    KeyRing.open(database, SECRET)
    with database.write() as db:
        rows, places = _fill(db, passes)
    _tell("nobody in yet", database)
    with database.write() as db:
        _let_in(db, rows, places)
    since = _tell(f"{USED:.0%} of the valid used", database)
    _tell("since three minutes before", database, since)
    database.close()


def _fill(db: Session, passes: int) -> tuple[list[dict[str, Any]], list[int]]:
    """As many passes of the day and as many of the next; gives those, and the gates."""
    event = events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=8), now=NOON)
    places = [gates.add(db, "fair", f"Gate {number}").id for number in range(8)]
    holder = Contact(created_at=NOON)
    db.add(holder)
    db.flush()
    codes = iter({new_code() for _ in range(2 * passes + passes // 100 + 10)})
    rng = random.Random(1)
    earlier = NOON - timedelta(days=3)
    whose = {"event_id": event.id, "holder_id": holder.id}
    texts = {"full_name": "Asha Verma", "answers": {}, "language": "en", "channel": "whatsapp", "consent_text": "x"}
    times = {"consent_version": 1, "consented_at": earlier, "created_at": earlier, "asked_by_id": holder.id}
    numbers = range(1, 2 * passes + 1)
    _insert(db, Registration, [{"id": number, **whose, **texts, **times} for number in numbers])
    rows = [
        {
            **{"id": number, "code": next(codes), "registration_id": number, "kind_id": event.kinds[0].id, **whose},
            **{"day": _day(number), "party_size": rng.choices(range(1, 7), (20, 30, 20, 18, 8, 4))[0]},
            **{"twin": number, "key_id": 1, "issued_at": earlier},
            "status": rng.choices(("valid", "revoked", "replaced"), (94, 3, 3))[0],
        }
        for number in numbers
    ]
    _insert(db, Pass, rows)
    return rows, places


def _day(number: int) -> date:
    return DAY + timedelta(days=number % 2)


def _let_in(db: Session, rows: Sequence[dict[str, Any]], places: Sequence[int]) -> None:
    """Six in ten of the day's valid passes, over the last four hours."""
    rng = random.Random(2)
    came = [row for row in rows if row["day"] == DAY and row["status"] == "valid" and rng.random() < USED]
    times = sorted(NOON - timedelta(seconds=rng.randrange(4 * 3600)) for _ in came)
    _insert(db, PassUse, [{"pass_id": one["id"], "period": DAY, **_moved(one)} for one in came])
    _insert(db, Checkin, [_entry(one, at, rng.choice(places)) for one, at in zip(came, times, strict=True)])


def _moved(row: dict[str, Any]) -> dict[str, int]:
    return {"entered": row["party_size"], "gone": 0, "moved": row["party_size"]}


def _entry(row: dict[str, Any], at: datetime, gate: int) -> dict[str, Any]:
    people = row["party_size"]
    return {
        **{"event_id": row["event_id"], "scan_id": f"scan {row['id']}", "pass_id": row["id"], "channel": "api"},
        **{"result": "admitted", "people": people, "claimed": people, "remaining": 0, "forced": False},
        **{"day": DAY, "period": DAY, "gate_id": gate, "scanned_at": at, "arrived_at": at},
    }


def _insert(db: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    for some in _in_parts(rows):
        db.execute(insert(table), some)


def _in_parts(rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for first in range(0, len(rows), AT_ONCE):
        yield list(rows[first : first + AT_ONCE])


def _tell(what: str, database: Database, since: str = "") -> str:
    """Print what a document takes; gives its cursor."""
    begun, cpu = time.perf_counter(), time.process_time()
    with database.read() as db:
        found = offline_document.document(db, SECRET, "fair", NOON, since)
    sent = packed(found, NOON).packed
    took, own = time.perf_counter() - begun, time.process_time() - cpu
    rows = max(found["passes"]["count"], 1)
    sizes = f"{len(sent):>9} bytes gzipped ({len(sent) / rows:.1f} a pass), {len(gzip.decompress(sent)):>9} without"
    print(f"{what:<28}{rows:>8} rows {sizes}, made in {took:.2f} s ({own:.2f} s of our own)")
    return str(found["next"])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 250_000
        main(count, sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder) / 'day.db'}")
