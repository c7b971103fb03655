"""What the tests of the gate say again and again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import checkins, events, people, roster
from bot.domain.keys import KeyRing
from bot.domain.models import Attempt, Checkin, Event, Kind, Pass, PassUse, Staff
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from flows.shapes.scans import Admission, Scan
from tests.bot.domain.builders import DAY, NOW, asking

INDIA = ZoneInfo("Asia/Kolkata")


def at(hour: int, minute: int = 0, second: int = 0, *, day: date = DAY) -> datetime:
    """A moment of the event's clock."""
    return datetime.combine(day, time(hour, minute, second), INDIA).astimezone(UTC)


NOON = at(12)


def scan(text: str, **changes: Any) -> Scan:
    """A scan at the fair's main gate, each with a scan_id of its own."""
    return Scan(**{"text": text, "scan_id": uuid4().hex, "event": "fair", "channel": "api", "gate": "main"} | changes)


@dataclass(frozen=True, slots=True)
class World:
    """The fair with two gates, a volunteer, a supervisor and one pass."""

    db: Session
    ring: KeyRing
    event: Event
    issued: Pass
    ravi: Staff
    mira: Staff

    def admit(self, text: str | None = None, now: datetime = NOON, **changes: Any) -> Admission:
        """Scan something at the main gate, by default the pass, as Ravi."""
        asked = scan(self.issued.code if text is None else text, **{"staff_id": self.ravi.id} | changes)
        return checkins.admit(self.db, self.ring, asked, now)

    def result(self, text: str | None = None, now: datetime = NOON, **changes: Any) -> str:
        """What came of it."""
        return self.admit(text, now, **changes).result

    def force(self, text: str | None = None, now: datetime = NOON, **changes: Any) -> Admission:
        """As the supervisor, with a reason."""
        changes = {"staff_id": self.mira.id, "force": True, "reason": "The minister's guest"} | changes
        return self.admit(text, now, **changes)

    def with_kind(self, **fields: Any) -> None:
        """Give the pass's kind rules of its own."""
        kind = self.db.get_one(Kind, self.issued.kind_id)
        for name, value in fields.items():
            setattr(kind, name, value)
        self.db.flush()

    def traces(self) -> tuple[int, list[str], list[tuple[int, int]]]:
        """Of this event: entries and exits, refused attempts, and people in and out of each use."""
        entries = self.db.scalar(select(func.count(Checkin.id)).where(Checkin.event_id == self.event.id)) or 0
        refused = select(Attempt.result).where(Attempt.event_id == self.event.id).order_by(Attempt.id)
        uses = select(PassUse.entered, PassUse.gone).join(Pass).where(Pass.event_id == self.event.id)
        rows = self.db.execute(uses.order_by(PassUse.id)).all()
        return entries, list(self.db.scalars(refused)), [(row.entered, row.gone) for row in rows]


def make_world(db: Session, ring: KeyRing, fair: Event) -> World:
    """The world of these tests, in a transaction of the caller's."""
    for name in ("Main", "North"):
        gates.add(db, fair.slug, name)
    asha = people.find_or_make(db, phone="+919812345678", now=NOON)
    issued = registrations.register(db, ring, **asking(asha, party_size=4))
    ravi = roster.add(db, "fair", phone="+919811111111", name="Ravi", gate="main", region="IN", now=NOON)
    mira = roster.add(db, "fair", phone="+919822222222", name="Mira", role="supervisor", region="IN", now=NOON)
    return World(db, ring, events.by_slug(db, "fair"), issued, ravi, mira)


def make_fair(database: Database, ring: KeyRing) -> str:
    """The world of `make_world`, in a transaction of its own: an open fair of four days; the code of its pass."""
    with database.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=3), now=NOW)
        return make_world(db, ring, events.open_event(db, "fair")).issued.code
