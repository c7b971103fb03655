"""People who write faster than they are answered, to several processes, each message in several copies.

Run in processes of its own by the tests beside it.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

from bot.conversation.store import ClaimedMessage, Committed, ConversationStore
from bot.inbound import Inbound
from bot.service import Service, assemble
from bot.settings import SIMULATED_SENDER, Settings

SPOKEN = ("hi", "1", "{name}", "1", "3", "Delhi", "yes")
PATIENCE = 60.0
"""Seconds until a message that never comes fails the test."""


@dataclass(frozen=True)
class Crowd:
    """How many people write to what, and in how many copies."""

    settings: Mapping[str, Any]
    people: int
    copies: tuple[int, ...]
    """How many copies of each message each process sends."""
    careless: bool = False
    """Without the list and the lease: shows that the race is one."""


class Careless(ConversationStore):
    """A conversation store as it is first written: read the state, work, write the state."""

    def accept(
        self,
        sid: str,
        addresses: Sequence[str],
        message: Mapping[str, Any],
        now_ms: int,
        lane: str = "",
        sent_ms: int | None = None,
    ) -> ClaimedMessage:
        """Hand the message to everybody who asks."""
        self._redis.set(f"c:message:{sid}", 1)
        state = cast("bytes | None", self._redis.get(f"careless:{lane}"))
        return ClaimedMessage(
            lane, 0, sid, message, json.loads(state) if state else None, 1, by_outbox=False, has_unsent_answer=False
        )

    def commit(
        self,
        held: ClaimedMessage,
        state: Mapping[str, Any],
        answer: Mapping[str, Any],
        now_ms: int,
        *,
        in_outbox: bool,
        keep_message: bool = False,
    ) -> Committed:
        """Whoever comes last is right."""
        self._redis.set(f"careless:{held.conversation}", json.dumps(state))
        return Committed(None)


def message(person: int, place: int) -> Inbound:
    """The message that this person sends at this place of the conversation."""
    phone = f"+9198100{person:05d}"
    text = SPOKEN[place].format(name=f"Asha {'ABCDEFGHIJ'[person % 10]}. Rao")
    return Inbound(f"SM{person:04d}x{place}", f"whatsapp:{phone}", SIMULATED_SENDER, phone=phone, text=text)


def write_all(crowd: Crowd, process: int) -> dict[str, set[str]]:
    """Send this process's copies of everybody's messages; the answers by SID."""
    service = assemble(Settings(**crowd.settings))
    if crowd.careless:
        service.dialogue._conversations = Careless(service.redis, state_seconds=3600)
    answers: dict[str, set[str]] = {}
    with ThreadPoolExecutor(24) as pool:
        for sid, answer in pool.map(lambda one: _send(service, one), _copies(crowd, process)):
            answers.setdefault(sid, set()).add(answer)
    service.close()
    return answers


def _copies(crowd: Crowd, process: int) -> Iterator[Inbound]:
    for number in range(crowd.people):
        person = (number + process) % crowd.people
        for place in range(len(SPOKEN)):
            for _ in range(crowd.copies[process]):
                yield message(person, place)


def _send(service: Service, one: Inbound) -> tuple[str, str]:
    """Send once the message before it has been accepted anywhere: a phone sends in order."""
    place = int(one.sid[-1])
    if place:
        wait_for(service, f"c:message:{one.sid[:-1]}{place - 1}")
    return one.sid, service.dialogue.handle(one, wait=PATIENCE)


def wait_for(service: Service, key: str) -> None:
    """Wait until Redis has this key; fail when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not service.redis.exists(key):
        if time.monotonic() > deadline:
            raise TimeoutError(key)
        time.sleep(0.001)
