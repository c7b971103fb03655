"""The path of a message, with turns that a test can slow down, break or count."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.conversation.dialogue import Dialogue, deferred_answer
from bot.conversation.store import ConversationStore
from bot.conversation.turn import TurnResult
from bot.database import Database
from bot.domain.models import Delivery
from bot.inbound import Inbound
from bot.redis_client import Command
from bot.timeouts import MAX_WEBHOOK_WAIT_MS

SENDER = "whatsapp:+14155238886"
START = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)


@dataclass
class FakeTurns:
    """Answers with the texts heard so far; `before` runs first, in the turn."""

    before: Callable[[Inbound], None] = lambda inbound: None
    taken: list[str] = field(default_factory=list)
    question: Mapping[str, Any] | None = None

    def run(
        self,
        inbound: Inbound,
        state: Mapping[str, Any] | None,
        now: datetime,
        *,
        news: str = "",
        late: bool = False,
    ) -> TurnResult:
        self.before(inbound)
        self.taken.append(inbound.sid)
        heard = (state or {}).get("heard", [])
        if late:
            return TurnResult({"heard": heard}, f"late: {inbound.text}")
        heard = [*heard, inbound.text]
        return TurnResult({"heard": heard}, " ".join(heard), question=self.question)

    def noting_commands(self, taken: TurnResult) -> tuple[Command, ...]:
        return ()


@dataclass
class FakeOutbox:
    enqueued: list[int] = field(default_factory=list)
    noted: list[tuple[str, str, bool, bool]] = field(default_factory=list)

    def dispatch(self, ids: tuple[int, ...]) -> None:
        self.enqueued += ids

    def record_inbound(
        self, lane: str, sender: str, *, answered: bool, afterwards: bool = False, more: Any = None
    ) -> None:
        self.noted.append((lane, sender, answered, afterwards))


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Bench:
    """A dialogue over real stores, and what a test may turn."""

    dialogue: Dialogue
    turns: FakeTurns
    outbox: FakeOutbox
    clock: Clock
    database: Database
    redis: "Redis"

    def owed(self) -> list[str]:
        with self.database.read() as db:
            rows = db.scalars(select(Delivery).where(Delivery.kind == "reply").order_by(Delivery.id))
            return [row.payload["body"] for row in rows]


@pytest.fixture
def dialogue_bench(redis: "Redis", database: Database) -> Iterator[Bench]:
    turns, outbox, clock = FakeTurns(), FakeOutbox(), Clock()
    conversations = ConversationStore(redis, state_seconds=3600)
    dialogue = Dialogue(conversations, turns, database, outbox, clock)  # type: ignore[arg-type]  # fakes of both
    yield Bench(dialogue, turns, outbox, clock, database, redis)
    dialogue.close()


def inbound(sid: str, text: str = "x", phone: str = "+919810000001") -> Inbound:
    return Inbound(sid, f"whatsapp:{phone}", SENDER, phone=phone, text=text)


def until(event: threading.Event) -> Callable[[Inbound], None]:
    """A turn that lasts until the event."""

    def wait(_: Inbound) -> None:
        event.wait(30)

    return wait


def test_the_answer_is_the_turns(dialogue_bench: Bench) -> None:
    assert dialogue_bench.dialogue.handle(inbound("SM1", "one")) == "one"
    assert dialogue_bench.dialogue.handle(inbound("SM2", "two")) == "one two"


def test_ten_copies_at_once_get_one_answer_and_one_turn(dialogue_bench: Bench) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: dialogue_bench.dialogue.handle(inbound("SM1", "one")), range(10)))
    assert answers == ["one"] * 10
    assert dialogue_bench.turns.taken == ["SM1"]


def test_messages_of_one_person_at_once_are_taken_one_after_another(dialogue_bench: Bench) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: dialogue_bench.dialogue.handle(inbound(f"SM{n}", str(n))), range(20)))
    lengths = sorted(len(answer.split()) for answer in answers)
    assert lengths == list(range(1, 21))


def test_a_slow_turn_is_answered_by_the_outbox_for_every_copy(dialogue_bench: Bench) -> None:
    may_end = threading.Event()
    dialogue_bench.turns.before = until(may_end)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: dialogue_bench.dialogue.handle(inbound("SM1", "one"), wait=0.3), range(3)))
    assert answers == ["", "", ""]
    may_end.set()
    dialogue_bench.dialogue.close()
    assert dialogue_bench.owed() == ["one"]
    assert len(dialogue_bench.outbox.enqueued) == 1
    assert dialogue_bench.dialogue.handle(inbound("SM1", "one")) == ""


def test_a_question_with_buttons_goes_by_the_outbox_and_the_next_answer_does_not_overtake_it(
    dialogue_bench: Bench,
) -> None:
    dialogue_bench.turns.question = {
        "mark": "city.00000000:",
        "shape": "buttons_1_1",
        "values": ["City?", "Delhi", "x"],
    }
    assert [dialogue_bench.dialogue.handle(inbound("SM1", "one")) for _ in range(2)] == ["", ""]
    dialogue_bench.turns.question = None
    assert dialogue_bench.dialogue.handle(inbound("SM2", "two")) == ""
    with dialogue_bench.database.write() as db:
        first, second = db.scalars(select(Delivery).order_by(Delivery.id))
        assert (first.kind, first.payload["shape"], first.payload["body"]) == ("question", "buttons_1_1", "one")
        assert (second.kind, second.payload) == ("reply", {"body": "one two"})
        first.status = second.status = "queued"
    assert dialogue_bench.dialogue.handle(inbound("SM3", "three")) == "one two three"
    assert dialogue_bench.outbox.enqueued == [first.id, second.id]


def test_a_later_answer_does_not_overtake_one_in_the_outbox(dialogue_bench: Bench) -> None:
    may_end = threading.Event()
    dialogue_bench.turns.before = until(may_end)
    assert dialogue_bench.dialogue.handle(inbound("SM1", "one"), wait=0.1) == ""
    may_end.set()
    assert dialogue_bench.dialogue.handle(inbound("SM2", "two")) == ""
    assert dialogue_bench.owed() == ["one", "one two"]
    with dialogue_bench.database.write() as db:
        for row in db.scalars(select(Delivery)):
            row.status = "sent"
    assert dialogue_bench.dialogue.handle(inbound("SM3", "three")) == "one two three"


def test_a_bug_is_answered_with_an_apology_and_changes_nothing(dialogue_bench: Bench) -> None:
    def bug(message: Inbound) -> None:
        if message.sid == "SM2":
            raise ValueError("a bug of ours")

    dialogue_bench.dialogue.handle(inbound("SM1", "one"))
    dialogue_bench.turns.before = bug
    apology = dialogue_bench.dialogue.handle(inbound("SM2", "two"))
    assert apology
    assert "bug" not in apology
    assert dialogue_bench.dialogue.handle(inbound("SM2", "two")) == apology
    assert dialogue_bench.dialogue.handle(inbound("SM3", "three")) == "one three"
    assert dialogue_bench.redis.hget("c:message:SM2", "body") is not None


def test_a_message_met_by_a_failing_database_is_taken_later_and_answered_by_the_outbox(dialogue_bench: Bench) -> None:
    def down(_: Inbound) -> None:
        raise OperationalError("select", {}, ConnectionError())

    dialogue_bench.turns.before = down
    promise = dialogue_bench.dialogue.handle(inbound("SM1", "one"))
    assert promise == deferred_answer(None), "whose message is kept and answered later is not asked to send it again"
    assert dialogue_bench.turns.taken == []
    dialogue_bench.turns.before = lambda _: None
    dialogue_bench.clock.now += timedelta(milliseconds=MAX_WEBHOOK_WAIT_MS + 1)
    assert dialogue_bench.dialogue.take_over() == 1
    assert dialogue_bench.owed() == ["one"]
    assert dialogue_bench.dialogue.handle(inbound("SM1", "one")) == promise


def test_a_database_that_stumbles_once_is_asked_again_and_nobody_notices(dialogue_bench: Bench) -> None:
    stumbles = [OperationalError("select", {}, ConnectionError())]

    def stumble(_: Inbound) -> None:
        if stumbles:
            raise stumbles.pop()

    dialogue_bench.turns.before = stumble
    assert dialogue_bench.dialogue.handle(inbound("SM1", "one")) == "one"
    assert dialogue_bench.owed() == []


def test_messages_whose_process_died_are_taken_over_in_order(dialogue_bench: Bench) -> None:
    store = ConversationStore(dialogue_bench.redis, state_seconds=3600)
    for sid in ("SM1", "SM2"):
        message = inbound(sid, sid)
        store.accept(sid, message.addresses, message.to_json(), int(START.timestamp() * 1000), message.lane)
    [lease] = dialogue_bench.redis.keys("c:lease:*")
    dialogue_bench.redis.delete(lease)
    assert dialogue_bench.dialogue.take_over() == 0
    dialogue_bench.clock.now += timedelta(milliseconds=MAX_WEBHOOK_WAIT_MS + 1)
    assert dialogue_bench.dialogue.take_over() == 1
    assert dialogue_bench.owed() == ["SM1", "SM1 SM2"]
    assert dialogue_bench.dialogue.take_over() == 0


def test_two_people_do_not_wait_for_each_other(dialogue_bench: Bench) -> None:
    may_end = threading.Event()

    def slow_for_asha(message: Inbound) -> None:
        if message.sid == "SM1":
            may_end.wait(30)

    dialogue_bench.turns.before = slow_for_asha
    with ThreadPoolExecutor(1) as pool:
        asha = pool.submit(dialogue_bench.dialogue.handle, inbound("SM1", "one"))
        assert dialogue_bench.dialogue.handle(inbound("SM2", "two", phone="+919810000002")) == "two"
        may_end.set()
        assert asha.result(10) == "one"
