"""Twilio and a crowd of phones, as seen by our doors while the conversation store goes away and comes back."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree

from flask import Flask
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot.conversation.dialogue import deferred_answer
from bot.conversation.replay_locks import SentMessage
from bot.database import Database
from bot.domain.models import ContactAlias, Delivery, Pass
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_TOKEN
from tests.races.people import SPOKEN
from webhooks.twilio import read_inbound

DOORS = "/webhooks/twilio/"
ORIGIN = "https://localhost"
TRIES = 4
"""The first and three more, as `#rc=3&rp=ct,rt,5xx` asks for; then the fallback."""
BETWEEN_TRIES = 0.2
PATIENCE = 60.0
"""Seconds until an answer that never comes counts as lost."""
PROMISES = frozenset(deferred_answer(language) for language in (None, "en", "hi"))


@dataclass
class Line:
    """Twilio between the phones and our doors: tries, then the fallback, and a list of all that it got."""

    app: Flask
    listed: list[SentMessage] = field(default_factory=list)
    tried_in_vain: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def carry(self, form: dict[str, str]) -> tuple[str, str]:
        """Which door took the message, and what it said."""
        inbound = read_inbound(form)
        assert inbound
        with self._lock:
            self.listed.append((inbound, datetime.now(UTC).replace(microsecond=0)))
        for _ in range(TRIES):
            status, text = self._post("message", form)
            if status == 200:
                return "message", text
            assert status == 503, status
            with self._lock:
                self.tried_in_vain += 1
            time.sleep(BETWEEN_TRIES)
        status, text = self._post("fallback", {**form, "ErrorCode": "11200", "ErrorUrl": ORIGIN + DOORS + "message"})
        assert status == 200, status
        return "fallback", text

    def _post(self, door: str, form: dict[str, str]) -> tuple[int, str]:
        signature = RequestValidator(SIMULATED_TOKEN).compute_signature(ORIGIN + DOORS + door, form)
        headers = {"X-Twilio-Signature": signature}
        answer = self.app.test_client().post(DOORS + door, data=form, headers=headers)
        if answer.status_code != 200:
            return answer.status_code, ""
        texts = [message.text or "" for message in ElementTree.fromstring(answer.data).iter("Message")]
        return 200, "".join(texts)

    def received(self, since: datetime, until: datetime | None = None) -> Iterator[SentMessage]:
        """What Twilio's own list tells, the newest first."""
        with self._lock:
            listed = list(reversed(self.listed))
        yield from (one for one in listed if since.replace(microsecond=0) <= one[1] <= (until or one[1]))


@dataclass
class Heard:
    """What became of one message."""

    door: str
    text: str
    """The answer, whichever way it came; empty: none did."""
    spoken: bool
    """It came in the webhook's own response."""


BEGINNINGS = 3
"""How often somebody begins again who has no pass yet: what waited may come in between."""


@dataclass
class Person:
    """Somebody who registers; a patient one waits for each answer before they write again."""

    number: int
    line: Line
    database: Database
    patient: bool
    heard: list[Heard] = field(default_factory=list)

    @property
    def lane(self) -> str:
        return f"whatsapp:+9198200{self.number:05d}"

    def sid(self, place: int) -> str:
        return f"SM{self.number:05d}x{place}"

    def register(self) -> None:
        """Send everything that a registration takes."""
        for place in range(len(SPOKEN)):
            self.say(place, SPOKEN[place].format(name=f"Asha {'ABCDEFGHIJ'[self.number % 10]}. Rao"))
            time.sleep(0.3)
        if not self.patient:
            self.patient = True
            self._register_again()

    def _register_again(self) -> None:
        """They may have overtaken themselves: whoever got no pass begins again, and waits for each answer."""
        place = len(SPOKEN)
        for _ in range(BEGINNINGS):
            # The 1 chooses a language where none is known, and is no name where one is.
            again = ("menu",) if self.has_a_pass() else ("menu", "restart", "1", *SPOKEN[2:])
            for text in again:
                self.say(place, text.format(name="Asha Z. Rao"))
                place += 1
            if self.has_a_pass():
                return

    def has_a_pass(self) -> bool:
        """Whether the database holds one."""
        mine = select(Pass.id).join(ContactAlias, ContactAlias.contact_id == Pass.holder_id)
        with self.database.read() as db:
            return db.scalar(mine.where(ContactAlias.value == self.lane.removeprefix("whatsapp:"))) is not None

    def say(self, place: int, text: str) -> None:
        """Send one message; a patient person waits for the real answer."""
        form = {"MessageSid": self.sid(place), "AccountSid": SIMULATED_ACCOUNT, "From": self.lane, "NumMedia": "0"}
        door, said = self.line.carry({**form, "To": SIMULATED_SENDER, "Body": text})
        text = "" if said in PROMISES else said
        spoken = bool(text)
        if self.patient and not text:
            text = self.wait_for(place)
        self.heard.append(Heard(door, text, spoken))

    def wait_for(self, place: int) -> str:
        """The answer that comes by the outbox; empty where it never does."""
        deadline = time.monotonic() + PATIENCE
        row = select(Delivery).where(Delivery.key == f"reply:{self.sid(place)}")
        while time.monotonic() < deadline:
            with self.database.read() as db:
                if found := db.scalars(row).first():
                    return str(found.payload["body"])
            time.sleep(0.1)
        return ""
