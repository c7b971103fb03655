"""Many people, several processes, ten copies of each message: everybody's conversation comes out right.

`ORDER=50 make test TESTS=tests/races/test_order.py` is the crowd of docs/figures.md.
"""

import os
from collections import Counter
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import func, select

from bot.database import Database
from bot.domain import events
from bot.domain.models import Delivery, Pass
from bot.service import assemble, utc_now
from bot.settings import Settings
from tests.races.conftest import warm_processes
from tests.races.people import SPOKEN, Crowd, message, write_all

pytestmark = pytest.mark.race

COPIES = (3, 3, 2, 2)
"""Four processes that send ten copies of each message between them."""
PEOPLE = int(os.environ.get("ORDER", "16"))
PATIENT = 900
"""Somebody who waits for each answer before they write again."""


def test_everybody_is_heard_in_order_and_each_message_moves_things_once(
    given_settings: dict[str, Any], redis: "Redis", database: Database
) -> None:
    wanted = _heard_one_by_one(given_settings, database)
    heard = _let_write(Crowd(given_settings, PEOPLE, COPIES))

    assert Counter(len(texts) for texts in heard.values()) == {1: PEOPLE * len(SPOKEN)}
    assert _came_out_right(heard, wanted) == PEOPLE
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(Pass)) == PEOPLE + 1
        assert db.scalar(select(func.count()).select_from(Delivery).where(Delivery.kind == "pass")) == PEOPLE + 1
    assert redis.zcard("c:pending") == 0


@pytest.mark.databases("sqlite")
def test_without_the_list_the_same_crowd_does_not_come_out_right(
    given_settings: dict[str, Any], database: Database
) -> None:
    wanted = _heard_one_by_one(given_settings, database)
    heard = _let_write(Crowd(given_settings, PEOPLE, COPIES, careless=True))
    assert _came_out_right(heard, wanted) < PEOPLE


def _heard_one_by_one(settings: dict[str, Any], database: Database) -> list[str]:
    with database.write() as db:
        events.make_demo(db, utc_now())
    service = assemble(Settings(**settings))
    answers = [service.dialogue.handle(message(PATIENT, place)) for place in range(len(SPOKEN))]
    service.close()
    return answers


def _came_out_right(heard: dict[str, set[str]], wanted: list[str]) -> int:
    """How many people heard, at each message, what somebody hears who waits; the codes apart."""
    right = 0
    for person in range(PEOPLE):
        answers = [heard[message(person, place).sid] for place in range(len(SPOKEN))]
        beginnings = [{text[:20] for text in texts} for texts in answers]
        right += beginnings == [{text[:20]} for text in wanted]
    return right


def _let_write(crowd: Crowd) -> dict[str, set[str]]:
    heard: dict[str, set[str]] = {}
    with warm_processes().Pool(len(crowd.copies)) as pool:
        for answers in pool.starmap(write_all, [(crowd, process) for process in range(len(crowd.copies))]):
            for sid, texts in answers.items():
                heard.setdefault(sid, set()).update(texts)
    return heard
