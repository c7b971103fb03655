"""Everything that makes a fact, to be done in any order: what a test of the figures lets happen."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from bot.conversation import funnel_tracking
from bot.conversation.funnel_tracking import FunnelProgress
from bot.database import Database
from bot.delivery.carriers import StatusUpdate
from bot.delivery.outbox import enqueue
from bot.delivery.outbox import report as outbox_report
from bot.delivery.outbox.statuses import advance
from bot.domain import checkins, events, passes, people
from bot.domain.checkins import head_counts, undo, walkups
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.checkins.offline import upload as offline_upload
from bot.domain.keys import KeyRing
from bot.domain.models import Broadcast, Delivery, Pass
from bot.domain.passes import registration as registrations
from bot.domain.passes import reissue
from bot.domain.privacy import erasure
from bot.domain.stats import counter_changes
from bot.errors import Refused
from flows.shapes.walkup_effects import Walkup
from tests.bot.domain.builders import DAY, NOW, asking
from tests.bot.domain.gate import NOON, make_world, scan


@dataclass(slots=True)
class Day:
    """A fair in progress; `now` goes on by itself."""

    database: Database
    ring: KeyRing
    ravi: int = 0
    mira: int = 0
    news: int = 0
    now: datetime = NOON
    numbers: Any = field(default_factory=count)

    def begin(self, policy: str) -> None:
        """The fair, its gates, its people, and a pass of four."""
        with self.database.write() as db:
            days: dict[str, Any] = {"starts_on": DAY, "ends_on": DAY + timedelta(days=2)}
            events.create(db, slug="fair", name="Fair", **days, policy=policy, now=NOW)
            made = make_world(db, self.ring, events.open_event(db, "fair"))
            self.ravi, self.mira = made.ravi.id, made.mira.id
            words: dict[str, Any] = {"made_by": "t", "purpose": "news", "selection": {}, "wording": {}, "expected": 1}
            many = Broadcast(**words, event_id=made.event.id, until=NOON, created_at=NOW)
            db.add(many)
            db.flush()
            self.news = many.id
            enqueue.enqueue_pass(
                db, made.issued, address="whatsapp:+919812345678", sender=None, language="en", now=self.now
            )

    def do(self, act: str, number: int) -> None:
        """One act, with a number that chooses on whom and how; what the rules refuse changes nothing."""
        self.now += timedelta(minutes=number % 11)
        with suppress(Refused):
            ACTS[act](self, number)

    def code(self, number: int) -> str:
        """The code of any pass of the fair, whatever its state."""
        with self.database.read() as db:
            codes = list(db.scalars(select(Pass.code).where(Pass.event.has(slug="fair")).order_by(Pass.id)))
            return str(codes[number % len(codes)])


def _register(day: Day, number: int) -> None:
    with day.database.write() as db:
        asker = people.find_or_make(db, phone=f"+9198100001{number % 20:02}", now=day.now)
        wish = {"party_size": 1 + number % 4, "visit_date": DAY + timedelta(days=number % 3), "now": day.now}
        made = registrations.register(db, day.ring, **asking(asker, channel=("whatsapp", "web")[number % 2], **wish))
        enqueue.enqueue_pass(db, made, address="whatsapp:+919810000100", sender=None, language="en", now=day.now)


def _change(day: Day, number: int) -> None:
    with day.database.write() as db:
        found = passes.by_code(db, day.code(number))
        holder = found.registration.holder
        wish: dict[str, Any] = {"visit_date": DAY + timedelta(days=number % 2), "party_size": 1 + number % 5}
        passes.change(db, day.ring, contact=holder, code=found.code, **wish, now=day.now)


def _cancel(day: Day, number: int) -> None:
    with day.database.write() as db:
        found = passes.by_code(db, day.code(number))
        passes.cancel(db, contact=found.registration.holder, code=found.code, now=day.now)


def _revoke(day: Day, number: int) -> None:
    with day.database.write() as db:
        reissue.revoke(db, day.code(number), day.now)


def _reissue(day: Day, number: int) -> None:
    with day.database.write() as db:
        reissue.reissue(db, day.ring, day.code(number), day.now)


def _scan(day: Day, number: int) -> None:
    gate = (None, "main", "north")[number % 3]
    wish = scan(day.code(number), gate=gate, staff_id=day.ravi, count=(None, 1, 2)[number % 7 % 3])
    with day.database.write() as db:
        checkins.admit(db, day.ring, wish, day.now)


def _out(day: Day, number: int) -> None:
    with day.database.write() as db:
        checkins.admit(db, day.ring, scan(day.code(number), direction="out"), day.now)


def _force(day: Day, number: int) -> None:
    wish = scan(day.code(number), staff_id=day.mira, force=True, reason="because")
    with day.database.write() as db:
        checkins.admit(db, day.ring, wish, day.now)


def _late(day: Day, number: int) -> None:
    """A scanner comes back: what it saw hours ago, and twice the same."""
    code, shown = day.code(number), ("admitted", "left", "already_admitted", "wrong_day")[number % 4]
    at = day.now - timedelta(minutes=number * 7 % 900)
    direction = "out" if shown == "left" else "in"
    wish = scan(code, channel="batch", scanned_at=at, shown=shown, direction=direction, count=1 + number % 3)
    offline_upload.record(day.database, day.ring, [wish, wish], day.now)


def _undo(day: Day, number: int) -> None:
    with day.database.write() as db:
        undo.undo(db, day.ravi, day.now)


def _count(day: Day, number: int) -> None:
    with day.database.write() as db:
        way, heads = ("in", "out")[number % 2], 1 + number % 9
        name = f"count {next(day.numbers)}"
        head_counts.add(db, HeadCountRequest("fair", name, way, heads, "whatsapp", "main", staff_id=day.ravi), day.now)


def _uncount(day: Day, number: int) -> None:
    with day.database.write() as db:
        undo.undo_count(db, day.ravi, day.now)


def _walk_up(day: Day, number: int) -> None:
    fields: dict[str, Any] = {"party_size": 1 + number % 3, "language": "en", "consent_version": 1, "gate": "north"}
    wish = Walkup("fair", f"walk {number % 5}", "Kamala Devi", **fields, staff_id=day.ravi, admit=bool(number % 2))
    with day.database.write() as db:
        walkups.register(db, day.ring, wish, day.now)


def _erase(day: Day, number: int) -> None:
    with day.database.write() as db:
        erasure.erase(db, erasure.by_code(db, day.code(number)), day.now, even_today=True, actor="test")


def _status(day: Day, number: int) -> None:
    with day.database.write() as db:
        ids = list(db.scalars(select(Delivery.id).order_by(Delivery.id)))
        one = ids[number % len(ids)]
        status = ("queued", "sent", "delivered", "read", "failed", "undelivered")[number % 6]
        db.get_one(Delivery, one).tried_at = day.now
        db.flush()
        advance(db, StatusUpdate(f"SM{one}", status, 63016 if number % 4 == 0 else None), one, day.now, "some_reason")


def _retry(day: Day, number: int) -> None:
    with day.database.write() as db:
        outbox_report.retry_failed(db, day.now)


def _news(day: Day, number: int) -> None:
    """A message to many: of no pass, and yet the event's."""
    row = {"kind": "text", "lane": "whatsapp:+919810000300", "priority": enqueue.BULK, "payload": {}}
    with day.database.write() as db:
        db.add(Delivery(**row, broadcast_id=day.news, not_before=day.now, give_up_at=day.now, created_at=day.now))


def _begin(day: Day, number: int) -> None:
    """A registration comes further, or what it came to earlier arrives once more."""
    steps = ("language", "full_name", "agree", "done")[: 1 + number % 4]
    slug = "fair" if number % 3 else ""
    with day.database.write() as db:
        funnel_tracking.write_rows(
            db, FunnelProgress(f"b{number % 9}", "web", slug, steps, len(steps), day.now.isoformat())
        )


def _fold(day: Day, number: int) -> None:
    counter_changes.fold(day.database, 1 + number)


ACTS: dict[str, Callable[[Day, int], None]] = {
    "register": _register,
    "change": _change,
    "cancel": _cancel,
    "revoke": _revoke,
    "reissue": _reissue,
    "scan": _scan,
    "out": _out,
    "force": _force,
    "late": _late,
    "undo": _undo,
    "count": _count,
    "uncount": _uncount,
    "walk up": _walk_up,
    "erase": _erase,
    "status": _status,
    "retry": _retry,
    "news": _news,
    "begin": _begin,
    "fold": _fold,
}
