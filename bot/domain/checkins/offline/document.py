"""The document with which a scanner works without a network: keys, rules, passes of a day (docs/offline.md).

With a cursor of an earlier document only the passes come that may have changed since.
"""

import base64
import hashlib
import hmac
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, literal_column, select, union
from sqlalchemy.orm import Session, aliased

from bot.domain import keys
from bot.domain.checkins.offline import columns as offline_columns
from bot.domain.events import shapes as event_shapes
from bot.domain.events.rows import get_event
from bot.domain.models import Checkin, Event, Gate, Kind, Pass, SigningKey
from flows import shapes
from flows.text import event_states

FORMAT_VERSION = 1
KEY_BYTES = 16
SETTLED_AFTER = timedelta(minutes=3)
"""What is older than this is committed and cannot be undone any more: undo ends after two minutes, no
transaction lasts one. A cursor points there, so that what came while the document was made comes again."""
DAY_BEFORE = timedelta(days=1)
"""From when first entries are counted: scanners' clocks may be a day wrong, and are believed as to the past."""
_REVOKED: ColumnElement[str] = literal_column(f"'{Pass.REVOKED}'")
"""Written out: an index of revoked passes is used only where the database sees that these are meant."""
_CURSOR = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{1,12})\.(\d{1,12})\.(\d{1,10})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A point in the history of an event's passes and entries, under the rules of that time."""

    day: date
    pass_id: int
    checkin_id: int
    rules: int

    def __str__(self) -> str:
        return f"{self.day}.{self.pass_id}.{self.checkin_id}.{self.rules}"


def document(db: Session, secret_key: str, slug: str, now: datetime, since: str = "") -> dict[str, Any]:
    """The document as JSON has it, without `made_at`. Raises Refused `no_such_event`."""
    event = get_event(db, slug, lock=False)
    shape, days = event_shapes.shape(event), event_shapes.days(db, event.slug)
    today = _day(shape, days, now)
    rules = _rules(event, shape, days)
    before, after = _cursor(since, today, rules), _settled_cursor(db, event, today, rules, now)
    table = _table_of(event, shape, days, today, secret_key)
    return {
        "format": FORMAT_VERSION,
        "event": _event(event, shape),
        "keys": _keys(db),
        "days": [_day_row(shape, day) for day in days],
        "kinds": [_kind(event, kind) for kind in event.kinds],
        "gates": [_gate(gate) for gate in event.gates],
        "day": today.isoformat(),
        "code_key": base64.b64encode(table.key).decode(),
        "zero": utc(table.zero),
        "since": str(before) if before else None,
        "next": str(after),
        "passes": offline_columns.columns(db, table, _changed(event, before) if before else None).to_json(),
    }


def utc(moment: datetime) -> str:
    """The moment in RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def code_key(secret_key: str, slug: str, day: date) -> bytes:
    """The key of a day's digests: the same all day, of use for no other day or event."""
    purpose = keys.derived(secret_key, "digests of pass codes")
    return hmac.digest(purpose, f"{slug} {day}".encode(), hashlib.sha256)[:KEY_BYTES]


def _day(event: shapes.Event, days: Sequence[shapes.EventDay], now: datetime) -> date:
    """The day in progress, or the next to come; afterwards the last."""
    coming = event_states.to_come(event, days, now)
    return coming[0].day if coming else event.ends_on


def _rules(event: Event, shape: shapes.Event, days: Sequence[shapes.EventDay]) -> int:
    """A number that differs, but once in four billion times, where other entries count to a day than before."""
    policies = [(kind.number, kind.policy or event.policy) for kind in event.kinds]
    return zlib.crc32(repr((policies, event_states.spans(shape, days))).encode())


def _cursor(since: str, today: date, rules: int) -> Cursor | None:
    """The cursor in this text; None where all passes must come, also after a change of policy or hours."""
    found = _CURSOR.fullmatch(since)
    if found is None or (found[1], int(found[4])) != (today.isoformat(), rules):
        return None
    return Cursor(today, int(found[2]), int(found[3]), rules)


def _settled_cursor(db: Session, event: Event, today: date, rules: int, now: datetime) -> Cursor:
    """The latest rows that can be relied on to be there and to stay as they are."""
    passes = select(Pass.id).where(Pass.issued_at < now - SETTLED_AFTER).order_by(Pass.id.desc()).limit(1)
    entries = select(Checkin.id).where(Checkin.arrived_at < now - SETTLED_AFTER).order_by(Checkin.id.desc()).limit(1)
    return Cursor(today, db.scalar(passes) or 0, db.scalar(entries) or 0, rules)


def _changed(event: Event, since: Cursor) -> ColumnElement[bool]:
    """Passes that were issued, used, revoked or replaced after the cursor; of revoked ones no time is kept."""
    mine, old, new = Pass.event_id == event.id, aliased(Pass), aliased(Pass)
    replaced = select(old.id).join(new, new.registration_id == old.registration_id)
    ids = (
        select(Pass.id).where(Pass.id > since.pass_id, mine),
        select(Checkin.pass_id).where(Checkin.id > since.checkin_id, Checkin.event_id == event.id),
        replaced.where(new.id > since.pass_id, new.event_id == event.id, old.id < new.id),
        select(Pass.id).where(mine, Pass.day == since.day, Pass.status == _REVOKED),
    )
    return Pass.id.in_(union(*ids))


def _table_of(
    event: Event, shape: shapes.Event, days: Sequence[shapes.EventDay], today: date, secret_key: str
) -> offline_columns.OfflineDayFacts:
    row = next((day for day in days if day.day == today), shapes.EventDay(today, None, False, None, None))
    return offline_columns.OfflineDayFacts(
        event_id=event.id,
        policy=event.policy,
        day=today,
        zero=event_states.starts_at(shape, row) - DAY_BEFORE,
        key=code_key(secret_key, event.slug, today),
        kinds=event.kinds,
        gates=event.gates,
        spans=offline_columns.around(today, event_states.spans(shape, days)),
    )


def _event(event: Event, shape: shapes.Event) -> dict[str, Any]:
    return {
        "number": event.id,
        "slug": event.slug,
        "names": dict(shape.name),
        "timezone": event.timezone,
        "cancelled": event.status == event_states.CANCELLED,
        "paused": event.entry_paused_at is not None,
    }


def _keys(db: Session) -> list[dict[str, Any]]:
    good = select(SigningKey.id, SigningKey.public).where(SigningKey.retired_at.is_(None))
    rows = db.execute(good.order_by(SigningKey.id))
    return [{"number": row.id, "public": base64.b64encode(row.public).decode()} for row in rows]


def _day_row(event: shapes.Event, day: shapes.EventDay) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "from": utc(event_states.starts_at(event, day)),
        "until": utc(event_states.ends_at(event, day)),
        "closed": day.closed,
    }


def _kind(event: Event, kind: Kind) -> dict[str, Any]:
    return {
        "number": kind.number,
        "slug": kind.slug,
        "labels": dict(kind.labels),
        "policy": kind.policy or event.policy,
        "days": kind.days,
        "gates": kind.gates,
        "max_party": kind.max_party or event.max_party,
    }


def _gate(gate: Gate) -> dict[str, Any]:
    return {"slug": gate.slug, "name": gate.name, "closed": gate.closed, "paused": gate.paused_at is not None}
