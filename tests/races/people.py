"""People who write faster than they are answered, to several processes, each message in several copies.

Run in processes of its own by the tests beside it.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bot.inbound import Inbound
from bot.service import Service, assemble
from bot.settings import SIMULATED_SENDER, Settings

SPOKEN = ("hi", "1", "{name}", "1", "3", "Delhi", "yes")
PATIENCE = 60.0
"""Seconds until a message that never comes fails the test."""


@dataclass(frozen=True)
class Crowd:
    """How many people write, and which process of how many this is."""

    settings: Mapping[str, Any]
    people: int
    messages: int
    copies: int


def message(person: int, place: int) -> Inbound:
    """The message that this person sends at this place of the conversation."""
    phone = f"+9198100{person:05d}"
    text = SPOKEN[place].format(name=f"Visitor number {'abcdefghij'[person % 10]}")
    return Inbound(f"SM{person:04d}x{place}", f"whatsapp:{phone}", SIMULATED_SENDER, phone=phone, text=text)


def write_all(crowd: Crowd, process: int) -> dict[str, set[str]]:
    """Send this process's copies of everybody's messages; the answers by SID."""
    service = assemble(Settings(**crowd.settings))
    answers: dict[str, set[str]] = {}
    with ThreadPoolExecutor(24) as pool:
        for sid, answer in pool.map(lambda one: _send(service, one), _copies(crowd, process)):
            answers.setdefault(sid, set()).add(answer)
    service.close()
    return answers


def _copies(crowd: Crowd, process: int) -> Iterator[Inbound]:
    order = [(person * 7 + process * 13) % crowd.people for person in range(crowd.people)]
    people = sorted(set(order), key=order.index) + sorted(set(range(crowd.people)) - set(order))
    for person in people:
        for place in range(crowd.messages):
            for _ in range(crowd.copies):
                yield message(person, place)


def _send(service: Service, one: Inbound) -> tuple[str, str]:
    """Send once the message before it has been accepted anywhere: a phone sends in order."""
    place = int(one.sid[-1])
    if place:
        _wait_for(service, f"c:message:{one.sid[:-1]}{place - 1}")
    return one.sid, service.dialogue.hear(one, wait=PATIENCE)


def _wait_for(service: Service, key: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not service.redis.exists(key):
        if time.monotonic() > deadline:
            raise TimeoutError(key)
        time.sleep(0.001)
