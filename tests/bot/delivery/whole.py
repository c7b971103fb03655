"""The whole service and the simulated Twilio, over HTTP, with a clock that the test moves."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import time_machine
from flask import Flask
from werkzeug.serving import make_server

from bot.conversation.dialogue import Dialogue
from bot.delivery.outbox import history as delivery_history
from bot.domain.models import Base, Delivery, SigningKey
from bot.service import Service, assemble
from bot.settings import Settings
from tests.bot.delivery.conftest import LANE, NOW
from webhooks import create_app
from webhooks.simulator.courier import LEASE_TTL_SECONDS
from webhooks.simulator.courier import QUEUE_KEY as ERRANDS
from webhooks.simulator.store.messages import SimulatedMessage
from webhooks.simulator.store.phones import SimulatedPhone
from webhooks.simulator.store.state import SimulatorState

PHONE = LANE.removeprefix("whatsapp:")
ARRIVED = ("delivered", "read")
ENDS = ("failed", "undelivered", "canceled", *ARRIVED)
PATIENCE = 60.0
STAYS = ("signing_keys", "alembic_version")


def utc_now() -> datetime:
    """The moment that the test has set."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Course:
    """What became of one delivery."""

    tries: tuple[float, ...]
    """Seconds after it was owed at which each try began."""
    calls: int
    """Calls that Twilio was troubled with."""
    steps: tuple[str, ...]
    """Its story as admins read it, a word a step."""
    status: str
    reason: str | None
    error_code: int | None


@dataclass
class Whole:
    """Our service, its outbox and client, and behind the wire a Twilio that can be told to make trouble."""

    service: Service
    twilio: SimulatorState
    moment: time_machine.Traveller
    asked: "Asked"
    ordered: int = field(default=0)

    @property
    def origin(self) -> str:
        return self.service.settings.origin

    def begin(self) -> None:
        """Forget all that was: nothing owed, nothing sent, no trouble ordered, and the clock at NOW."""
        self.rest()
        self.moment.move_to(NOW)
        self.service.redis.flushdb()
        with self.service.database.write() as db:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in STAYS:
                    db.execute(table.delete())
            assert db.get(SigningKey, 1)
        self.twilio.phones.add(SimulatedPhone(PHONE, "Asha"))
        self.ordered = 0

    def order(self, **trouble: object) -> None:
        """Order trouble for what our outbox does next."""
        answer = requests.post(f"{self.origin}/simulator/control", json=trouble, timeout=60)
        assert answer.status_code == 201, answer.text
        self.ordered = answer.json()["standing"]["send"]

    def write(self, text: str) -> None:
        """The visitor writes, and is answered."""
        answer = requests.post(f"{self.origin}/simulator/messages", json={"phone": PHONE, "text": text}, timeout=60)
        assert answer.status_code == 202, answer.text
        self.rest()

    def got(self) -> list[SimulatedMessage]:
        """What arrived on the visitor's phone, by WhatsApp or SMS, the first first."""
        sids = {sid for address in (LANE, PHONE) for sid in self.twilio.messages.sids(recipient=address)}
        found = [one for one in self.twilio.messages.several(sorted(sids)) if one.status in ARRIVED]
        return sorted(found, key=lambda one: one.created_ms)

    def course(self, delivery: int) -> Course:
        """Work as worker and clock do, moment by moment, until this delivery has ended or waits for its reader."""
        while True:
            self.service.outbox.deliver(delivery)
            self.rest()
            row = self.row(delivery)
            waits = row.status == "owed" and row.reason != "window_closed"
            following = [row.not_before] if waits else []
            if errand := self._next_errand():
                following.append(errand)
            if not following:
                return self._told(row)
            self.moment.move_to(min(following))

    def until_let_go(self, delivery: int) -> None:
        """Wait until a visitor's message, noted after its answer has been given, lets this delivery leave."""
        deadline = time.monotonic() + PATIENCE
        while self.row(delivery).not_before > utc_now():
            assert time.monotonic() < deadline, "the window stays closed"
            time.sleep(0.002)

    def sweep(self) -> list[int]:
        """What the clock does; the deliveries that are owed after it."""
        self.service.outbox.sweep(utc_now())
        with self.service.database.read() as db:
            return [row.id for row in db.query(Delivery).order_by(Delivery.id) if row.status == "owed"]

    def row(self, delivery: int) -> Delivery:
        with self.service.database.read() as db:
            return db.get_one(Delivery, delivery)

    def rest(self) -> None:
        """Wait until Twilio has done all that is due at this moment."""
        deadline = time.monotonic() + PATIENCE
        while self.asked.open or any(due <= 0 or due > LEASE_TTL_SECONDS - 5 for due in self._errands()):
            assert time.monotonic() < deadline, "the simulated Twilio does not come to rest"
            self.twilio.courier._woken.set()
            time.sleep(0.002)

    def _errands(self) -> list[float]:
        """In how many seconds each errand of Twilio's is due; one that is being done: in about LEASE_SECONDS."""
        kept: list[Any] = self.service.redis.zrange(ERRANDS, 0, -1, withscores=True)
        return [score - time.time() for _, score in kept]

    def _next_errand(self) -> datetime | None:
        waits = min(self._errands(), default=None)
        return None if waits is None else utc_now() + timedelta(seconds=waits + 0.001)

    def _told(self, row: Delivery) -> Course:
        with self.service.database.read() as db:
            steps = delivery_history.history(db, row.id)
        tries = [(step.at - row.created_at).total_seconds() for step in steps if step.what == delivery_history.TRIED]
        calls = self.ordered - self.twilio.faults.standing()["send"]
        words = tuple(step.what for step in steps)
        return Course(tuple(tries), calls, words, row.status, row.reason, row.error_code)


@dataclass
class Asked:
    """The requests that are being answered: also those whose client has gone."""

    open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, app: Flask, environ: Any, start: Any) -> Iterable[bytes]:
        """The application's answer, counted while it is made."""
        with self._lock:
            self.open += 1
        try:
            return app(environ, start)
        finally:
            with self._lock:
                self.open -= 1


@contextmanager
def whole(database_url: str, redis_url: str) -> Iterator[Whole]:
    """Serve it for as long as the block lasts."""
    with time_machine.travel(NOW, tick=False) as moment:
        asked = Asked()
        served = make_server("127.0.0.1", 0, lambda environ, start: asked.answer(app, environ, start), threaded=True)
        settings = Settings(
            port=served.server_port,
            database_url=database_url,
            redis_url=redis_url,
            secret_key="only for these tests",
        )
        made = assemble(settings)
        outbox = replace(made.outbox, now=utc_now, sleep=lambda seconds: None)
        dialogue = Dialogue(made.conversations, made.dialogue._turns, made.database, outbox, utc_now)
        service = replace(made, outbox=outbox, dialogue=dialogue, now=utc_now)  # Redis does not travel
        app = create_app(service)
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Whole(service, app.extensions["simulator"], moment, asked)
        finally:
            app.extensions["simulator"].courier.close()
            served.shutdown()
            thread.join()
            served.server_close()
            dialogue.close()
            made.close()
