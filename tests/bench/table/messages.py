"""A message of the registration, beside a form and one pipeline of Redis' behind the same gunicorn."""

import itertools
from urllib.parse import urlencode

from tests.bench.table import load
from tests.bench.table.load import Talk
from tests.bench.table.plan import LINES, Plan
from tests.bench.table.rounds import Rounds, answer_times
from tests.bench.table.rows import Row
from tests.bench.table.stack import TOKEN, Stack
from tests.chaos.plan import SPOKEN, name_of
from webhooks.simulator.store.messages import new_sid
from webhooks.simulator.store.phones import SimulatedPhone
from webhooks.simulator.store.state import MESSAGE_PATH
from webhooks.simulator.twilio import inbound_form
from webhooks.simulator.twilio.http import FORM_TYPE, USER_AGENT
from webhooks.simulator.twilio.signature import sign

PLACES = len(SPOKEN)
BARE_PATH = "/form"
ANSWERED = b"<Message>"


class Registering:
    """Rounds in which people register."""

    def __init__(self, stack: Stack, plan: Plan) -> None:
        self._stack, self._plan = stack, plan
        self._numbers = itertools.count(1)
        self._last: list[float] = []
        self.rounds = Rounds()
        self.people = 0

    @property
    def messages(self) -> int:
        """How many have been sent."""
        return self.people * PLACES

    def turn(self) -> int:
        """Let the bare application and ours take a turn; how many passes are owed by it."""
        self.rounds.bare(self._stack, self._forms(self._plan.bare))
        driven = self.rounds.ours(self._stack, self.talks(self._plan.people))
        self._last += driven.took[-1]
        return self._plan.people

    def rows(self) -> list[Row]:
        """Of all turns so far."""
        last = answer_times(f"its last message, {LINES} phones at once", self._last)
        return [*self.rounds.rows("a message of the registration", "messages"), *last]

    def at_half_rate(self) -> list[Row]:
        """Answer times while messages come at half of the rate that was the most."""
        rate, bare_rate = self.rounds.half_rates
        seconds = self._plan.paced_seconds
        ours = self.rounds.paced(self._stack, self.talks(max(5, int(rate * seconds / PLACES))))
        bare = self.rounds.bare_paced(self._stack, self._forms(int(bare_rate * seconds)))
        last = answer_times("the last message at half of that rate", ours.took[-1])
        return [*answer_times("an answer at half of that rate", ours.all_took, bare.all_took), *last]

    def talks(self, people: int) -> list[Talk]:
        """What so many people say to register, from phones that nobody had before."""
        self.people += people
        return [Talk(self._said(MESSAGE_PATH), ANSWERED) for _ in range(people)]

    def _forms(self, number: int) -> list[Talk]:
        """The messages, each for itself, for the bare application."""
        people = [self._said(BARE_PATH) for _ in range(1 + number // PLACES)]
        return [Talk((one,), ANSWERED) for said in people for one in said][:number]

    def _said(self, path: str) -> tuple[bytes, ...]:
        number = f"+9182{next(self._numbers):08d}"
        phone = SimulatedPhone(number, name_of(number))
        return tuple(self._request(path, phone, text.format(name=phone.name)) for text in SPOKEN)

    def _request(self, path: str, phone: SimulatedPhone, text: str) -> bytes:
        """A message as Twilio posts it, signed."""
        ours = self._stack.settings
        written = inbound_form.ComposedMessage(text=text)
        form = inbound_form.parameters(
            new_sid("SM"), phone, ours.twilio_whatsapp_from[0], written, ours.twilio_account_sid
        )
        signature = sign(ours.origin + MESSAGE_PATH, form, TOKEN)
        headers = {"Content-Type": FORM_TYPE, "User-Agent": USER_AGENT, "X-Twilio-Signature": signature}
        return load.post(ours.port, path, urlencode(form).encode(), headers)
