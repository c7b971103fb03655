"""Events of the served service that refuse people in every way, for as long as a test module runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from secrets import randbelow
from typing import Any

from redis import Redis
from sqlalchemy import func, select, update

from bot.database import Database
from bot.domain import events
from bot.domain.events import changes as event_changes
from bot.domain.messaging.otp import OwnOtps
from bot.domain.models import ContactAlias, Event, EventDay, Pass
from bot.service import utc_now
from flows.text.event_states import local_today
from flows.visitor.web_registration import PURPOSE
from tests.e2e.server import SECRET, Running

_NUMBERS = count(randbelow(10**6))
FAIR = "refusing"
DAYS = 4
PLACES = 6
LARGEST = 5
QUESTIONS = (
    {"name": "city", "kind": "text", "labels": {"en": "Which city?", "hi": "कौन सा शहर?"}, "required": True},
    {"name": "age", "kind": "number", "labels": {"en": "Your age?", "hi": "आपकी उम्र?"}, "least": 5, "most": 120},
    {
        **{"name": "who", "kind": "choice", "labels": {"en": "Who are you?", "hi": "आप कौन हैं?"}, "required": True},
        "options": [{"en": "Student", "hi": "छात्र"}, {"en": "Teacher", "hi": "शिक्षक"}],
    },
    {
        **{"name": "stall", "kind": "choice", "labels": {"en": "Which stall?", "hi": "कौन सा स्टॉल?"}, "required": True},
        "options": [{"en": name} for name in ("Books", "Maps", "Toys", "Tea", "Music")],
    },
)
"""One of each kind, and a choice so long that it is a list."""
ENDED = ("not_yet_open", "closed", "full", "over", "cancelled")
"""Events that nobody can register for, each named after its state with hyphens."""


def new_number() -> str:
    """A phone that nobody has used."""
    return f"+9184{next(_NUMBERS):08}"


@dataclass(frozen=True)
class Fairs:
    """The events, by the same database and Redis as the served processes."""

    running: Running
    database: Database
    redis: Redis

    def day(self, number: int) -> date:
        """The fair's first day (0) or a later one; the first is tomorrow."""
        with self.database.read() as db:
            shape = events.shape(events.by_slug(db, FAIR))
        return shape.starts_on + timedelta(days=number)

    def set_day(self, number: int, **changes: Any) -> None:
        """Change a day: `closed`, or how many places are `taken`."""
        with self.database.write() as db:
            mine = (EventDay.event_id == events.by_slug(db, FAIR).id, EventDay.day == self.day(number))
            db.execute(update(EventDay).where(*mine).values(**changes))

    def anew(self) -> None:
        """Every day open, with all its places; the event too."""
        with self.database.write() as db:
            event = events.open_event(db, FAIR)
            db.execute(update(EventDay).where(EventDay.event_id == event.id).values(closed=False, taken=0))

    def end(self, state: str) -> None:
        """Close or cancel the fair."""
        with self.database.write() as db:
            (event_changes.close_event if state == "closed" else event_changes.cancel_event)(db, FAIR)

    def passes(self, phone: str) -> int:
        """How many passes there are of this phone."""
        whose = select(ContactAlias.contact_id).where(ContactAlias.value == phone)
        with self.database.read() as db:
            return db.scalar(select(func.count()).select_from(Pass).where(Pass.holder_id.in_(whose))) or 0

    def expire(self) -> None:
        """Let five minutes go by for every code that was sent."""
        for key in self.redis.scan_iter("otp:*"):
            if self.redis.type(key) == b"hash" and self.redis.hexists(key, "until"):
                self.redis.hset(key, "until", "1")

    def ask_often(self, phone: str) -> None:
        """Five codes in the last minutes, asked for from other browsers."""
        otps = OwnOtps(self.redis, SECRET, sms=True, template=False)
        for number in range(5):
            otps.ask(PURPOSE, phone, f"somebody {number}", utc_now() - timedelta(seconds=300 - 40 * number))


@contextmanager
def fairs_of(running: Running) -> Iterator[Fairs]:
    """Made at the beginning; at the end nobody can register for one of them, and other tests have theirs alone."""
    database, redis = Database(running.settings.database), Redis.from_url(running.settings.redis)
    made = Fairs(running, database, redis)
    _make(database)
    try:
        yield made
    finally:
        made.end("cancelled")
        with database.write() as db:
            for state in ENDED:
                event_changes.cancel_event(db, state.replace("_", "-"))
        database.close()
        redis.close()


def _make(database: Database) -> None:
    now = utc_now()
    with database.write() as db:
        today = local_today(events.shape(events.by_slug(db, "demo")), now)
        first, last = today + timedelta(days=1), today + timedelta(days=DAYS)
        fair: dict[str, Any] = {"starts_on": first, "ends_on": last, "names": {"hi": "पुस्तक मेला"}, "now": now}
        limits: dict[str, Any] = {"capacity_per_day": PLACES, "max_party": LARGEST, "questions": QUESTIONS}
        events.create(db, slug=FAIR, name="Book Fair", **fair, **limits)
        events.open_event(db, FAIR)
        changes: dict[str, dict[str, Any]] = {
            "not_yet_open": {"registration_opens_at": now + timedelta(days=1)},
            "over": {"starts_on": today - timedelta(days=3), "ends_on": today - timedelta(days=2)},
            "full": {"capacity_per_day": 1},
        }
        for state in ENDED:
            slug = state.replace("_", "-")
            made: Event = events.create(db, slug=slug, name="Another Fair", **{**fair, **changes.get(state, {})})
            events.open_event(db, slug)
            if state == "full":
                db.execute(update(EventDay).where(EventDay.event_id == made.id).values(taken=1))
        event_changes.close_event(db, "closed")
        event_changes.cancel_event(db, "cancelled")
