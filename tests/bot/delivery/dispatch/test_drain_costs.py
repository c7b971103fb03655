"""What a drain asks of the database, by listening."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import event

from bot.database import Database
from bot.delivery.dispatch import Outbox, calls
from bot.delivery.dispatch.drain import Drainer
from bot.delivery.outbox.enqueue import PASSES
from bot.settings import Settings
from tests.bot.delivery.agenda import Agenda
from tests.bot.delivery.conftest import FakeOtps, FakeTwilio, fetched
from tests.bot.delivery.dispatch.test_drain import MANY, HeldTwilio, owed
from tests.bot.delivery.draining import SlowTwilio, drainer


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements of the block; those for several rows count once."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    engines = (database.engine, database.looking)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def test_how_many_statements_sixteen_messages_take(
    database: Database, outbox: Outbox, twilio: FakeTwilio, redis: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two transactions for all of them: one that takes them and one that notes what came of them."""
    monkeypatch.setattr(calls, "GATHER_SECONDS", 30)  # that all end, however slow the machine
    fast = replace(outbox, settings=outbox.settings.model_copy(update={"twilio_mps": 1000}))
    for number in range(MANY):
        owed(database, f"number {number}")
    sender = Drainer(replace(fast, twilio=(held := HeldTwilio())))
    with counted(database) as said:
        assert sender.drain(0) == MANY
        for _ in range(MANY):
            held.called.acquire()
        held.may_answer.set()
        sender.close()
    print(f"\n{len(said)} statements for {MANY} messages:")
    for statement in said:
        print(" ", " ".join(statement.split())[:100])
    assert len(held.sent) == MANY
    assert len([one for one in said if not one.startswith("BEGIN")]) <= 11


def test_one_look_finds_messages_for_several_places(database: Database, redis: "Redis") -> None:
    agenda = Agenda()
    twilio = SlowTwilio(agenda=agenda, answers_in=0.05)
    outbox = Outbox(
        database, redis, twilio, FakeOtps(), Settings(secret_key="x" * 16), agenda.now, agenda.sleep, fetched
    )
    for number in range(80):
        owed(database, f"{number}", PASSES)
    with counted(database) as said:
        agenda.run(lambda: print(drainer(outbox, agenda).drain()))
    assert len(twilio.heard) == 80
    assert max(twilio.heard.values()) < 1.15, "no place went by"
    assert len([one for one in said if one.startswith("SELECT deliveries.kind")]) <= 60
