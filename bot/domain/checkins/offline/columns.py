"""The passes of a day for a scanner, as columns of bytes: one row for each pass, nothing about people.

A typed code is looked up by the first bytes of its HMAC. The key comes with the table, so whoever has the
table can try out all codes and find those of the day, among the more false ones the fewer bytes are kept;
that is no more than what a scanner may do. docs/offline.md says how to read it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, and_, case, or_, select, union
from sqlalchemy.orm import Session

from bot.domain import pass_days
from bot.domain.checkins import entry_rule_changes
from bot.domain.checkins.entry_rule_changes import EntryRule, MovementRow, Span
from bot.domain.checkins.usage import IN_OUT, ONCE, WHOLE_EVENT_PERIOD
from bot.domain.models import Checkin, Gate, Kind, Pass, PassUse
from flows.shapes.scans import LEFT

DIGEST_BYTES = 5
"""Bytes of a code's digest. Among 250,000 passes a mistyped code meets another's digest once in four million tries."""
STATE_CODES = {"valid": 0, "revoked": 1, "replaced": 2}
NO_MINUTE, NO_GATE = 0xFFFF, 0xFF
NOT_IN = (NO_MINUTE, NO_GATE)
"""Minute and gate of the first entry of a pass that was not used, or earlier than today."""
DAYS_AROUND = timedelta(days=2)
"""How many days around a day are searched for entries within its hours."""
PAGE_ROWS = 5_000
"""Rows that are in memory at once while the columns are made."""


@dataclass(frozen=True, slots=True)
class OfflineDayFacts:
    """The day, event and moment that the table is of."""

    event_id: int
    policy: str
    """The event's."""
    day: date
    zero: datetime
    """Minute 0 of the first entries."""
    key: bytes
    """The key of the codes' digests."""
    kinds: Sequence[Kind]
    gates: Sequence[Gate]
    spans: Sequence[Span]
    """The event's days, each from when and until when."""

    def policy_of(self, kind: Kind) -> str:
        """The policy that is in force for the kind."""
        return kind.policy or self.policy


@dataclass(slots=True)
class PassColumns:
    """The rows side by side."""

    count: int = 0
    ids: bytearray = field(default_factory=bytearray)
    codes: bytearray = field(default_factory=bytearray)
    parties: bytearray = field(default_factory=bytearray)
    kinds: bytearray = field(default_factory=bytearray)
    states: bytearray = field(default_factory=bytearray)
    used: bytearray = field(default_factory=bytearray)
    inside: bytearray = field(default_factory=bytearray)
    minutes: bytearray = field(default_factory=bytearray)
    gates: bytearray = field(default_factory=bytearray)

    def to_json(self) -> dict[str, Any]:
        """The columns in base64, for JSON."""
        names = ("ids", "codes", "parties", "kinds", "states", "used", "inside", "minutes", "gates")
        return {"count": self.count} | {name: base64.b64encode(getattr(self, name)).decode() for name in names}


def around(day: date, spans: Iterable[Span]) -> list[Span]:
    """The days that can have to do with this one's entries."""
    return [span for span in spans if abs(span[0] - day) <= DAYS_AROUND]


def digest(key: bytes, code: str) -> bytes:
    """The digest that stands for a code."""
    return hmac.digest(key, code.encode(), hashlib.sha256)[:DIGEST_BYTES]


def columns(db: Session, day_facts: OfflineDayFacts, only: ColumnElement[bool] | None = None) -> PassColumns:
    """The passes that can come on the day, revoked and replaced ones too, or only some of them."""
    made, last = PassColumns(), 0
    entries, anew = _first_entries(db, day_facts, only), _rebooked_usage(db, day_facts, only)
    for rows in _rows(db, day_facts, only):
        ids, codes, parties, kinds, states, used, inside = zip(*rows, strict=True)
        made.count += len(ids)
        made.ids += b"".join(_varint(pass_id - before) for before, pass_id in pairwise((last, *ids)))
        made.codes += b"".join(digest(day_facts.key, code) for code in codes)
        made.parties += bytes(parties)
        made.kinds += bytes(kinds)
        made.states += bytes(STATE_CODES[state] for state in states)
        made.used += _counts(
            anew[pass_id][0] if pass_id in anew else kept for pass_id, kept in zip(ids, used, strict=True)
        )
        made.inside += _counts(
            anew[pass_id][1] if pass_id in anew else kept for pass_id, kept in zip(ids, inside, strict=True)
        )
        firsts = [entries.get(pass_id, NOT_IN) for pass_id in ids]
        made.minutes += b"".join(minute.to_bytes(2, "big") for minute, _ in firsts)
        made.gates += bytes(gate for _, gate in firsts)
        last = ids[-1]
    return made


def _rows(db: Session, day_facts: OfflineDayFacts, only: ColumnElement[bool] | None) -> Iterator[Sequence[Any]]:
    """Id, code, party, number of the kind, status, who counts, who is inside: some thousand rows at a time."""
    policy = _policy(day_facts)
    this = and_(
        PassUse.pass_id == Pass.id, PassUse.period == case((policy == ONCE, WHOLE_EVENT_PERIOD), else_=day_facts.day)
    )
    inside = PassUse.entered - PassUse.gone
    used = case((policy == IN_OUT, inside), else_=PassUse.entered)
    columns = (Pass.id, Pass.code, Pass.party_size, Kind.number, Pass.status, used, inside)
    wanted = select(*columns).join(Kind, Kind.id == Pass.kind_id).outerjoin(PassUse, this).order_by(Pass.id)
    return _read(db, _of_day(wanted, day_facts, only))


def _policy(day_facts: OfflineDayFacts) -> ColumnElement[str]:
    return case({kind.id: day_facts.policy_of(kind) for kind in day_facts.kinds}, value=Pass.kind_id)


def _rebooked_usage(
    db: Session, day_facts: OfflineDayFacts, only: ColumnElement[bool] | None
) -> Mapping[int, tuple[int, int]]:
    """People used and inside, for the passes that were last used under another rule than today's."""
    used = (
        select(PassUse.pass_id)
        .join(Pass, Pass.id == PassUse.pass_id)
        .where(entry_rule_changes.is_of_other(_policy(day_facts)))
    )
    nearby = (
        Checkin.event_id == day_facts.event_id,
        Checkin.day.between(day_facts.day - DAYS_AROUND, day_facts.day + DAYS_AROUND),
    )
    entered = select(Checkin.pass_id).where(*nearby, entry_rule_changes.is_in_other_hours(day_facts.spans))
    of_several_days = any(kind.days and day_facts.policy_of(kind) != ONCE for kind in day_facts.kinds)
    strange = union(_of_day(used, day_facts, only), entered) if of_several_days else _of_day(used, day_facts, only)
    columns = select(Pass.id, Pass.kind_id, Pass.day, *entry_rule_changes.MOVEMENT_COLUMNS).join(
        Pass, Pass.id == Checkin.pass_id
    )
    standing = columns.where(Checkin.period.is_not(None), Checkin.undone_at.is_(None), Pass.id.in_(strange))
    rows = (row for part in _read(db, standing.order_by(Pass.id, Checkin.scanned_at, Checkin.id)) for row in part)
    kinds = {kind.id: kind for kind in day_facts.kinds}
    return {
        pass_id: _usage_of(day_facts, kinds[ones[0][1]], ones[0][2], [MovementRow(*row[3:]) for row in ones])
        for pass_id, ones in ((pass_id, list(ones)) for pass_id, ones in groupby(rows, key=itemgetter(0)))
    }


def _usage_of(day_facts: OfflineDayFacts, kind: Kind, day: date, moved: Sequence[MovementRow]) -> tuple[int, int]:
    policy = day_facts.policy_of(kind)
    rule = EntryRule(policy, pass_days.days_of_kind(kind, day), day_facts.spans)
    entered, gone = entry_rule_changes.use_of(moved, rule, WHOLE_EVENT_PERIOD if policy == ONCE else day_facts.day)
    return entered - gone if policy == IN_OUT else entered, entered - gone


def _read(db: Session, wanted: Executable) -> Iterator[Sequence[Any]]:
    """Plain rows: the ORM's cost half as much again."""
    options = {"yield_per": PAGE_ROWS}
    return db.connection().execute(wanted, execution_options=options).partitions()


def _counts(people: Iterable[int | None]) -> bytes:
    return bytes(min(count or 0, 255) for count in people)


def _of_day(wanted: Select[Any], day_facts: OfflineDayFacts, only: ColumnElement[bool] | None) -> Select[Any]:
    """The passes that are valid on the day: by their own day, or by their kind's days."""
    fixed = [kind for kind in day_facts.kinds if kind.days]
    today = [kind for kind in fixed if day_facts.day.isoformat() in (kind.days or ())]
    firsts = {date.fromisoformat(min(kind.days or ())) for kind in today}
    own = and_(Pass.day == day_facts.day, Pass.kind_id.not_in([kind.id for kind in fixed]))
    of_kind = and_(Pass.day.in_(firsts), Pass.kind_id.in_([kind.id for kind in today]))
    found = wanted.where(Pass.event_id == day_facts.event_id, or_(own, of_kind) if today else own)
    return found if only is None else found.where(only)


def _first_entries(
    db: Session, day_facts: OfflineDayFacts, only: ColumnElement[bool] | None
) -> Mapping[int, tuple[int, int]]:
    """Minute and gate of each pass's first entry on the day."""
    places = {gate.id: place for place, gate in enumerate(day_facts.gates[:NO_GATE])}
    entries = select(Checkin.pass_id, Checkin.scanned_at, Checkin.gate_id).where(
        Checkin.event_id == day_facts.event_id,
        Checkin.day == day_facts.day,
        Checkin.result != LEFT,
        Checkin.undone_at.is_(None),
    )
    if only is not None:
        entries = entries.join(Pass, Pass.id == Checkin.pass_id).where(only)
    found: dict[int, tuple[int, int]] = {}
    for rows in _read(db, entries.order_by(Checkin.scanned_at.desc())):
        found |= {
            pass_id: (_minute(at - day_facts.zero), places.get(gate_id, NO_GATE)) for pass_id, at, gate_id in rows
        }
    return found


def _minute(after: timedelta) -> int:
    return min(max(int(after.total_seconds()) // 60, 0), NO_MINUTE - 1)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first, the highest bit where more follow (LEB128)."""
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)
