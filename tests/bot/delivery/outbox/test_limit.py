"""80 a second and two workers, by a clock of the test's: the limit is used, never passed, and replies do not wait.

Everything is real but the clock and Twilio: rows, RQ's queues, drains with their threads, the budget's script in Redis.
What a machine makes of it against the wall clock: `make bench`.
"""

from bisect import bisect_left
from dataclasses import dataclass, field, replace

import pytest
from redis import Redis
from rq.job import Job

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue, enqueue_reply
from bot.delivery.outbox import queues
from bot.delivery.outbox.enqueue import BULK, REPLIES
from bot.settings import Settings
from tests.bot.delivery.agenda import Agenda
from tests.bot.delivery.conftest import FakeOtps, fetched
from tests.bot.delivery.draining import SlowTwilio, drainer

pytestmark = pytest.mark.databases("sqlite")
LIMIT, WORKERS = 80, 2
REPLIES_ASKED = 12


@dataclass
class Run:
    """What Twilio heard when so many messages to many were owed and replies were asked for meanwhile."""

    database: Database
    redis: "Redis"
    many: int
    reply_priority: int = REPLIES
    agenda: Agenda = field(default_factory=Agenda)
    asked: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.twilio = SlowTwilio(agenda=self.agenda)
        settings = Settings(secret_key="a secret of sixteen", twilio_mps=LIMIT)
        parts = (self.database, self.redis, self.twilio, FakeOtps(), settings)
        self.outbox = Outbox(*parts, self.agenda.now, self.agenda.sleep, fetched)

    def done(self) -> "Run":
        """Let the workers work until everything has left."""
        self.outbox.dispatch([self._owe(f"many {number}", BULK) for number in range(self.many)])
        self.agenda.run(*[lambda: self._work(self.outbox)] * WORKERS, self._ask, self._clock)
        return self

    def _owe(self, body: str, priority: int) -> int:
        lane, now = f"whatsapp:+91{hash(body) % 10**10:010}", self.agenda.now()
        with self.database.write() as db:
            if priority == BULK:
                return enqueue(db, kind="text", address=lane, payload={"body": body}, priority=priority, now=now)
            return enqueue_reply(db, message_sid=body, address=lane, sender=None, body=body, now=now)

    @property
    def over(self) -> bool:
        return len(self.twilio.heard) == self.many + REPLIES_ASKED

    def _work(self, outbox: Outbox) -> None:
        """What a worker does: a drain as often as one is asked for."""
        sender = drainer(outbox, self.agenda)
        asked = queues.queue(self.redis, queues.DRAINS)
        while not self.over:
            if not asked.count:
                self.agenda.sleep(0.01)
                continue
            self.redis.delete(Job.key_for(str(asked.pop_job_id())))
            sender.drain()

    def _ask(self) -> None:
        for number in range(REPLIES_ASKED):
            self.agenda.sleep(0.17)
            reply = f"reply {number}"
            self.asked[reply] = self.agenda.seconds
            self.outbox.dispatch([self._owe(reply, self.reply_priority)])

    def _clock(self) -> None:
        while not self.over:
            self.agenda.sleep(1.0)
            self.outbox.sweep(self.agenda.now())

    @property
    def moments(self) -> list[float]:
        return sorted(self.twilio.heard.values())

    @property
    def rate(self) -> float:
        """Messages a second, from the first to the last message to many."""
        last = max(moment for body, moment in self.twilio.heard.items() if body.startswith("many"))
        until = [moment for moment in self.moments if moment <= last]
        return (len(until) - 1) / (until[-1] - until[0])

    @property
    def busiest(self) -> int:
        """The most that Twilio heard within one second, wherever it begins."""
        found = self.moments
        return max(bisect_left(found, moment + 1) - place for place, moment in enumerate(found))

    @property
    def behind(self) -> int:
        """Messages to many that left between the asking for a reply and its leaving, at most."""
        heard = self.twilio.heard
        many = [moment for body, moment in heard.items() if body.startswith("many")]
        return max(sum(1 for one in many if began < one < heard[reply]) for reply, began in self.asked.items())

    @property
    def longest_wait(self) -> float:
        return max(self.twilio.heard[reply] - began for reply, began in self.asked.items())


def test_two_workers_use_the_limit_and_never_pass_it_and_replies_pass_by(database: Database, redis: "Redis") -> None:
    run = Run(database, redis, many=280).done()
    print(f"\n{run.rate:.1f} a second, at most {run.busiest} in any second; of {REPLIES_ASKED} replies none waited")
    print(f"over {run.longest_wait * 1000:.0f} ms nor behind more than {run.behind} of {run.many} messages to many")
    assert 76 <= run.rate <= LIMIT
    assert run.busiest <= LIMIT
    assert run.behind <= 4
    assert run.longest_wait < 0.1


def test_workers_that_count_each_for_itself_pass_it(database: Database, redis: "Redis") -> None:
    """Shows that the test above can fail: as the workers of a service would do that kept its budget in memory."""
    run = Run(database, redis, many=120)
    work, senders = run._work, iter(("whatsapp:+14155238881", "whatsapp:+14155238882"))

    def apart(outbox: Outbox) -> None:
        own = outbox.settings.model_copy(update={"twilio_whatsapp_from": (next(senders),)})
        work(replace(outbox, settings=own))

    run._work = apart  # type: ignore[method-assign]  # to Redis each worker's messages are those of another sender
    assert run.done().busiest > LIMIT


def test_replies_that_are_no_more_urgent_wait_behind_the_many(database: Database, redis: "Redis") -> None:
    """Shows the same for the replies."""
    assert Run(database, redis, many=120, reply_priority=BULK).done().behind > 4
