"""Who somebody is, from the signed webhook on: a forged SMS, and a number that has changed hands."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select

from bot.database import Database
from bot.domain import events, people, registrations, staff
from bot.domain.models import Attempt, Checkin, Contact, Event, HeadCount, Pass
from bot.service import Service, assemble
from bot.settings import Settings
from flows.codes import shown
from tests.domain.making import asking
from webhooks import create_app
from webhooks.simulator.signature import sign

PHONE, RAVI, MIRA = "+919844444444", "+919811111111", "+919822222222"
ORIGIN = "https://pass.example.org"
ADDRESS = f"{ORIGIN}/webhooks/twilio/message"


class Phones:
    """Phones that write to the real doors, as Twilio posts it."""

    def __init__(self, client: FlaskClient, service: Service) -> None:
        self.client, self.service = client, service
        self._numbers = count(1)

    def say(self, text: str, lane: str, user: str = "", **more: str) -> str:
        """Write something from this address; the answer, also where it goes by the outbox."""
        sid, settings = f"SM{next(self._numbers):032}", self.service.settings
        form = {"MessageSid": sid, "AccountSid": settings.twilio_account_sid, "From": lane, "Body": text}
        form |= {"To": settings.twilio_whatsapp_from[0], "NumMedia": "0", "MessageType": "text", **more}
        form |= {"ExternalUserId": user} if user else {}
        headers = {"X-Twilio-Signature": sign(ADDRESS, form, settings.twilio_auth_token)}
        answer = self.client.post("/webhooks/twilio/message", data=form, headers=headers)
        assert answer.status_code == 200
        message = ElementTree.fromstring(answer.data).find("Message")
        return "" if message is None else "".join(message.itertext())

    def rows(self, table: Any) -> list[Any]:
        """All of a table."""
        with self.service.database.read() as db:
            return list(db.scalars(select(table)))


@pytest.fixture
def phones(redis: "Redis", redis_url: str, database: Database) -> Iterator[Phones]:
    """Doors over a fair of today and the days after."""
    settings = Settings(
        database_url=database.url, redis_url=redis_url, secret_key="of-the-tests-alone", public_url=ORIGIN
    )
    service = assemble(settings)
    app = create_app(service)
    with database.write() as db:
        now = service.now()
        days: dict[str, Any] = {"starts_on": now.date(), "ends_on": now.date() + timedelta(days=3)}
        events.create(db, slug="fair", name="Book Fair", gates=["Main"], now=now, **days)
        events.open_event(db, "fair")
        for phone, role in ((RAVI, "admin"), (MIRA, "supervisor")):
            staff.add(db, "fair", phone=phone, name=role, role=role, region="IN", now=now)
    yield Phones(app.test_client(), service)
    app.extensions["simulator"].courier.close()
    service.close()


def issued(phones: Phones, phone: str = PHONE, user: str | None = None) -> str:
    """The code of a pass of this person's for today."""
    now = phones.service.now()
    with phones.service.database.write() as db:
        holder = people.find_or_make(db, phone=phone, user=user, now=now)
        holder.language = "en"
        today = now.astimezone(ZoneInfo("Asia/Kolkata")).date()
        made = registrations.register(db, phones.service.ring, **asking(holder, visit_date=today, now=now))
        return shown(made.code)


# --- an SMS, whose sender can be forged ---------------------------------------------------------


@pytest.mark.parametrize("lane", [RAVI, MIRA, f"sms:{RAVI}", f"messenger:{RAVI}"])
def test_a_roster_number_counts_only_on_whatsapp(phones: Phones, lane: str) -> None:
    code = issued(phones)
    words = (code, f"check {code}", f"out {code}", f"force {code} no battery", "in 5", "find Asha", "stats", "new")
    for text in (*words, "pause entry", "visitor", code):
        assert not phones.say(text, lane).startswith(("✅", "⛔"))
    assert [phones.rows(table) for table in (Checkin, Attempt, HeadCount)] == [[], [], []]
    assert [event.entry_paused_at for event in phones.rows(Event)] == [None]
    assert phones.say(code, f"whatsapp:{RAVI}").startswith("✅")


def test_a_forged_sms_answers_no_question_that_stands_open_on_whatsapp(phones: Phones) -> None:
    code, lane = issued(phones), f"whatsapp:{RAVI}"
    phones.say("in 500", lane)
    phones.say("yes", RAVI)
    assert phones.rows(HeadCount) == []
    phones.say("yes", lane)
    assert [one.people for one in phones.rows(HeadCount)] == [500]
    phones.say("cancel pass", f"whatsapp:{PHONE}")
    phones.say("yes", PHONE)
    assert [shown(one.code) for one in phones.rows(Pass) if one.status == "valid"] == [code]


@pytest.mark.parametrize("words", [("cancel pass", "yes"), ("delete my data", "yes", "yes"), ("change", "2", "1")])
def test_an_sms_takes_no_pass_from_anybody(phones: Phones, words: tuple[str, ...]) -> None:
    issued(phones)
    for text in words:
        answer = phones.say(text, PHONE)
    assert answer
    assert [one.status for one in phones.rows(Pass)] == ["valid"]
    assert len(phones.rows(Contact)) == 1
