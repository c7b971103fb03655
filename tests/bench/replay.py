"""Messages that waited through an outage: how many a second are taken, by one process and by several."""

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.synchronize import Event, Semaphore

import structlog

from bot.conversation import replay
from bot.conversation.replay import MessageReplay
from bot.conversation.replay_locks import SentMessage
from bot.database import Database
from bot.inbound import Inbound
from bot.service import assemble, utc_now
from bot.settings import SIMULATED_SENDER, Settings
from tests.bench.standing import conditions, standing

SPOKEN = ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")
PEOPLE = 220
MESSAGES = PEOPLE * len(SPOKEN)


@dataclass(frozen=True)
class NoList:
    """A Twilio whose list tells nothing."""

    def received(self, since: datetime, until: datetime | None = None) -> Iterator[SentMessage]:
        """Nothing."""
        return iter(())


def print_all() -> None:
    """A row for each way of taking them."""
    print(f"Replay: {PEOPLE} people who register by {MESSAGES} messages that waited; {conditions()}")
    for kind, most in (("sqlite", 1), ("postgres", 4)):
        alone = measured(kind, 1, at_once=1)
        print(f"  {kind:9} one process, one after the other {alone:6.0f} a second")
        for processes in (1, 2, 4)[: most.bit_length()]:
            rate = measured(kind, processes)
            people = (
                f"{processes} process{'es' * (processes > 1)}, {replay.MAX_CONCURRENT_PEOPLE} people at once in each"
            )
            print(f"  {kind:9} {people:39} {rate:6.0f} a second, {rate / alone:.1f} times that", flush=True)


def measured(kind: str, processes: int, at_once: int = replay.MAX_CONCURRENT_PEOPLE) -> float:
    """Messages a second from the first to the last."""
    with standing(kind) as environment:
        database = Database(environment["DATABASE_URL"])
        _fill(database)
        context = multiprocessing.get_context("spawn")
        ready, go = context.Semaphore(0), context.Event()
        working = [
            context.Process(target=work, args=(environment, at_once, ready, go), daemon=True) for _ in range(processes)
        ]
        for one in working:
            one.start()
        for _ in working:
            if not ready.acquire(timeout=60):
                raise RuntimeError("a process did not start")
        began = time.monotonic()
        go.set()
        for one in working:
            one.join()
        seconds = time.monotonic() - began
        database.close()
    return MESSAGES / seconds


def work(environment: dict[str, str], at_once: int, ready: Semaphore, go: Event) -> None:
    """What a worker's process does again and again until nothing waits."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    replay.MAX_CONCURRENT_PEOPLE = at_once
    service = assemble(Settings.model_validate({name.lower(): value for name, value in environment.items()}))
    parts = (service.database, service.redis, service.conversations, service.dialogue)
    taking = MessageReplay(*parts, NoList(), utc_now)
    ready.release()
    go.wait()
    while taking._waiting(1):
        if not taking.replay():
            time.sleep(0.05)
    service.close()


def _fill(database: Database) -> None:
    began = utc_now() - timedelta(minutes=20)
    rows: list[SentMessage] = []
    for place, words in enumerate(SPOKEN):
        for person in range(PEOPLE):
            phone = f"+9198100{person:05d}"
            sid, lane = f"SM{person:05d}x{place}", f"whatsapp:{phone}"
            sent_at = began + timedelta(minutes=place, milliseconds=person)
            rows.append((Inbound(sid, lane, SIMULATED_SENDER, phone=phone, text=words), sent_at))
    with database.write() as db:
        replay._insert_missing(db, rows, "missed", utc_now(), None)
