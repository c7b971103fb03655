"""Who somebody is, from the signed webhook on: a forged SMS, and a number that has changed hands."""

from datetime import timedelta
from itertools import count
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.conversation.web_sessions import WebSession
from bot.delivery.dispatch import compose, resend
from bot.delivery.dispatch.compose import NotWanted
from bot.delivery.outbox import enqueue
from bot.domain import events, passes, people, roster
from bot.domain.messaging import audience
from bot.domain.messaging.audience import Selection
from bot.domain.models import (
    Attempt,
    ChangedHands,
    Checkin,
    Contact,
    ContactAlias,
    Delivery,
    Event,
    HeadCount,
    Pass,
)
from bot.domain.passes import registration as registrations
from bot.domain.roster import sessions as staff_sessions
from bot.inbound import Inbound
from bot.service import Service
from flows.understanding.codes import shown
from flows.visitor.undelivered import PROVE, PROVED, UNCONFIRMED
from tests.bot.domain.builders import asking
from webhooks.simulator.twilio.signature import sign
from webhooks.visitor.session import COOKIE

PHONE, RAVI, MIRA = "+919844444444", "+919811111111", "+919822222222"
pytestmark = pytest.mark.databases("sqlite", "postgres")
ORIGIN = "https://localhost"
ADDRESS = f"{ORIGIN}/webhooks/twilio/message"


one_is_enough = pytest.mark.databases("sqlite")
"""Where both databases cannot but do the same."""


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
def letters(service: Service, client: FlaskClient) -> Phones:
    """Doors over a fair of today and the days after."""
    with service.database.write() as db:
        now = service.now()
        days: dict[str, Any] = {"starts_on": now.date(), "ends_on": now.date() + timedelta(days=3)}
        events.create(db, slug="fair", name="Book Fair", gates=["Main"], now=now, **days)
        events.open_event(db, "fair")
        for phone, role in ((RAVI, "admin"), (MIRA, "supervisor")):
            roster.add(db, "fair", phone=phone, name=role, role=role, region="IN", now=now)
    return Phones(client, service)


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
def test_a_roster_number_counts_only_on_whatsapp(letters: Phones, lane: str) -> None:
    code = issued(letters)
    words = (code, f"check {code}", f"out {code}", f"force {code} no battery", "in 5", "find Asha", "stats", "new")
    for text in (*words, "pause entry", "visitor", code):
        assert not letters.say(text, lane).startswith(("✅", "⛔"))
    assert [letters.rows(table) for table in (Checkin, Attempt, HeadCount)] == [[], [], []]
    assert [event.entry_paused_at for event in letters.rows(Event)] == [None]
    assert letters.say(code, f"whatsapp:{RAVI}").startswith("✅")


def test_a_forged_sms_answers_no_question_that_stands_open_on_whatsapp(letters: Phones) -> None:
    code, lane = issued(letters), f"whatsapp:{RAVI}"
    letters.say("in 500", lane)
    letters.say("yes", RAVI)
    assert letters.rows(HeadCount) == []
    letters.say("yes", lane)
    assert [one.people for one in letters.rows(HeadCount)] == [500]
    letters.say("cancel pass", f"whatsapp:{PHONE}")
    letters.say("yes", PHONE)
    assert [shown(one.code) for one in letters.rows(Pass) if one.status == "valid"] == [code]


@pytest.mark.parametrize("words", [("cancel pass", "yes"), ("delete my data", "yes", "yes"), ("change", "2", "1")])
def test_an_sms_takes_no_pass_from_anybody(letters: Phones, words: tuple[str, ...]) -> None:
    issued(letters)
    for text in words:
        answer = letters.say(text, PHONE)
    assert answer
    assert [one.status for one in letters.rows(Pass)] == ["valid"]
    assert len(letters.rows(Contact)) == 1


# --- a number that has changed hands ------------------------------------------------------------

OLD, NEW = "IN.1001", "IN.2002"
LANE = f"whatsapp:{PHONE}"


def held(phones: Phones) -> list[tuple[str, str]]:
    """Each pass: its code and its state."""
    return [(shown(one.code), one.status) for one in sorted(phones.rows(Pass), key=lambda one: one.id)]


def owner(phones: Phones, kind: str, value: str) -> int | None:
    """The contact that goes by this."""
    found = [one.contact_id for one in phones.rows(ContactAlias) if (one.kind, one.value) == (kind, value)]
    return found[0] if found else None


def test_who_has_a_recycled_number_sees_changes_and_cancels_nothing_of_its_former_owner(letters: Phones) -> None:
    code = issued(letters, user=OLD)
    letters.say("cancel pass", LANE, OLD)  # an open question, to which a yes of the new owner is no answer
    answers = [letters.say("yes", LANE, NEW)]
    for text in ("yes", "my pass", "change", "2", "cancel pass", "yes", "my data", code[:4], "menu", "language", "2"):
        answers.append(letters.say(text, LANE, NEW))
    told = "\n".join(answers)
    assert [secret for secret in (code, "Asha") if secret in told] == []
    assert held(letters) == [(code, "valid")]
    assert letters.rows(Delivery) == []
    assert code in letters.say("hi", f"whatsapp:{OLD}")


def test_they_are_told_once_and_the_web_follows_the_number(letters: Phones) -> None:
    code = issued(letters, user=OLD)
    mark = PROVE.source[:40]
    assert [mark in letters.say(text, LANE, NEW) for text in ("hi", "1", "restart", "menu")] == [True] + [False] * 3
    now = letters.service.now()
    with letters.service.database.read() as db:
        assert [one.id for one in people.find_all(db, phone=PHONE)] == [owner(letters, "user", NEW)]
        present = people.find_all(db, phone=PHONE)[0]
        assert passes.of_person(db, present, now) == []
        former = people.find_all(db, user=OLD)[0]
        assert [shown(one.code) for one in passes.of_person(db, former, now)] == [code]
    assert owner(letters, "phone", PHONE) == owner(letters, "user", NEW)


@one_is_enough
def test_a_page_for_which_the_former_owner_proved_the_number_is_theirs_no_more(letters: Phones) -> None:
    code, service = issued(letters, user=OLD), letters.service
    with letters.client.session_transaction() as cookie:
        cookie[COOKIE] = "their visit"
    service.web_sessions.save(WebSession("their visit", PHONE, proved_at=service.now().timestamp()))
    assert code in letters.client.get("/passes").text
    letters.say("hi", LANE, NEW)
    for page in ("/passes", "/passes/data"):
        assert code not in letters.client.get(page, follow_redirects=True).text
    service.web_sessions.save(
        WebSession("their visit", PHONE, proved_at=service.now().timestamp())
    )  # by whoever has it now
    with letters.client as client:
        assert client.get("/passes/data").status_code == 200


def test_a_message_of_the_former_owners_that_is_found_late_takes_the_number_from_nobody(letters: Phones) -> None:
    code, service = issued(letters, user=OLD), letters.service
    letters.say("hi", LANE, NEW)
    late = Inbound("SMlate", LANE, service.settings.twilio_whatsapp_from[0], phone=PHONE, user=OLD, text="my pass")
    assert service.dialogue.handle_found(late, service.now() - timedelta(minutes=5))
    assert owner(letters, "phone", PHONE) == owner(letters, "user", NEW)
    assert code not in letters.say("my pass", LANE)


@pytest.mark.parametrize("words", [(), ("hi",), ("hi", "1", "Ravi Kumar")])
def test_a_pass_code_of_the_former_owner_joins_the_two(letters: Phones, words: tuple[str, ...]) -> None:
    code = issued(letters, user=OLD)
    for text in words:
        letters.say(text, LANE, NEW)
    answer = letters.say(code.lower(), LANE, NEW)
    assert PROVED.source[:20] in answer
    for lane, user in ((LANE, NEW), (LANE, ""), (f"whatsapp:{NEW}", ""), (f"whatsapp:{OLD}", "")):
        assert code in letters.say("my pass", lane, user)
    assert len({owner(letters, *name) for name in (("phone", PHONE), ("user", OLD), ("user", NEW))}) == 1
    assert code in letters.say("my pass", LANE, OLD)  # on file, too
    assert letters.rows(ChangedHands) == []


def test_five_codes_in_an_hour_and_a_wrong_one_tells_nothing(letters: Phones) -> None:
    code = issued(letters, user=OLD)
    stranger = issued(letters, "+919855555555", "IN.3003")
    letters.say("hi", LANE, NEW)
    wrong = [letters.say(text, LANE, NEW) for text in (stranger, "9XK4-P2CZ", stranger, "9XK4-P2CZ", stranger)]
    assert len(set(wrong)) == 1
    assert letters.say(code, LANE, NEW) not in wrong
    assert owner(letters, "user", NEW) != owner(letters, "user", OLD)
    with letters.service.database.write() as db:
        for row in db.scalars(select(ChangedHands)):
            row.tries_since = row.tries_since and row.tries_since - timedelta(hours=1)
    assert PROVED.source[:20] in letters.say(code, LANE, NEW)


def test_what_is_owed_to_the_number_is_let_go_and_nothing_more_goes_there(letters: Phones) -> None:
    code = issued(letters, user=OLD)
    letters.say("my pass", LANE, OLD)
    service = letters.service
    with service.database.write() as db:
        issued_pass = db.scalars(select(Pass)).one()
        to: dict[str, Any] = {"address": LANE, "sender": None, "now": service.now()}
        enqueue.enqueue_pass(db, issued_pass, language="en", **to)
        enqueue.enqueue_reply(db, message_sid="SM9", body="your pass", **to)
        otp = {"purpose": "web", "phone": PHONE, "asker": "web:1", "language": "en"}
        enqueue.enqueue_otp(db, **otp, address=PHONE, now=service.now())
    letters.say("hi", LANE, NEW)
    rows = {one.kind: (one.status, one.reason) for one in letters.rows(Delivery)}
    let_go = ("canceled", "number_changed_hands")
    assert rows == {"pass": let_go, "reply": let_go, "otp": ("owed", None)}
    with service.database.write() as db:
        issued_pass = db.scalars(select(Pass)).one()
        again = resend.resend(db, issued_pass, service.now())
        assert db.get_one(Delivery, again).lane == f"whatsapp:{OLD}"
        late = enqueue.enqueue_pass(db, issued_pass, language="en", **to)  # as by a hand that does not look
        with pytest.raises(NotWanted, match="number_changed_hands"):
            compose.compose(db, db.get_one(Delivery, late), service.settings, service.now(), service.ring)
        event = db.scalars(select(Event)).one()
        [person] = audience.page(db, event, Selection(), 0).people
        assert person.addresses == (f"whatsapp:{OLD}",)
    assert held(letters) == [(code, "valid")]


def test_a_message_without_an_id_is_of_who_has_the_number_now(letters: Phones) -> None:
    code = issued(letters, user=OLD)
    assert code in letters.say("my pass", LANE)
    letters.say("hi", LANE, NEW)
    assert code not in letters.say("my pass", LANE)
    assert code in letters.say("my pass", f"whatsapp:{OLD}")
    assert owner(letters, "phone", PHONE) == owner(letters, "user", NEW)


def test_a_new_number_of_the_same_account_is_added_and_taken_from_who_had_it(letters: Phones) -> None:
    code = issued(letters, user=OLD)
    other = issued(letters, "+919855555555", "IN.3003")
    assert code in letters.say("my pass", "whatsapp:+919866666666", OLD)
    seen = letters.say("my pass", "whatsapp:+919855555555", OLD)
    assert code in seen
    assert other not in seen
    mine = {owner(letters, "phone", number) for number in (PHONE, "+919866666666", "+919855555555")}
    assert mine == {owner(letters, "user", OLD)}
    assert other in letters.say("my pass", "whatsapp:IN.3003")


def test_a_number_without_any_account_is_not_joined_with_one_that_has_another_number(letters: Phones) -> None:
    code = issued(letters, user=OLD)
    other = issued(letters, "+919855555555")
    assert other not in letters.say("my pass", "whatsapp:+919855555555", OLD)
    assert code in letters.say("my pass", f"whatsapp:{OLD}")
    letters.say(other, "whatsapp:+919855555555", OLD)
    assert owner(letters, "phone", PHONE) == owner(letters, "phone", "+919855555555")


def test_a_volunteer_whose_number_comes_with_another_account_works_once_a_supervisor_says_so(letters: Phones) -> None:
    code, lane = issued(letters), f"whatsapp:{RAVI}"
    supervisor = f"whatsapp:{MIRA}"
    assert letters.say("check " + code, lane, OLD).startswith("✅")
    assert UNCONFIRMED.source[:30] in letters.say("hi", lane, NEW)
    for text in (code, "stats", f"force {code} no battery", "pause entry"):
        assert not letters.say(text, lane, NEW).startswith(("✅", "⛔"))
    assert letters.rows(Checkin) == []
    told = [one for one in letters.rows(Delivery) if one.lane == supervisor]
    assert len(told) == 1
    with letters.service.database.read() as db:
        assert staff_sessions.places(db, RAVI, letters.service.now()) == []
        assert not staff_sessions.may_sign_in(db, RAVI)
    letters.say("resume admin", supervisor)
    assert letters.say(code, lane, NEW).startswith("✅")


def test_whoever_is_forgotten_leaves_nothing_of_the_number(letters: Phones) -> None:
    issued(letters, user=OLD)
    letters.say("hi", LANE, NEW)
    for text in ("delete my data", "yes"):
        letters.say(text, LANE, NEW)
    assert letters.rows(ChangedHands) == []
    assert [one.status for one in letters.rows(Pass)] == ["valid"]
    assert owner(letters, "user", NEW) is None
    assert owner(letters, "user", OLD) is not None
