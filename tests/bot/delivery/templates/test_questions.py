"""A question that goes with buttons: sent by its template, and as plain words where Twilio refuses it."""

import json

import pytest

from bot.database import Database
from bot.delivery import templates
from bot.delivery.dispatch import Outbox, enqueue_reply
from bot.delivery.templates.interactive import CardShape
from bot.domain.models import ContentTemplate, Delivery
from bot.errors import SendFailed
from tests.bot.delivery.conftest import LANE, NOW, Clock, FakeTwilio, reply, row

SID = "HX" + "1" * 32
SHAPE = CardShape("buttons", 2, (1,)).name
VALUES = ["Is it right?", "Yes", "agree.0123abcd:yes", "No", "agree.0123abcd:no"]
WORDS = "Is it right?\n\n1. Yes\n2. No"
NO_ANSWER = SendFailed("no_answer", retry=True, unclear=True)


@pytest.fixture(autouse=True)
def template(database: Database) -> None:
    with database.write() as db:
        db.add(
            ContentTemplate(
                **{"name": "pravesh_x", "shape": SHAPE, "language": "en", "sid": SID, "content_hash": "x"},
                **{"approval": "unsubmitted", "created_at": NOW},
            )
        )


def question(database: Database, sid: str = "SM1") -> int:
    asked = {"mark": "agree.0123abcd:", "shape": SHAPE, "values": VALUES}
    with database.write() as db:
        return enqueue_reply(db, message_sid=sid, address=LANE, sender=None, body=WORDS, now=NOW, question=asked)


def usable(database: Database, clock: Clock) -> bool:
    with database.read() as db:
        return templates.sid_of(db, SHAPE, clock.at) is not None


def test_it_goes_by_its_template(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    asked = question(database)
    assert question(database) == asked
    outbox.deliver(asked)
    (sent,) = twilio.sent
    assert sent.content is not None
    assert (sent.content[0], sent.body) == (SID, "")
    assert json.loads(sent.content[1]) == {str(number): value for number, value in enumerate(VALUES, 1)}
    assert (row(database, asked).kind, row(database, asked).status) == ("question", "queued")


@pytest.mark.parametrize("code", ["21655", "21656", "63013", "63016", "http_404", "99999"])
def test_a_refused_template_is_followed_at_once_by_the_words(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock, code: str
) -> None:
    twilio.failures = [SendFailed(code, retry=False)]
    asked = question(database)
    outbox.deliver(asked)
    (sent,) = twilio.sent
    assert (sent.body, sent.content) == (WORDS, None)
    assert row(database, asked).status == "queued"
    assert usable(database, clock) == (code == "63016")


@pytest.mark.parametrize("code", ["21610", "63024"])
def test_what_is_about_the_person_is_not_tried_in_other_words(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock, code: str
) -> None:
    twilio.failures = [SendFailed(code, retry=False)]
    asked = question(database)
    outbox.deliver(asked)
    assert twilio.sent == []
    assert row(database, asked).status == "failed"
    assert usable(database, clock)


def test_the_words_in_its_place_wait_for_a_place_of_their_own(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    for _ in range(78):  # what others take: the template gets the last place of this second
        outbox.rate_limiter.record_sent("whatsapp:+14155238886", "whatsapp:+911")
    twilio.failures = [SendFailed("21656", retry=False)]
    asked = question(database)
    outbox.deliver(asked)
    waits = row(database, asked)
    assert (twilio.failures, twilio.sent) == ([], [])
    assert (waits.status, waits.tried_at, waits.attempts, waits.payload) == ("owed", None, 0, {"body": WORDS})
    clock.move(seconds=2)
    outbox.deliver(asked)
    assert twilio.bodies == [WORDS]


def test_a_busy_provider_gets_the_template_again(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures = [SendFailed("20503", retry=True)]
    asked = question(database)
    outbox.deliver(asked)
    clock.move(seconds=60)
    outbox.deliver(asked)
    assert [sent.content is not None for sent in twilio.sent] == [True]


def test_one_that_failed_on_its_way_goes_as_words_once(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    asked = question(database)
    outbox.deliver(asked)
    for _ in range(2):
        outbox.record_status(twilio.sent[0].sid, asked, "undelivered", 63013, clock.at)
    for _ in range(2):
        outbox.deliver(asked)
    assert [(sent.body, sent.content is None) for sent in twilio.sent] == [("", False), (WORDS, True)]
    assert not usable(database, clock)
    outbox.record_status(twilio.sent[1].sid, asked, "undelivered", 63013, clock.at)
    outbox.deliver(asked)
    assert len(twilio.sent) == 2
    assert row(database, asked).status == "undelivered"


def test_words_that_were_sent_in_its_place_are_found_after_a_broken_call(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures = [SendFailed("21656", retry=False)]
    asked = question(database)
    outbox.deliver(asked)
    with database.write() as db:  # as a process leaves it that was killed before it noted the SID
        kept = db.get_one(Delivery, asked)
        kept.status, kept.message_sid, kept.tried_at, kept.sent_at = "owed", None, clock.at, None
    clock.move(seconds=120)
    outbox.deliver(asked)
    assert [sent.body for sent in twilio.sent] == [WORDS]
    assert row(database, asked).message_sid == twilio.sent[0].sid


@pytest.mark.parametrize("listed_as", ["Is it right?", WORDS])
def test_a_question_is_found_by_either_of_its_texts(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock, listed_as: str
) -> None:
    twilio.failures, twilio.taken_all_the_same = [NO_ANSWER], True
    asked = question(database)
    outbox.deliver(asked)
    twilio.sent[0].body = listed_as
    clock.move(seconds=120)
    outbox.deliver(asked)
    assert len(twilio.sent) == 1
    assert row(database, asked).message_sid == twilio.sent[0].sid


def test_a_template_that_has_gone_leaves_the_words(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    asked = question(database)
    with database.write() as db:
        db.delete(db.get_one(ContentTemplate, "pravesh_x"))
    outbox.deliver(asked)
    assert [(sent.body, sent.content) for sent in twilio.sent] == [(WORDS, None)]


def test_a_later_answer_waits_for_it(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    asked, later = question(database), reply(database, "later")
    outbox.deliver(later)
    assert twilio.sent == []
    outbox.deliver(asked)
    outbox.deliver(later)
    assert [sent.body for sent in twilio.sent] == ["", "later"]
