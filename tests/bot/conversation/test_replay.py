"""Messages by a side door: each is answered once, in Twilio's order, and none that is late moves anything."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select

from bot.conversation import replay, replay_locks
from bot.conversation.dialogue import Dialogue, deferred_answer
from bot.conversation.replay import MAX_MESSAGE_AGE, MessageReplay
from bot.conversation.replay_locks import SentMessage
from bot.database import Database
from bot.domain import events, people
from bot.domain.models import Delivery, InboundMessage, Pass
from bot.errors import SendFailed
from bot.inbound import Inbound
from bot.service import Service
from bot.settings import SIMULATED_SENDER
from bot.timeouts import REPLAY_LOCK_SECONDS, SETTLING_TIME
from flows.understanding.codes import shown

SPOKEN = ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")
PHONE = "+919810000001"
START = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class FakeListing:
    """Twilio's list of what it received."""

    listed: list[SentMessage] = field(default_factory=list)
    away: bool = False
    asked: list[datetime] = field(default_factory=list)

    def received(self, since: datetime, until: datetime | None = None) -> Iterator[SentMessage]:
        self.asked.append(since)
        if self.away:
            raise SendFailed("no_connection", retry=True)
        yield from (one for one in reversed(self.listed) if since <= one[1] <= (until or one[1]))


@dataclass
class Bench:
    service: Service
    belated: MessageReplay
    dialogue: Dialogue
    listing: FakeListing
    clock: Clock

    def replies(self) -> list[str]:
        with self.service.database.read() as db:
            rows = db.scalars(select(Delivery).where(Delivery.kind == "reply").order_by(Delivery.id))
            return [row.payload["body"] for row in rows]

    def codes(self) -> list[str]:
        with self.service.database.read() as db:
            return [shown(code) for code in db.scalars(select(Pass.code).order_by(Pass.id))]

    def waiting(self) -> list[str]:
        with self.service.database.read() as db:
            waiting = select(InboundMessage).where(InboundMessage.taken_at.is_(None))
            return sorted(row.message_sid for row in db.scalars(waiting))


@pytest.fixture
def replay_bench(redis: "Redis", service: Service, database: Database) -> Iterator[Bench]:
    clock, listing = Clock(), FakeListing()
    with database.write() as db:
        events.make_demo(db, START)
    dialogue = Dialogue(service.conversations, service.dialogue._turns, database, service.outbox, clock)
    yield Bench(
        service,
        MessageReplay(database, redis, service.conversations, dialogue, listing, clock),
        dialogue,
        listing,
        clock,
    )
    dialogue.close()


def message(place: int, text: str = "", phone: str = PHONE) -> Inbound:
    return Inbound(f"SM{place}", f"whatsapp:{phone}", SIMULATED_SENDER, phone=phone, text=text or SPOKEN[place])


def sent(place: int) -> datetime:
    return START + timedelta(seconds=10 * place)


def test_a_kept_message_is_kept_once_and_promised_an_answer_in_every_language(replay_bench: Bench) -> None:
    assert [replay_bench.belated.store(message(0)) for _ in range(3)] == [None] * 3
    assert replay_bench.waiting() == ["SM0"]
    everywhere = deferred_answer(None)
    assert deferred_answer("en") in everywhere
    assert deferred_answer("hi") in everywhere


def test_a_known_person_is_promised_an_answer_in_their_language_for_every_copy(replay_bench: Bench) -> None:
    with replay_bench.service.database.write() as db:
        people.find_or_make(db, phone=PHONE, now=START).language = "hi"
    assert replay_bench.belated.store(message(0)) == "hi"
    with replay_bench.service.database.write() as db:
        people.find_or_make(db, phone=PHONE, now=START).language = "en"
    assert replay_bench.belated.store(message(0)) == "hi"


def test_a_whole_registration_by_the_fallback_comes_out_as_by_the_main_door(replay_bench: Bench) -> None:
    for place in range(len(SPOKEN)):
        replay_bench.clock.now = sent(place)
        replay_bench.belated.store(message(place))
    assert replay_bench.belated.replay() == len(SPOKEN)
    other = [
        replay_bench.dialogue.handle(replace(one, sid=f"{one.sid}x"))
        for one in map(by_somebody_else, range(len(SPOKEN)))
    ]
    replies = replay_bench.replies()
    mine, theirs = replay_bench.codes()
    assert mine in replies[-1]
    assert [text.replace(mine, theirs) for text in replies] == other
    assert replay_bench.waiting() == []
    assert replay_bench.belated.replay() == 0


def by_somebody_else(place: int) -> Inbound:
    return message(place, phone="+919810000002")


def test_they_are_taken_in_the_order_in_which_they_came_to_twilio_whatever_the_doors_order(replay_bench: Bench) -> None:
    places = list(range(len(SPOKEN)))
    random.Random(7).shuffle(places)
    for late, place in enumerate(places):
        replay_bench.clock.now = START + timedelta(minutes=2, seconds=late)
        replay_bench.belated.store(message(place))
    replay_bench.listing.listed = [(message(place), sent(place)) for place in range(len(SPOKEN))]
    assert replay_bench.belated.replay() == len(SPOKEN)
    assert len(replay_bench.codes()) == 1


def test_while_twilios_list_cannot_be_had_the_doors_own_order_counts(replay_bench: Bench) -> None:
    replay_bench.listing.away = True
    for place in range(len(SPOKEN)):
        replay_bench.clock.now = sent(place)
        replay_bench.belated.store(message(place))
    assert replay_bench.belated.replay() == len(SPOKEN)
    assert len(replay_bench.codes()) == 1


def test_what_the_main_door_took_after_all_is_not_taken_again_but_its_answer_sent(replay_bench: Bench) -> None:
    answers = [replay_bench.dialogue.handle(message(place)) for place in range(len(SPOKEN))]
    replay_bench.belated.store(message(len(SPOKEN) - 1))
    assert replay_bench.belated.replay() == 1
    assert replay_bench.replies() == answers[-1:]
    assert len(replay_bench.codes()) == 1
    after = replay_bench.dialogue.handle(
        Inbound("SM99", f"whatsapp:{PHONE}", SIMULATED_SENDER, phone=PHONE, text="menu")
    )
    assert after == ""  # it stays behind the answer in the outbox
    assert len(replay_bench.replies()) == 2


def test_what_a_store_that_was_lost_had_taken_is_found_in_the_database(replay_bench: Bench, redis: "Redis") -> None:
    answers = [replay_bench.dialogue.handle(message(place)) for place in range(len(SPOKEN))]
    redis.flushall()
    replay_bench.belated.store(message(len(SPOKEN) - 1))
    assert replay_bench.belated.replay() == 1
    assert replay_bench.replies() == answers[-1:]
    assert len(replay_bench.codes()) == 1


def test_one_that_is_late_moves_nothing_and_asks_the_open_question_again(replay_bench: Bench) -> None:
    replay_bench.belated.store(message(1, text="2"))
    replay_bench.clock.now = sent(3)
    question = [replay_bench.dialogue.handle(message(place)) for place in (0, 2)][-1]
    replay_bench.belated.replay()
    [told] = replay_bench.replies()
    assert question.splitlines()[-1] in told
    assert told != question
    replay_bench.clock.now = sent(4)
    replay_bench.belated.store(Inbound("SM50", f"whatsapp:{PHONE}", SIMULATED_SENDER, phone=PHONE, text="1"))
    replay_bench.belated.replay()
    assert len(replay_bench.replies()) == 2
    assert question.splitlines()[-1] not in replay_bench.replies()[-1]


def test_whoever_stopped_meanwhile_is_not_told_of_a_late_message(replay_bench: Bench) -> None:
    replay_bench.belated.store(message(0))
    replay_bench.clock.now = sent(3)
    replay_bench.dialogue.handle(message(1, text="stop"))
    assert replay_bench.belated.replay() == 1
    assert replay_bench.replies() == []


def test_a_message_that_never_came_is_taken_in_once(replay_bench: Bench) -> None:
    assert replay_bench.belated.store_missed() == 0
    replay_bench.clock.now = sent(0)
    replay_bench.dialogue.handle(message(0))
    replay_bench.belated.store(message(2))
    replay_bench.listing.listed = [(message(place), sent(place)) for place in (0, 1, 2)]
    assert replay_bench.belated.store_missed() == 0
    replay_bench.clock.now = sent(2) + SETTLING_TIME
    assert replay_bench.belated.store_missed() == 1
    assert replay_bench.waiting() == ["SM1", "SM2"]
    assert replay_bench.belated.replay() == 2
    replay_bench.clock.now += timedelta(minutes=3)
    assert replay_bench.belated.store_missed() == 0
    assert len(replay_bench.replies()) == 2


def test_the_first_look_takes_in_nothing_of_a_sender_that_was_somebody_elses(replay_bench: Bench) -> None:
    replay_bench.listing.listed = [(message(0), START - timedelta(hours=1))]
    assert replay_bench.belated.store_missed() == 0
    assert replay_bench.listing.asked == []
    replay_bench.clock.now += timedelta(minutes=3)
    assert replay_bench.belated.store_missed() == 0


def test_after_a_long_rest_nothing_older_than_a_day_is_taken_in(replay_bench: Bench) -> None:
    replay_bench.belated.store_missed()
    replay_bench.clock.now += timedelta(days=3)
    replay_bench.listing.listed = [(message(0), START + timedelta(hours=1))]
    assert replay_bench.belated.store_missed() == 0
    assert replay_bench.listing.asked[0] == replay_bench.clock.now - SETTLING_TIME - MAX_MESSAGE_AGE
    assert len(replay_bench.listing.asked) < 15


def test_a_long_list_is_compared_piece_by_piece_and_what_was_done_stays_done(
    replay_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay_bench.belated.store_missed()
    replay_bench.listing.listed = [
        (message(0), START + timedelta(minutes=5)),
        (message(1), START + timedelta(minutes=25)),
    ]
    replay_bench.clock.now += timedelta(minutes=40)
    monkeypatch.setattr(replay, "PAGE_SIZE", 0)  # every piece counts as a full one
    asked = replay_bench.listing.received

    def away_later(since: datetime, until: datetime | None = None) -> Iterator[SentMessage]:
        replay_bench.listing.away = since > START + timedelta(minutes=20)
        return asked(since, until)

    monkeypatch.setattr(replay_bench.listing, "received", away_later)
    assert replay_bench.belated.store_missed() == 1
    assert replay_bench.waiting() == ["SM0"]
    monkeypatch.undo()
    replay_bench.listing.away, replay_bench.listing.asked = False, []
    assert replay_bench.belated.store_missed() == 1
    assert replay_bench.listing.asked[0] > START + timedelta(minutes=10)


def test_a_list_that_cannot_be_had_is_asked_for_again_from_where_it_was(replay_bench: Bench) -> None:
    replay_bench.belated.store_missed()
    replay_bench.clock.now += timedelta(minutes=30)
    replay_bench.listing.listed, replay_bench.listing.away = [(message(0), START + timedelta(minutes=1))], True
    assert replay_bench.belated.store_missed() == 0
    replay_bench.listing.away = False
    replay_bench.clock.now += timedelta(minutes=30)
    assert replay_bench.belated.store_missed() == 1


def test_two_clocks_take_each_message_once(
    replay_bench: Bench, redis: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    replay_bench.belated.store(message(0))
    heard: Any = Dialogue.handle_found
    meanwhile: list[int] = []

    def hear(dialogue: Dialogue, inbound: Inbound, sent_at: datetime) -> bool:
        meanwhile.append(replay_bench.belated.replay())
        return bool(heard(dialogue, inbound, sent_at))

    monkeypatch.setattr(Dialogue, "handle_found", hear)
    assert replay_bench.belated.replay() == 1
    assert meanwhile == [0]


def test_a_replay_that_was_killed_keeps_the_next_away_for_seconds_only(replay_bench: Bench, redis: "Redis") -> None:
    replay_bench.belated.store(message(0))
    names = [f"{replay.LOCK_PREFIX}:{number}" for number in range(replay_locks.SHARD_COUNT)]
    assert all(redis.lock(name, timeout=REPLAY_LOCK_SECONDS).acquire(blocking=False) for name in names)
    assert replay_bench.belated.replay() == 0
    assert all(0 < int(str(redis.pttl(name))) <= 15_000 for name in names)
    redis.delete(*names)  # what that time does
    assert replay_bench.belated.replay() == 1


def test_many_people_are_taken_side_by_side_and_each_one_in_order(
    replay_bench: Bench, redis: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three who replay at once, as three workers do where many messages wait."""
    monkeypatch.setattr(replay, "SHARDING_THRESHOLD", 1)
    people = [f"+9198100001{number:02}" for number in range(12)]
    for place in range(len(SPOKEN)):
        for phone in people:
            replay_bench.clock.now = sent(place)
            replay_bench.belated.store(replace(message(place, phone=phone), sid=f"SM{phone[-2:]}x{place}"))
    heard: Any = Dialogue.handle_found
    at_work: set[str] = set()
    most: list[int] = []

    def hear(dialogue: Dialogue, inbound: Inbound, sent_at: datetime) -> bool:
        assert inbound.lane not in at_work, "one person's messages are taken by two"
        at_work.add(inbound.lane)
        most.append(len(at_work))
        try:
            return bool(heard(dialogue, inbound, sent_at))
        finally:
            at_work.remove(inbound.lane)

    monkeypatch.setattr(Dialogue, "handle_found", hear)
    with ThreadPoolExecutor(3) as workers:
        while replay_bench.waiting():
            assert sum(run.result() for run in [workers.submit(replay_bench.belated.replay) for _ in range(3)])
    assert len(replay_bench.replies()) == len(people) * len(SPOKEN)
    assert len(replay_bench.codes()) == len(people)
    assert max(most) > 1


def test_messages_of_two_addresses_are_one_persons_where_any_message_tells_so() -> None:
    def said(sid: str, phone: str | None = None, user: str | None = None) -> SentMessage:
        return Inbound(sid, "lane", SIMULATED_SENDER, phone=phone, user=user), START

    waiting = [said("SM1", phone="+1"), said("SM2", user="IN.2"), said("SM3", "+1", "IN.2"), said("SM4", user="IN.5")]
    owners = {name: name for name in ("phone:+1", "user:IN.2")} | {"user:IN.5": "phone:+5"}
    people = replay_locks.by_person([*waiting, said("SM5", user="IN.2")], owners)
    assert {person: [one.sid for one, _ in theirs] for person, theirs in people.items()} == {
        "phone:+1": ["SM1", "SM2", "SM3", "SM5"],
        "phone:+5": ["SM4"],
    }
