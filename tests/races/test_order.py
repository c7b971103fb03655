"""Fifty people, eight processes, ten copies of each message: everybody's conversation comes out right."""

import json
import multiprocessing
from collections import Counter
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import func, select

from bot.database import Database
from bot.domain import events
from bot.domain.models import Delivery, Pass, TurnRecord
from bot.service import assemble, utc_now
from bot.settings import Settings
from tests.races.people import SPOKEN, Crowd, message, write_all

pytestmark = pytest.mark.race

PROCESSES = 8
PEOPLE = 50


def one_by_one(settings: dict[str, Any], redis: "Redis") -> list[str]:
    """What somebody hears who waits for each answer."""
    service = assemble(Settings(**settings))
    answers = [service.dialogue.hear(message(0, place)) for place in range(len(SPOKEN))]
    service.close()
    redis.flushall()
    return answers


def test_everybody_is_heard_in_order_and_each_message_moves_things_once(
    settings: dict[str, Any], redis: "Redis", database: Database
) -> None:
    with database.write() as db:
        events.make_demo(db, utc_now())
    wanted = one_by_one(settings, redis)
    with database.write() as db:
        for table in (TurnRecord, Delivery):
            db.query(table).delete()
    # Person 0 has registered above; the crowd is everybody else.
    crowd = Crowd(settings, PEOPLE + 1, len(SPOKEN), 1)
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        told = pool.starmap(write_all, [(crowd, process) for process in range(PROCESSES)])

    heard: dict[str, set[str]] = {}
    for answers in told:
        for sid, texts in answers.items():
            heard.setdefault(sid, set()).update(texts)
    assert Counter(len(texts) for texts in heard.values()) == {1: (PEOPLE + 1) * len(SPOKEN)}
    for person in range(1, PEOPLE + 1):
        transcript = [next(iter(heard[message(person, place).sid])) for place in range(len(SPOKEN))]
        assert [text[:20] for text in transcript] == [text[:20] for text in wanted]

    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(Pass)) == PEOPLE + 1
        assert db.scalar(select(func.count()).select_from(Delivery).where(Delivery.kind == "pass")) == PEOPLE
    states = [json.loads(redis.hget(key, "json") or "{}") for key in redis.keys("c:state:*")]
    assert [state["flow"] for state in states if state["flow"] not in ("", "menu")] == []
