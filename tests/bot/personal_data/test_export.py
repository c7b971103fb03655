"""`delete my data` in the chat: the whole path, until the turn's own traces are gone as well."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import select

from bot.database import Database
from bot.domain import events, people
from bot.domain.models import Delivery, Erasure, Pass
from bot.domain.passes import registration as registrations
from bot.errors import SendFailed
from bot.inbound import Inbound
from bot.service import Service
from tests.bot.domain.builders import asking
from tests.table_dump import dump

PHONE, NAME, ANSWER = "+919876543210", "Asha Verma", "Pondicherry"
LANE, SENDER = f"whatsapp:{PHONE}", "whatsapp:+14155238886"
_numbers = count(1)


@dataclass
class FakeTwilio:
    """Lists nothing, unless it is away."""

    away: bool = False
    asked: list[Any] = field(default_factory=list)

    def call(
        self, method: str, uri: str, *, params: Mapping[str, Any] | None = None, **_body: object
    ) -> tuple[int, dict[str, Any]]:
        self.asked.append(params)
        if self.away:
            raise SendFailed("http_503", retry=True)
        return 200, {"messages": [], "next_page_uri": None}


@pytest.fixture
def registered(service: Service, database: Database) -> Service:
    """One in which Asha is registered for today."""
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo("Asia/Kolkata")).date()
    with database.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=today, ends_on=today + timedelta(days=1), now=now)
        events.set_questions(db, "fair", [{"name": "city", "kind": "text", "labels": {"en": "City?"}}])
        events.open_event(db, "fair")
        asha = people.find_or_make(db, phone=PHONE, now=now)
        asha.language = "en"
        wish = asking(asha, visit_date=today, full_name=NAME, answers={"city": ANSWER}, now=now)
        registrations.register(db, service.ring, **wish)
    return service


def say(service: Service, text: str) -> str:
    return service.dialogue.handle(
        Inbound(f"SM{next(_numbers)}", LANE, SENDER, phone=PHONE, text=text, profile_name=NAME)
    )


def test_asked_twice_and_then_nothing_is_left(registered: Service, database: Database, redis: "Redis") -> None:
    told = say(registered, "my data")
    assert all(one in told for one in (PHONE, NAME, ANSWER, "City?"))
    say(registered, "my pass")
    for text in ("delete my data", "yes"):
        say(registered, text)
        with database.read() as db:
            assert db.scalars(select(Pass.status)).all() == ["valid"]
    say(registered, "yes")
    with database.read() as db:
        assert db.scalars(select(Pass.status)).all() == ["revoked"]
        assert set(db.scalars(select(Delivery.status))) == {"canceled"}
    soon = datetime.now(UTC) + timedelta(minutes=1)
    forgetting = replace(registered.trace_eraser, twilio=FakeTwilio(away=True), account="AC1")
    assert registered.trace_eraser.sweep(datetime.now(UTC)) == 0  # the turn leaves traces of its own until it is over
    assert forgetting.sweep(soon) == 0
    with database.read() as db:
        left = db.scalars(select(Erasure)).one()
        assert (left.reason, left.names) == ("http_503", [])
    assert replace(forgetting, twilio=FakeTwilio()).sweep(soon + timedelta(hours=1)) == 1
    after = dump(database, redis)
    assert [trace for trace in (PHONE[1:], NAME, "Asha", ANSWER) if trace in after] == []
    assert say(registered, "my data")
