"""Shares the replay of waiting messages among processes, so that each person's messages stay in order.

People fall into shares, by name. Whoever takes messages holds one share or more, by a lock in Redis that
says again and again that its holder lives; so two processes never take messages of the same person.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from redis import Redis
from redis.exceptions import LockError
from redis.lock import Lock

from bot.inbound import Inbound
from bot.timeouts import REPLAY_LOCK_SECONDS

SHARD_COUNT = 8
"""How many processes at most replay messages at once."""

SentMessage = tuple[Inbound, datetime]


@dataclass(frozen=True, slots=True)
class ShardLocks:
    """The shares of one process."""

    locks: Mapping[int, Lock] = field(repr=False)
    lost: threading.Event = field(default_factory=threading.Event, repr=False)
    """Set when another holds one of them; then nothing more may be taken."""

    def covers(self, person: str) -> bool:
        """Whether this person is in one of these shares."""
        return shard_of(person) in self.locks

    def renew_until(self, futures: Sequence["Future[int]"]) -> None:
        """Hold the shares until all of these have ended."""
        while wait(futures, timeout=REPLAY_LOCK_SECONDS / 3).not_done:
            try:
                for lock in self.locks.values():
                    lock.reacquire()
            except LockError:
                self.lost.set()


def shard_of(person: str) -> int:
    """The share that this person is in."""
    return crc32(person.encode()) % SHARD_COUNT


@contextmanager
def hold_shards(redis: "Redis", name: str, candidates: Iterable[int], limit: int) -> Iterator[ShardLocks]:
    """Lock up to `limit` of these shares that nobody else holds, the first ones first; given back at the end."""
    locks: dict[int, Lock] = {}
    for number in candidates:
        lock = redis.lock(f"{name}:{number}", timeout=REPLAY_LOCK_SECONDS, thread_local=False)
        if len(locks) < limit and lock.acquire(blocking=False):
            locks[number] = lock
    try:
        yield ShardLocks(locks)
    finally:
        for lock in locks.values():
            with suppress(LockError):
                lock.release()


def by_person(waiting: Sequence[SentMessage], owners: Mapping[str, str]) -> dict[str, list[SentMessage]]:
    """These messages, person by person, each one's in the order given.

    `owners`: for each address the conversation that it belongs to. A message with two addresses tells
    that they are one person's, also of the messages before it.
    """
    onward: dict[str, str] = {}

    def person(name: str) -> str:
        while (following := onward.get(name, name)) != name:
            name = following
        return name

    for inbound, _ in waiting:
        names = {person(name) for address in inbound.addresses for name in (address, owners[address])}
        onward |= dict.fromkeys(names, min(names))
    found: dict[str, list[SentMessage]] = {}
    for sent_message in waiting:
        found.setdefault(person(sent_message[0].addresses[0]), []).append(sent_message)
    return found
