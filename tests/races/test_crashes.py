"""The crash matrix: a process killed at every point of a turn, and the message repeated."""

from typing import Any

import pytest
from redis import Redis
from sqlalchemy import func, select

from bot.database import Database
from bot.domain.models import Delivery, Pass, Registration
from bot.service import Service
from flows.understanding.codes import shown
from tests.races.conftest import warm_processes
from tests.races.dying import DIED, POINTS, take
from tests.races.people import SPOKEN, message

pytestmark = pytest.mark.race
LAST = len(SPOKEN) - 1


def die_taking(settings: dict[str, Any], point: str, place: int) -> None:
    process = warm_processes().Process(target=take, args=(settings, point, place))
    process.start()
    process.join(60)
    assert process.exitcode == DIED


def let_leases_lapse(redis: "Redis") -> None:
    for key in redis.keys("c:lease:*"):
        redis.delete(key)


def rows(database: Database, table: Any, *conditions: Any) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_of_the_last_message_there_is_one_pass_and_its_answer(
    demo_service: Service, given_settings: dict[str, Any], database: Database, redis: "Redis", point: str
) -> None:
    for place in range(LAST):
        demo_service.dialogue.handle(message(0, place))
    die_taking(given_settings, point, LAST)
    let_leases_lapse(redis)
    answer = demo_service.dialogue.handle(message(0, LAST))
    with database.read() as db:
        [code] = db.scalars(select(Pass.code)).all()
    assert shown(code) in answer
    assert demo_service.dialogue.handle(message(0, LAST)) == answer
    assert rows(database, Registration) == 1
    assert rows(database, Delivery, Delivery.kind == "pass") == 1
    assert demo_service.conversations.pending_count() == 0


@pytest.mark.parametrize("point", ["before_the_turn", "before_the_message_is_taken_off", "after_the_state_is_kept"])
@pytest.mark.parametrize("place", [0, 3, LAST - 1])
def test_killed_at_a_question_the_repeat_gets_its_answer_and_the_rest_goes_on(
    demo_service: Service, given_settings: dict[str, Any], database: Database, redis: "Redis", point: str, place: int
) -> None:
    for earlier in range(place):
        demo_service.dialogue.handle(message(0, earlier))
    die_taking(given_settings, point, place)
    let_leases_lapse(redis)
    answers = [demo_service.dialogue.handle(message(0, later)) for later in range(place, len(SPOKEN))]
    assert all(answers)
    assert rows(database, Pass) == 1


def test_the_repeat_is_answered_while_twilio_waits_although_the_dead_process_held_the_person(
    demo_service: Service, given_settings: dict[str, Any], database: Database
) -> None:
    die_taking(given_settings, "before_the_turn", 0)
    assert demo_service.dialogue.handle(message(0, 0))


def test_without_a_repeat_the_clock_takes_over_and_the_answer_is_owed(
    demo_service: Service, given_settings: dict[str, Any], database: Database, redis: "Redis"
) -> None:
    for place in range(LAST):
        demo_service.dialogue.handle(message(0, place))
    die_taking(given_settings, "after_the_facts_are_kept", LAST)
    let_leases_lapse(redis)
    long_ago = message(0, LAST)
    redis.zadd("c:pending", {long_ago.addresses[0]: 0})
    redis.hset(f"c:message:{long_ago.sid}", "at", 0)
    assert demo_service.dialogue.take_over() == 1
    assert rows(database, Delivery, Delivery.kind == "reply") == 1
    assert rows(database, Pass) == 1


def test_a_repeat_after_redis_was_lost_gets_the_first_answer_from_the_database(
    demo_service: Service, database: Database, redis: "Redis"
) -> None:
    answers = [demo_service.dialogue.handle(message(0, place)) for place in range(len(SPOKEN))]
    redis.flushall()
    assert demo_service.dialogue.handle(message(0, LAST)) == answers[-1]
    assert rows(database, Pass) == 1
