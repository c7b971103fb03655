"""What a test at the gate needs of the served service: passes of the demo event, people and scanners."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from secrets import randbelow
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from bot.database import Database
from bot.domain import checkins, events, people, roster
from bot.domain.checkins.offline import document as offline_document
from bot.domain.events import shapes as event_shapes
from bot.domain.keys import KeyRing
from bot.domain.models import Alert, Attempt, Checkin, Device, Event, HeadCount
from bot.domain.passes import kinds, reissue, tokens
from bot.domain.passes import registration as registrations
from bot.domain.roster import devices, gates
from bot.domain.stats import conflicts
from bot.service import utc_now
from flows.shapes.scans import Admission, Scan
from flows.text.event_states import local_today
from tests.bot.domain.builders import asking
from tests.e2e.server import SECRET, Running

_NUMBERS = count(randbelow(10**7))


@dataclass(frozen=True)
class Issued:
    """A pass and what is on it."""

    id: int
    code: str
    qr: str


@dataclass(frozen=True)
class Gate:
    """The demo event as its staff know it, by the same database as the served processes."""

    database: Database
    ring: KeyRing
    origin: str

    def today(self) -> date:
        """The event's date now."""
        with self.database.read() as db:
            return local_today(event_shapes.shape(events.by_slug(db, "demo")), utc_now())

    def issue(self, size: int = 2, *, in_days: int = 0, name: str = "Asha Verma", kind: int = 0) -> Issued:
        """A pass for today or a later day, of somebody new; `kind` is a kind's id, 0 the visitors'."""
        with self.database.write() as db:
            asker = people.find_or_make(db, phone=f"+9197{next(_NUMBERS):08}", now=utc_now())
            wish: dict[str, Any] = {"event": "demo", "full_name": name, "party_size": size, "now": utc_now()}
            day = self.today() + timedelta(days=in_days)
            made = registrations.register(db, self.ring, **asking(asker, visit_date=day, **wish))
            if kind:
                made.kind_id = kind
                db.flush()
                db.refresh(made)
            qr = tokens.qr_text(self.origin, tokens.encode(tokens.token_of(made), self.ring))
            return Issued(made.id, made.code, qr)

    def scanner(self, name: str, gate: str = "main") -> str:
        """A new device; the address that its QR leads to."""
        with self.database.write() as db:
            _device, token = devices.add(db, "demo", name=name, gate=gate, now=utc_now())
        return f"{self.origin}/staff/scan#token={token}"

    def revoke(self, name: str) -> None:
        """End a device's access."""
        with self.database.write() as db:
            devices.revoke(db, "demo", name, utc_now())

    def add_staff(self, phone: str, role: str = "volunteer") -> None:
        """Somebody at the main gate."""
        with self.database.write() as db:
            roster.add(db, "demo", phone=phone, name="Ravi", role=role, gate="main", region="IN", now=utc_now())

    def disable(self, phone: str) -> None:
        """Take somebody off the roster."""
        with self.database.write() as db:
            roster.set_enabled(db, phone, False, region="IN")

    def admit(self, issued: Issued, **changes: Any) -> str:
        """Let somebody in at this moment by another scanner; the result."""
        return self.judge(issued.code, **changes).result

    def judge(self, text: str, **changes: Any) -> Admission:
        """What the server answers to a scan at the main gate."""
        asked: dict[str, Any] = {"scan_id": uuid4().hex, "event": "demo", "channel": "api", "gate": "main"}
        with self.database.write() as db:
            return checkins.admit(db, self.ring, Scan(text=text, **asked | changes), utc_now())

    @contextmanager
    def changed(self, **fields: Any) -> Iterator[None]:
        """The event with these fields for a while."""
        with self.database.write() as db:
            event = events.by_slug(db, "demo")
            before = {name: getattr(event, name) for name in fields}
            events.change(db, "demo", **fields)
        try:
            yield
        finally:
            with self.database.write() as db:
                events.change(db, "demo", **before)

    def document(self) -> dict[str, Any]:
        """What a scanner takes along now."""
        with self.database.read() as db:
            return offline_document.document(db, SECRET, "demo", utc_now())

    def zone(self) -> ZoneInfo:
        """The event's."""
        with self.database.read() as db:
            return ZoneInfo(events.by_slug(db, "demo").timezone)

    def kind(self, slug: str, **fields: Any) -> int:
        """A kind of pass; its id."""
        with self.database.write() as db:
            return kinds.add(db, "demo", slug, **fields).id

    def side_gate(self) -> str:
        """A second gate, closed: its slug."""
        with self.database.write() as db:
            gates.add(db, "demo", "Side")
            return gates.close(db, "demo", "Side").slug

    def end(self, issued: Issued, *, anew: bool) -> None:
        """Revoke a pass, or issue it anew."""
        with self.database.write() as db:
            if anew:
                reissue.reissue(db, self.ring, issued.code, utc_now())
            else:
                reissue.revoke(db, issued.code, utc_now())

    def pause(self, paused: bool) -> None:
        """Stop entry at the main gate, or allow it again."""
        with self.database.write() as db:
            event = db.scalars(select(Event).where(Event.slug == "demo")).one()
            if paused:
                gates.pause_entry(db, event.id, "main", utc_now())
            else:
                gates.resume_entry(db, event.id, "main")

    def raise_alert(self, *, waited: int, of: int = 0) -> int:
        """Raise the alert of messages that wait for so many seconds, or change the one of this id; its id."""
        with self.database.write() as db:
            if of:
                db.execute(update(Alert).where(Alert.id == of).values(value=waited))
                return of
            event_id = events.by_slug(db, "demo").id
            fields: dict[str, Any] = {"value": waited, "threshold": 60, "raised_at": utc_now(), "told": []}
            db.add(made := Alert(event_id=event_id, what="queue", gate_id=0, **fields))
            db.flush()
            return made.id

    def end_alert(self, alert: int) -> None:
        """It holds no more."""
        with self.database.write() as db:
            db.execute(update(Alert).where(Alert.id == alert).values(ended_at=utc_now()))

    def kept(self, *issued: Issued) -> list[tuple[str, str, int]]:
        """Entries of these passes: channel, result, people, in the order of the scans."""
        columns = select(Checkin.channel, Checkin.result, Checkin.people, Checkin.pass_id)
        mine = columns.where(Checkin.pass_id.in_(one.id for one in issued)).order_by(Checkin.scanned_at, Checkin.id)
        with self.database.read() as db:
            return [(row.channel, row.result, row.people) for row in db.execute(mine)]

    def forced(self, issued: Issued) -> list[str | None]:
        """The reasons of its forced entries."""
        mine = select(Checkin.reason).where(Checkin.pass_id == issued.id, Checkin.forced)
        with self.database.read() as db:
            return list(db.scalars(mine))

    def counted(self, scanner: str) -> list[tuple[str, int]]:
        """People whom this scanner counted without a pass."""
        mine = select(HeadCount.direction, HeadCount.people).join(Device, Device.id == HeadCount.device_id)
        with self.database.read() as db:
            return [(row.direction, row.people) for row in db.execute(mine.where(Device.name == scanner))]

    def scanned_at(self, issued: Issued) -> datetime:
        """When this pass was scanned, as the server believes."""
        with self.database.read() as db:
            return db.scalars(select(Checkin.scanned_at).where(Checkin.pass_id == issued.id)).one()

    def doubted(self) -> list[str]:
        """The results of scans whose scanner's clock could not be right."""
        with self.database.read() as db:
            return [one.result for one in conflicts.list_conflicts(db, "demo") if one.clock]

    def attempts(self, *issued: Issued) -> list[str]:
        """Refused scans of these passes."""
        mine = select(Attempt.result).where(Attempt.pass_id.in_(one.id for one in issued)).order_by(Attempt.id)
        with self.database.read() as db:
            return list(db.scalars(mine))


@contextmanager
def gate_of(running: Running) -> Iterator[Gate]:
    """The gate of what is being served."""
    database = Database(running.settings.database)
    yield Gate(database, KeyRing.open(database, SECRET), running.origin)
    database.close()


def forged(issued: Issued) -> str:
    """The QR text with a signature that nobody made."""
    return issued.qr[:-3] + ("A" if issued.qr[-3] != "A" else "B") + issued.qr[-2:]
