"""A pass to send, a Twilio that remembers, and an outbox whose clock stands where the test puts it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.carriers import StatusUpdate
from bot.delivery.dispatch import Outbox, enqueue_pass, enqueue_reply
from bot.delivery.message import OutboundMessage, SentSearch
from bot.delivery.outbox import leases
from bot.domain.models import Contact, ContactAlias, Delivery, Event, Kind, Pass, Registration, SigningKey
from bot.errors import SendFailed
from bot.settings import Settings

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LANE = "whatsapp:+919800000001"


@dataclass
class Sent:
    """One message as it was given to Twilio."""

    lane: str
    sender: str | None
    body: str
    media_url: str | None
    status_callback: str | None
    validity: int | None
    sid: str
    content: tuple[str, str] | None = None


@dataclass
class FakeTwilio:
    """Takes messages, fails when told to, and lists what it has taken."""

    sent: list[Sent] = field(default_factory=list)
    failures: list[SendFailed] = field(default_factory=list)
    """Raised by the next calls, one each."""
    taken_all_the_same: bool = False
    """A failing call is taken before it fails."""
    list_down: bool = False
    looked: list[SentSearch] = field(default_factory=list)

    def send(self, message: OutboundMessage) -> str:
        failure = self.failures.pop(0) if self.failures else None
        filled = message.content
        sid = f"SM{len(self.sent) + 1:032}"
        if failure is None or self.taken_all_the_same:
            self.sent.append(
                Sent(
                    message.to,
                    message.sender,
                    "" if filled else message.body,
                    None if filled else message.media_url,
                    message.callback,
                    message.validity,
                    sid,
                    (filled.sid, filled.variables) if filled else None,
                )
            )
        if failure:
            raise failure
        return sid

    def find(self, wanted: SentSearch) -> StatusUpdate | None:
        self.looked.append(wanted)
        if self.list_down:
            raise SendFailed("http_503", retry=True)
        for sent in self.sent:
            same = sent.lane == wanted.to and wanted.media in (None, int(sent.media_url is not None))
            if same and sent.body in wanted.bodies and sent.sid not in wanted.known:
                return StatusUpdate(sent.sid, "sent")
        return None

    @property
    def bodies(self) -> list[str]:
        return [sent.body for sent in self.sent]


@dataclass
class FakeOtps:
    """Makes 000001, 000002, …"""

    made: list[str] = field(default_factory=list)

    def make(self, purpose: str, phone: str, asker: str, now: datetime) -> str:
        self.made.append(f"{len(self.made) + 1:06}")
        return self.made[-1]


@dataclass
class Clock:
    """Stands still until the test moves it."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def move(self, **amount: float) -> datetime:
        self.at += timedelta(**amount)
        return self.at


def no_redis() -> "Redis":
    """One that does not answer, and is not asked twice."""
    return Redis(port=1, retry=Retry(NoBackoff(), 0))


def fetched(url: str) -> str | None:
    """Every image can be fetched."""
    return None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def twilio() -> FakeTwilio:
    return FakeTwilio()


@pytest.fixture
def otps() -> FakeOtps:
    return FakeOtps()


@pytest.fixture
def outbox(
    database: Database, redis: "Redis", twilio: FakeTwilio, otps: FakeOtps, settings: Settings, clock: Clock
) -> Outbox:
    return Outbox(database, redis, twilio, otps, settings, clock, sleep=lambda seconds: None, check_media=fetched)


def waiting(outbox: Outbox) -> list[int]:
    """The deliveries that may leave now, the most urgent first."""
    with outbox.database.read() as db:
        found = leases.due(db, outbox.now(), 1000)
    return [one.id for one in sorted(found, key=lambda one: (one.priority, one.not_before, one.id))]


def row(database: Database, delivery_id: int) -> Delivery:
    with database.read() as db:
        return db.get_one(Delivery, delivery_id)


def make_pass(db: Session, *, code: str = "7K3MPQ2R", full_name: str = "Asha Verma", **of_event: Any) -> Pass:
    """A valid pass with all that it hangs on; its holder answers at LANE."""
    event = Event(
        **{
            **{"slug": f"e-{code.lower()}", "name": "Delhi Book Fair", "names": {"hi": "दिल्ली पुस्तक मेला"}},
            **{"venue": "Pragati Maidan", "venues": {}, "opens": time(10), "closes": time(20)},
            **{"starts_on": date(2027, 1, 16), "ends_on": date(2027, 1, 24), "created_at": NOW},
            **of_event,
        }
    )
    kind = Kind(number=0, slug="visitor", labels={"en": "Visitor"})
    event.kinds.append(kind)
    contact = Contact(created_at=NOW, aliases=[ContactAlias(kind="phone", value=f"+91{LANE[-10:]}")])
    if existing := db.get(ContactAlias, ("phone", f"+91{LANE[-10:]}")):
        contact = existing.contact
    key = db.get(SigningKey, 1) or SigningKey(id=1, public=b"p" * 32, sealed_seed=b"s" * 60, created_at=NOW)
    registration = Registration(
        event=event,
        holder=contact,
        asked_by=contact,
        full_name=full_name,
        answers={},
        language="en",
        channel="whatsapp",
        consent_version=1,
        consent_text="",
        consented_at=NOW,
        created_at=NOW,
    )
    db.add_all([event, contact, key, registration])
    db.flush()
    pass_ = Pass(
        code=code,
        registration=registration,
        event=event,
        kind=kind,
        holder_id=contact.id,
        day=date(2027, 1, 17),
        party_size=3,
        key=key,
        issued_at=NOW,
    )
    db.add(pass_)
    db.flush()
    return pass_


def reply(database: Database, body: str, sid: str = "", lane: str = LANE) -> int:
    with database.write() as db:
        return enqueue_reply(db, message_sid=sid or body, address=lane, sender=None, body=body, now=NOW)


def a_pass(database: Database, **of_pass: str) -> int:
    with database.write() as db:
        return enqueue_pass(db, make_pass(db, **of_pass), address=LANE, sender=None, language="en", now=NOW)
