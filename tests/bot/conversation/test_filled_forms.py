"""A form inside WhatsApp with the real turns over a real database: offered where it is approved, registering once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select

from bot.conversation.effects import EffectDeps
from bot.conversation.facts import Sources
from bot.conversation.turn import TurnResult, TurnRunner
from bot.database import Database
from bot.delivery.dispatch import enqueue_reply
from bot.delivery.templates import TemplateCatalog, forms, sync
from bot.delivery.twilio.content_api import ContentApi
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.domain.messaging.otp import OwnOtps
from bot.domain.models import Delivery, Pass, Registration
from bot.inbound import Inbound
from flows.shapes import FILLED_FORM
from flows.visitor.consent import consent_mark
from tests.bot.delivery.templates.test_templates import FakeContentApi

NOW = datetime(2027, 1, 10, 6, 30, tzinfo=UTC)
PERSON, OURS = "whatsapp:+919811111111", "whatsapp:+14155238886"
SECRET = "a secret of at least sixteen"


@dataclass
class Phone:
    """One person's conversation with the messages that they got."""

    turns: TurnRunner
    database: Database
    state: Mapping[str, Any] | None = None
    got: list[TurnResult] = field(default_factory=list)

    def hear(self, text: str = "", **more: Any) -> TurnResult:
        """Take a turn; what goes by a template leaves as a message with a SID."""
        number = len(self.got) + 1
        inbound = Inbound(f"SMin{number}", PERSON, OURS, phone=PERSON[9:], text=text, **more)
        taken = self.turns.run(inbound, self.state, NOW + timedelta(seconds=number))
        self.state = taken.state
        self.got.append(taken)
        if taken.question is not None:
            asked: dict[str, Any] = {"body": taken.text, "question": taken.question, "now": NOW}
            with self.database.write() as db:
                row = enqueue_reply(db, message_sid=inbound.sid, address=PERSON, sender=OURS, **asked)
                db.get_one(Delivery, row).message_sid = f"MMout{number}"
        return taken

    def send(self, on: int, **filled: str) -> TurnResult:
        """Send back the form of the message with this number; 0: nobody knows of which."""
        return self.hear(form=FILLED_FORM, filled=filled, replied_to=f"MMout{on}" if on else "")

    @property
    def asked(self) -> str:
        return str((self.state or {}).get("asked")) if (self.state or {}).get("flow") else ""


@pytest.fixture
def content() -> FakeContentApi:
    return FakeContentApi()


@pytest.fixture
def form_phone(database: Database, redis: "Redis", content: FakeContentApi) -> Phone:
    """Somebody new, and the demo event with its form approved."""
    with database.write() as db:
        events.make_demo(db, NOW)
        events.change(db, "demo", form="on")
        known = events.snapshot(db, NOW)
    for _ in range(2):
        sync.sync(database, ContentApi(content), forms.template_specs(known), NOW)
        content.approvals = dict.fromkeys(content.approvals, "approved")
    ring, otps = KeyRing.open(database, SECRET, None), OwnOtps(redis, SECRET, sms=True, template=False)
    catalog = TemplateCatalog(database, redis, lambda: NOW)
    return Phone(TurnRunner(database, Sources(database, "IN"), EffectDeps(ring, otps), catalog), database)


def answers(phone: Phone, **changes: str) -> dict[str, str]:
    """A whole form for the second day, its consent as it reads now."""
    with phone.database.read() as db:
        [event] = events.snapshot(db, NOW)
    day = event.starts_on + timedelta(days=1)
    whole = {"full_name": "Asha Rao", "visit_date": day.isoformat(), "party_size": "3", "city": "Delhi"}
    return {**whole, "agree": consent_mark(event, "en"), **changes}


def passes(phone: Phone) -> list[tuple[str, int]]:
    with phone.database.read() as db:
        found = db.scalars(select(Pass).order_by(Pass.id))
        return [(one.status, one.party_size) for one in found]


def test_the_form_goes_with_the_first_question_and_registers(form_phone: Phone) -> None:
    assert form_phone.hear("hi").question is None
    question = form_phone.hear("1").question
    assert question is not None
    assert question["form"] == {"flow": "registration", "event": "demo", "language": "en", "about": ""}
    done = form_phone.send(2, **answers(form_phone))
    assert len(done.delivery_ids) == 1
    assert passes(form_phone) == [("valid", 3)]
    with form_phone.database.read() as db:
        kept = db.scalars(select(Registration)).one()
        assert (kept.full_name, kept.answers) == ("Asha Rao", {"city": "Delhi"})
        assert "By ticking the box you agree" in kept.consent_text
    # The language was asked first: so many messages of ours, with the picture.
    assert len([taken for taken in form_phone.got if taken.text]) + len(done.delivery_ids) == 4


@pytest.mark.parametrize("on", [2, 0])
def test_answered_twice_it_moves_nothing_twice(form_phone: Phone, on: int) -> None:
    form_phone.hear("hi")
    form_phone.hear("1")
    form_phone.send(on, **answers(form_phone))
    again = form_phone.send(on, **answers(form_phone))
    assert passes(form_phone) == [("valid", 3)]
    assert len(again.delivery_ids) == 1  # the picture, again
    other = form_phone.send(on, **answers(form_phone, visit_date=answers(form_phone)["visit_date"][:8] + "15"))
    assert (other.delivery_ids, form_phone.asked) == ((), "agree")
    assert passes(form_phone) == [("valid", 3)]


def test_after_a_registration_in_the_chat_it_moves_nothing(form_phone: Phone) -> None:
    for text in ("hi", "1", "Asha Rao", "2", "3", "Delhi", "yes"):
        form_phone.hear(text)
    assert passes(form_phone) == [("valid", 3)]
    assert form_phone.send(2, **answers(form_phone, party_size="5")).delivery_ids
    assert passes(form_phone) == [("valid", 3)]


def test_the_consent_that_is_kept_is_the_one_that_was_ticked(form_phone: Phone) -> None:
    form_phone.hear("hi")
    form_phone.hear("1")
    form_phone.send(2, **answers(form_phone, party_size="40"))
    for text in ("language", "2", "4"):
        form_phone.hear(text)
    with form_phone.database.read() as db:
        kept = db.scalars(select(Registration)).one()
    assert (kept.language, "By ticking the box you agree" in kept.consent_text) == ("hi", True)


def test_what_was_typed_meanwhile_is_kept(form_phone: Phone) -> None:
    form_phone.hear("hi")
    form_phone.hear("1")
    form_phone.hear("Asha Verma")
    given = {name: value for name, value in answers(form_phone).items() if name != "full_name"}
    form_phone.send(2, **given)
    with form_phone.database.read() as db:
        assert db.scalars(select(Registration.full_name)).all() == ["Asha Verma"]


def test_a_form_that_cannot_be_read_is_asked_for_in_the_chat(form_phone: Phone) -> None:
    form_phone.hear("hi")
    form_phone.hear("1")
    told = form_phone.send(2)
    assert "could not read your form" in told.text
    assert form_phone.asked == "full_name"
    assert passes(form_phone) == []


def test_it_is_not_offered_before_whatsapp_has_approved_it(
    form_phone: Phone, content: FakeContentApi, database: Database, redis: "Redis"
) -> None:
    content.approvals = dict.fromkeys(content.approvals, "pending")
    sync.refresh(database, ContentApi(content))
    form_phone.turns = TurnRunner(
        database, form_phone.turns.sources, form_phone.turns.effect_deps, TemplateCatalog(database, redis, lambda: NOW)
    )
    form_phone.hear("hi")
    assert form_phone.hear("1").question is None


def test_a_change_by_form(form_phone: Phone) -> None:
    form_phone.hear("hi")
    form_phone.hear("1")
    form_phone.send(2, **answers(form_phone))
    question = form_phone.hear("change").question
    assert question is not None
    assert question["form"]["flow"] == "change"
    day = answers(form_phone)["visit_date"][:8] + "15"
    done = form_phone.send(4, visit_date=day, party_size="4")
    assert done.delivery_ids
    assert passes(form_phone) == [("replaced", 3), ("valid", 4)]
    late = form_phone.send(4, visit_date=day, party_size="7")
    assert passes(form_phone) == [("replaced", 3), ("valid", 4)]
    assert late.text
