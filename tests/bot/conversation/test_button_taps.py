"""Taps count for the question they belong to, and buttons are asked with where templates carry them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select

from bot.conversation import button_taps
from bot.conversation.effects import EffectDeps
from bot.conversation.facts import Sources
from bot.conversation.turn import TurnResult, TurnRunner
from bot.database import Database
from bot.delivery.dispatch import enqueue_reply
from bot.delivery.templates import TemplateCatalog, discovery, interactive, sync
from bot.delivery.templates.interactive import InteractiveCard
from bot.delivery.twilio.content_api import ContentApi
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.domain.messaging.otp import OwnOtps
from bot.domain.models import Delivery
from bot.inbound import Inbound
from tests.bot.delivery.templates.test_templates import FakeContentApi

NOW = datetime(2027, 1, 10, 6, 30, tzinfo=UTC)
PERSON = "whatsapp:+919811111111"
OURS = "whatsapp:+14155238886"
SECRET = "a secret of at least sixteen"


@dataclass
class Talk:
    """One person's conversation, turn by turn, with what they were shown."""

    turns: TurnRunner
    database: Database
    state: Mapping[str, Any] | None = None
    count: int = 0
    now: datetime = NOW

    def hear(self, text: str = "", **more: Any) -> TurnResult:
        """Take a turn; a question with buttons is owed and sent, as the dialogue and the worker would."""
        self.count += 1
        self.now += timedelta(seconds=5)
        inbound = Inbound(f"SMin{self.count}", PERSON, OURS, phone="+919811111111", text=text, **more)
        taken = self.turns.run(inbound, self.state, self.now)
        self.state = taken.state
        if taken.question is not None:
            self._send(inbound, taken)
        return taken

    def _send(self, inbound: Inbound, taken: TurnResult) -> None:
        with self.database.write() as db:
            owed = enqueue_reply(
                db,
                message_sid=inbound.sid,
                address=PERSON,
                sender=OURS,
                body=taken.text,
                now=self.now,
                question=taken.question,
            )
            db.get_one(Delivery, owed).message_sid = f"MMout{self.count}"

    def tap(self, question: TurnResult, number: int, *, on: str = "", bare: bool = False) -> TurnResult:
        """Tap the n-th button of a question. `on`: the SID of the message; `bare`: an id without its mark."""
        card = shown(question)
        ids = [value for value in card.values if question.question and value.startswith(question.question["mark"])]
        payload = ids[number - 1].rpartition(":")[2] if bare else ids[number - 1]
        return self.hear("what the button says", form="choice", choice=payload, replied_to=on)

    @property
    def asked(self) -> str:
        return str((self.state or {}).get("asked"))

    @property
    def answers(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (self.state or {})["answers"]
        return found

    @property
    def last_sid(self) -> str:
        return f"MMout{self.count}"


def shown(taken: TurnResult) -> InteractiveCard:
    assert taken.question is not None
    return InteractiveCard.from_template(taken.question["shape"], taken.question["values"])


@pytest.fixture
def talk(database: Database, redis: "Redis") -> Talk:
    """Somebody new, the demo event, and every template that the flows ask for."""
    with database.write() as db:
        events.make_demo(db, NOW)
        demo = events.snapshot(db, NOW)
        found = [(event, events.days(db, event.slug)) for event in demo]
    wanted = interactive.template_specs(discovery.needed_shapes(found, NOW))
    sync.sync(database, ContentApi(FakeContentApi()), wanted, NOW)
    return Talk(_turns(database, redis, TemplateCatalog(database, redis, lambda: NOW)), database)


def _turns(database: Database, redis: "Redis", templates: TemplateCatalog | None) -> TurnRunner:
    ring = KeyRing.open(database, SECRET, None)
    otps = OwnOtps(redis, SECRET, sms=True, template=False)
    return TurnRunner(database, Sources(database, "IN"), EffectDeps(ring, otps), templates)


def test_a_registration_by_taps(talk: Talk) -> None:
    language = talk.hear("hi")
    assert shown(language).shape.kind == "buttons"
    talk.tap(language, 1, on=talk.last_sid)
    assert talk.asked == "full_name"
    day = talk.hear("Asha Verma")
    assert shown(day).shape.name == "list_9_1"
    assert talk.tap(day, 2, on=talk.last_sid).question is None
    assert talk.asked == "party_size"
    talk.hear("3")
    summary = talk.hear("Delhi")
    assert shown(summary).shape.kind == "buttons"
    done = talk.tap(summary, 1, on=talk.last_sid)
    assert done.delivery_ids
    assert not talk.asked


def test_the_same_by_typing_numbers(talk: Talk) -> None:
    for text in ("hi", "1", "Asha Verma", "1", "3", "Delhi"):
        assert talk.hear(text).text
    assert talk.hear("yes").delivery_ids


@pytest.mark.parametrize("known", [True, False])
def test_a_tap_on_an_old_question_gets_the_present_one(talk: Talk, known: bool) -> None:
    talk.hear("hi")
    talk.hear("1")
    day = talk.hear("Asha Verma")
    sid = talk.last_sid if known else "MMunknown"
    talk.tap(day, 1, on=sid)
    before = talk.answers
    again = talk.tap(day, 2, on=sid)
    assert (talk.asked, talk.answers) == ("party_size", before)
    assert again.text


def test_a_tap_on_the_same_step_of_an_earlier_conversation_does_not_count(talk: Talk) -> None:
    talk.hear("hi")
    talk.hear("1")
    day = talk.hear("Asha Verma")
    talk.hear("restart")
    talk.hear("Ravi Kumar")
    assert talk.asked == "visit_date"
    talk.tap(day, 1)
    assert talk.asked == "visit_date"


def test_a_repeated_question_may_be_answered_on_either_copy(talk: Talk) -> None:
    talk.hear("hi")
    talk.hear("1")
    first = talk.hear("Asha Verma")
    sid = talk.last_sid
    second = talk.hear("hello there")
    assert shown(second).shape.layout == (1, 1)
    talk.tap(first, 1, on=sid)
    assert talk.asked == "party_size"


def test_our_own_record_of_a_message_is_believed_before_what_the_button_says(talk: Talk) -> None:
    language = talk.hear("hi")
    old = talk.last_sid
    talk.tap(language, 1, on=old)
    day = talk.hear("Asha Verma")
    talk.tap(day, 1, on=old)
    assert talk.asked == "visit_date"


def test_an_id_without_a_mark_counts_where_it_is_an_option(talk: Talk) -> None:
    language = talk.hear("hi")
    talk.tap(language, 2, bare=True)
    assert (talk.state or {})["language"] == "hi"
    talk.tap(language, 1, bare=True)
    assert (talk.state or {})["language"] == "hi"
    assert talk.asked == "full_name"


def test_taps_on_somebody_elses_message_name_no_question_of_this_person(talk: Talk) -> None:
    language = talk.hear("hi")
    with talk.database.write() as db:
        for row in db.scalars(select(Delivery)):
            row.lane = "whatsapp:+919822222222"
    talk.tap(language, 1, on=talk.last_sid)
    assert talk.asked == "full_name"


def test_a_turn_that_is_taken_again_has_the_same_question(talk: Talk) -> None:
    for text in ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes", "hi"):
        talk.hear(text)
    before, confirm = talk.state, talk.hear("cancel pass")
    assert shown(confirm).shape.kind == "buttons"
    gone = talk.tap(confirm, 1, on=talk.last_sid)
    again = Inbound(f"SMin{talk.count}", PERSON, OURS, phone="+919811111111", form="choice", choice="x")
    assert replace(talk.turns.run(again, before, NOW), delivery_ids=()) == replace(gone, delivery_ids=())


def test_without_templates_every_answer_is_words(database: Database, redis: "Redis") -> None:
    with database.write() as db:
        events.make_demo(db, NOW)
    bare = Talk(_turns(database, redis, TemplateCatalog(database, redis, lambda: NOW)), database)
    for text in ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes"):
        taken = bare.hear(text)
        assert taken.text
        assert taken.question is None
    assert not redis.exists("content:wanted")


def test_somebody_without_whatsapp_gets_words(talk: Talk) -> None:
    inbound = Inbound("SM1", "+919811111111", "+14155550100", phone="+919811111111", text="hi")
    assert talk.turns.run(inbound, None, NOW).question is None


@pytest.mark.parametrize("payload", ["", ":", "a:b", "visit_date.xyz:1", ".00000000:", "\0.00000000:x", "x" * 5000])
def test_any_payload_is_harmless(talk: Talk, payload: str) -> None:
    talk.hear("hi")
    talk.hear("hm", form="choice", choice=payload, replied_to="MM" + "0" * 32)
    assert talk.asked == "language"


def test_a_tag_follows_the_question_and_not_the_tries() -> None:
    state = {"flow": "registration", "asked": "visit_date", "answers": {"full_name": "A"}, "under": None, "tries": 0}
    assert button_taps.state_tag(state) == button_taps.state_tag({**state, "tries": 2, "language": "hi"})
    assert button_taps.state_tag(state) != button_taps.state_tag({**state, "answers": {"full_name": "B"}})
    assert interactive.size(button_taps.tap_mark("visit_date", state)) < 40
