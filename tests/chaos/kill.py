"""Killing processes at random, by a seed."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable

from tests.chaos.plan import Plan
from tests.chaos.processes import Stack, Started


class Killer(threading.Thread):
    """Kills as the plan says, from when it is started."""

    def __init__(self, plan: Plan, stack: Stack, taken: Callable[[], int]) -> None:
        super().__init__(daemon=True)
        self._chance = random.Random(plan.seed)
        self._plan = plan
        self._stack = stack
        self._taken = taken
        self.done: Counter[str] = Counter()
        self.over = threading.Event()
        """Set when nothing runs any more: what a thread has started dies with it."""

    @property
    def ended(self) -> bool:
        """Whether all kills are done."""
        return self.done.total() >= self._plan.kills

    def run(self) -> None:
        """Kill, and wait in between."""
        while not self.ended:
            for victim in self._aimed() if self._plan.aimed else self._at_random():
                self._kill(victim)
        self.over.wait()

    def _aimed(self) -> list[Started]:
        """Every worker, as soon as one has a message at Twilio."""
        self._wait_for_a_send()
        return [victim for victim in self._stack.victims if victim.name.startswith("worker")]

    def _at_random(self) -> list[Started]:
        """One of those that are at work, after a while.

        One web is left to answer: Twilio's own tries end after seconds, and what then happens (the fallback
        door, the comparison with Twilio's list) takes minutes by design and has tests of its own.
        """
        time.sleep(self._chance.uniform(0.2, 1.8) * self._plan.seconds / self._plan.kills)
        ready = [victim for victim in self._stack.victims if victim.is_at_work]
        webs = [victim for victim in ready if victim.own_port]
        allowed = [victim for victim in ready if victim not in webs or len(webs) > 1]
        return self._chance.sample(allowed, min(1, len(allowed)))

    def _wait_for_a_send(self) -> None:
        """Until Twilio has taken a message of ours and not answered yet."""
        before = self._taken()
        while self._taken() == before:
            time.sleep(0.01)

    def _kill(self, victim: Started) -> None:
        if victim.name.startswith("web") and self._chance.random() < 0.5 and victim.kill_child():
            self.done["a process of a web"] += 1
            return
        victim.kill()
        self.done[f"a whole {victim.name.partition('-')[0]}"] += 1
