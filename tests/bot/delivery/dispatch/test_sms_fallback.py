"""A picture that failed for good goes once more as a link by SMS, where there is a number and a way."""

from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import select

from bot.database import Database
from bot.delivery.dispatch import Outbox
from bot.domain.keys import KeyRing
from bot.domain.models import ContactAlias, Delivery, Pass
from bot.domain.passes import holder_links
from bot.domain.people import pending_messages
from tests.bot.delivery.conftest import LANE, Clock, FakeTwilio, a_pass, row

PHONE = LANE.removeprefix("whatsapp:")
SMS = "+15005550006"


@pytest.fixture
def outbox_with_sms(outbox: Outbox, ring: KeyRing) -> Outbox:
    """An outbox that has a sender of SMS."""
    return replace(outbox, ring=ring, settings=outbox.settings.model_copy(update={"twilio_sms_from": SMS}))


def links(database: Database) -> list[Delivery]:
    with database.read() as db:
        return list(db.scalars(select(Delivery).where(Delivery.kind == "link")))


def untold(database: Database) -> list[str]:
    with database.read() as db:
        return pending_messages.unreported_failures(db, db.get_one(ContactAlias, ("phone", PHONE)).contact)


def fails(outbox: Outbox, twilio: FakeTwilio, clock: Clock, delivery: int, code: int = 63003) -> None:
    outbox.deliver(delivery)
    outbox.record_status(twilio.sent[-1].sid, delivery, "failed", code, clock.at)


def test_it_goes_once_and_leads_to_the_pass(
    database: Database, outbox_with_sms: Outbox, redis: "Redis", twilio: FakeTwilio, clock: Clock
) -> None:
    image = a_pass(database)
    fails(outbox_with_sms, twilio, clock, image)
    for _ in range(3):
        outbox_with_sms.sweep(clock.move(seconds=15))
    [link] = links(database)
    outbox_with_sms.deliver(link.id)
    sms = twilio.sent[-1]
    assert (sms.lane, sms.sender, sms.media_url) == (PHONE, SMS, None)
    token = sms.body.rpartition("/pass/")[2]
    assert holder_links.read(token, outbox_with_sms.settings.secret_key) == row(database, image).pass_id
    assert len(sms.body.split()[-1]) < len("https://localhost") + 32
    assert untold(database) == []
    outbox_with_sms.record_status(sms.sid, link.id, "undelivered", 30003, clock.at)
    outbox_with_sms.sweep(clock.move(seconds=15))
    assert len(links(database)) == 1
    assert untold(database) == ["7K3MPQ2R"]


def test_a_picture_that_nobody_could_send_for_hours_too(
    database: Database, outbox_with_sms: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    image = a_pass(database)
    outbox_with_sms = replace(outbox_with_sms, check_media=lambda url: "media_http_502")
    while row(database, image).status == "owed":
        clock.at = row(database, image).not_before
        outbox_with_sms.deliver(image)
    outbox_with_sms.sweep(clock.at)
    assert len(links(database)) == 1


@pytest.mark.parametrize("why", ["blocked", "replaced", "no_sms", "old"])
def test_where_none_goes(
    database: Database, outbox_with_sms: Outbox, twilio: FakeTwilio, clock: Clock, why: str
) -> None:
    image = a_pass(database)
    fails(outbox_with_sms, twilio, clock, image, 63014 if why == "blocked" else 63003)
    if why == "replaced":
        with database.write() as db:
            db.get_one(Pass, row(database, image).pass_id).status = "replaced"
    if why == "no_sms":
        real = {"twilio_account_sid": "AC1", "twilio_auth_token": "x", "twilio_whatsapp_from": ("whatsapp:+1",)}
        outbox_with_sms = replace(
            outbox_with_sms, settings=outbox_with_sms.settings.model_copy(update={**real, "twilio_sms_from": ""})
        )
    outbox_with_sms.sweep(clock.at + timedelta(days=2 if why == "old" else 0))
    assert links(database) == []


def test_whoever_has_no_number_is_told_at_the_next_message(
    database: Database, outbox_with_sms: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    image = a_pass(database)
    with database.write() as db:
        db.get_one(Delivery, image).lane = "whatsapp:IN.1"
        alias = db.get_one(ContactAlias, ("phone", PHONE))
        alias.kind, alias.value = "user", "IN.1"
    fails(outbox_with_sms, twilio, clock, image)
    outbox_with_sms.sweep(clock.move(seconds=15))
    assert links(database) == []
    with database.read() as db:
        contact = db.get_one(ContactAlias, ("user", "IN.1")).contact
        assert pending_messages.unreported_failures(db, contact) == ["7K3MPQ2R"]
