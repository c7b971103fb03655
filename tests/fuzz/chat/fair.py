"""The two events of the chat's search, who works there and who visits, over the real path of a message."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast

import time_machine

from bot.conversation.dialogue import Dialogue
from bot.conversation.turn import TurnResult, TurnRunner
from bot.delivery.message import OutboundMessage, SentSearch
from bot.delivery.outbox import enqueue
from bot.domain import events, people, roster
from bot.domain.events import changes
from bot.domain.models import Delivery
from bot.domain.passes import registration as registrations
from bot.inbound import Inbound
from bot.redis_client import Command
from bot.service import Service, assemble
from bot.settings import SIMULATED_SENDER, Settings
from flows import engine
from flows.shapes import State
from tests.bot.delivery.draining import drain
from tests.bot.domain.builders import asking
from webhooks.twilio import read_inbound

BEGIN = datetime(2027, 1, 14, 6, 30, tzinfo=UTC)
"""Noon of the first day, in Kolkata."""
FIRST_DAY = BEGIN.date()
CAPACITY = 9
PATIENCE_SECONDS = 60.0
"""For one turn: longer than a webhook waits, since a busy machine is no find."""
CITY = {"name": "city", "kind": "text", "required": False, "labels": {"en": "Which city?", "hi": "कौन सा शहर?"}}


@dataclass(frozen=True, slots=True)
class Someone:
    """A phone, and the name that is nobody else's."""

    form: Mapping[str, str]
    name: str
    works_for: str = ""
    """The event on whose roster they stand."""

    @property
    def address(self) -> str:
        return self.form["From"]

    @property
    def marks(self) -> tuple[str, ...]:
        """What nobody else's answer may hold, beside the codes of passes."""
        digits = "".join(filter(str.isdigit, self.address))
        return (self.name.rpartition(" ")[2], *((digits[-10:],) if len(digits) > 9 else ()))


def _by_phone(phone: str, name: str, works_for: str = "", **more: str) -> Someone:
    return Someone({"From": f"whatsapp:{phone}", "ProfileName": name, **more}, name, works_for)


VISITORS = {
    "asha": _by_phone("+919810000001", "Ashavari Zutshi"),
    "bina": _by_phone("+919810000002", "Binodini Yatnal", ExternalUserId="IN.binodini2"),
    "chitra": Someone({"From": "whatsapp:IN.chitra3", "ProfileName": "Chitra Xessian"}, "Chitra Xessian"),
    "dev": Someone({"From": "+919810000004", "ProfileName": "Devnand Waghela"}, "Devnand Waghela"),
}
STAFF = {
    "ravi": _by_phone("+919811111111", "Ravindra Ulhasnagarkar", "fair"),
    "mira": _by_phone("+919822222222", "Mirabai Tungarekar", "fair"),
    "omar": _by_phone("+919833333333", "Omarjit Sivaraman", "fair"),
    "tara": _by_phone("+919844444444", "Tarabai Qureshi", "expo"),
}
PEOPLE = VISITORS | STAFF
ROLES = {"ravi": "volunteer", "mira": "supervisor", "omar": "admin", "tara": "volunteer"}


@dataclass
class Carrier:
    """Takes everything, and remembers it."""

    sent: list[OutboundMessage] = field(default_factory=list)

    def send(self, message: OutboundMessage) -> str:
        self.sent.append(message)
        return f"SM{len(self.sent):032}"

    def find(self, wanted: SentSearch) -> None:
        """No call is unclear here."""


@dataclass
class Noting:
    """The service's turns, and the result of the last one."""

    turns: TurnRunner
    last: TurnResult | None = None

    def run(self, *args: Any, **named: Any) -> TurnResult:
        self.last = self.turns.run(*args, **named)
        return self.last

    def taken(self) -> TurnResult | None:
        """The result since this was last asked; None: no turn was run."""
        last, self.last = self.last, None
        return last

    def noting_commands(self, taken: TurnResult) -> tuple[Command, ...]:
        return self.turns.noting_commands(taken)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one message."""

    sid: str
    text: str
    """In the webhook's own response; empty: nothing."""
    others: tuple[str, ...]
    """Further answers to it, by the outbox."""
    broken: bool
    before: Mapping[str, Any]
    """The writer's state before it."""
    after: Mapping[str, Any]


class Fair:
    """The service with its events; `anew` makes all as it was."""

    def __init__(self, service: Service, template: Path, file: Path, moment: time_machine.Traveller) -> None:
        self.carrier, self.moment = Carrier(), moment
        outbox = replace(
            service.outbox, twilio=self.carrier, now=now, sleep=lambda seconds: None, check_media=lambda url: None
        )
        self.turns = Noting(service.dialogue._turns)
        dialogue = Dialogue(service.conversations, cast(TurnRunner, self.turns), service.database, outbox, now)
        sender = replace(service.broadcast_sender, outbox=outbox)
        self.service = replace(service, outbox=outbox, dialogue=dialogue, broadcast_sender=sender, now=now)
        self._template, self._file, self._numbers = template, file, count(1)
        self.states: dict[str, Mapping[str, Any]] = {}
        self.messages = self.left = 0
        """How many were written, and how many left of themselves, in all."""

    def anew(self) -> None:
        """The beginning: nobody has written yet."""
        self.service.database.close()
        for name in ("-wal", "-shm"):
            self._file.with_name(self._file.name + name).unlink(missing_ok=True)
        shutil.copyfile(self._template, self._file)
        self.service.redis.flushdb()
        self.turns.turns.sources._cached = ((-1, -1), ())
        self.moment.move_to(BEGIN)
        self.carrier.sent.clear()
        self.states.clear()

    def post(self, who: str, form: Mapping[str, str], sid: str = "") -> Answer:
        """What comes of a message in Twilio's form."""
        sid = sid or f"SM{next(self._numbers):032}"
        inbound = read_inbound({"MessageSid": sid, "To": SIMULATED_SENDER, "NumMedia": "0", **PEOPLE[who].form, **form})
        assert isinstance(inbound, Inbound)
        self.messages += 1
        before = self.states.get(who, engine.to_json(State()))
        text = self.service.dialogue.handle(inbound, wait=PATIENCE_SECONDS)
        last = self.turns.taken()
        self.states[who] = last.state if last else before
        broken = last is not None and last.broken
        return Answer(sid, text, self._owed(sid), broken, before, self.states[who])

    def _owed(self, sid: str) -> tuple[str, ...]:
        with self.service.database.read() as db:
            rows = db.query(Delivery).filter(Delivery.key == f"reply:{sid}")
            return tuple(str(row.payload.get("body", "")) for row in rows)

    def drain(self) -> list[OutboundMessage]:
        """What leaves now."""
        already = len(self.carrier.sent)
        self.service.broadcast_sender.run(now())
        drain(self.service.outbox)
        self.left += len(self.carrier.sent) - already
        return self.carrier.sent[already:]


def now() -> datetime:
    """The moment of the search."""
    return datetime.now(UTC)


@contextmanager
def fair(folder: Path, redis_url: str, template: Path) -> Iterator[Fair]:
    """The service over an SQLite file in this folder; `template` is a migrated one."""
    file, begun = folder / "chat.db", folder / "begun.db"
    shutil.copyfile(template, file)
    settings = Settings(
        database_url=f"sqlite:///{file}",
        redis_url=redis_url,
        secret_key="a secret for the search only",
        public_url="https://localhost",
        twilio_sms_from="+14155550100",
    )
    service = assemble(settings)  # before time stands still: its clock compares itself with Redis'
    try:
        with time_machine.travel(BEGIN, tick=False) as moment:
            _make_events(service)
            with service.database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(file, begun)
            yield Fair(service, begun, file, moment)
    finally:
        service.close()


def _make_events(service: Service) -> None:
    with service.database.write() as db:
        days: dict[str, Any] = {"starts_on": FIRST_DAY, "now": BEGIN, "gates": ["Main", "North"]}
        hours: dict[str, Any] = {"opens": time(9), "closes": time(20), "capacity_per_day": CAPACITY, "max_party": 4}
        ends: dict[str, Any] = {"ends_on": FIRST_DAY + timedelta(days=2)}
        events.create(db, slug="fair", name="Book Fair", questions=[CITY], **days, **hours, **ends).reminder_at = time(
            18
        )
        events.create(db, slug="expo", name="Flower Show", policy="in_out", ends_on=FIRST_DAY, **days)
        for slug in ("fair", "expo"):
            changes.open_event(db, slug)
        for who, role in ROLES.items():
            person = STAFF[who]
            phone = person.address.removeprefix("whatsapp:")
            gate = "main" if who != "mira" else None
            said: dict[str, Any] = {"name": person.name, "role": role, "gate": gate, "region": "IN", "now": BEGIN}
            roster.add(db, person.works_for, phone=phone, **said)
        for who, slug, size in (("asha", "fair", 3), ("bina", "fair", 1), ("bina", "expo", 2)):
            phone = VISITORS[who].address.removeprefix("whatsapp:")
            holder = people.find_or_make(db, phone=phone, user=VISITORS[who].form.get("ExternalUserId"), now=BEGIN)
            holder.language = "hi" if who == "bina" else "en"
            wish = {"event": slug, "full_name": VISITORS[who].name, "visit_date": FIRST_DAY, "party_size": size}
            made = registrations.register(db, service.ring, **asking(holder, now=BEGIN, **wish))
            enqueue.enqueue_pass(
                db, made, address=VISITORS[who].address, sender=None, language=holder.language, now=BEGIN
            )
