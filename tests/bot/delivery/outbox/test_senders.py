"""Several senders: each person is answered by the one they wrote to, and one that rests holds up no other."""

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue, enqueue_reply
from bot.delivery.outbox.senders import rows_of, sender_of
from bot.domain.models import Delivery
from bot.errors import SendFailed
from bot.settings import Settings
from tests.bot.delivery.conftest import LANE, NOW, FakeTwilio


def test_everybody_is_written_to_by_the_sender_they_wrote_to(
    outbox: Outbox, database: Database, twilio: FakeTwilio
) -> None:
    senders = ("whatsapp:+14155238886", "whatsapp:+14155238887")
    owed: list[int] = []
    with database.write() as db:
        for number, sender in enumerate(senders):
            lane = f"{LANE}{number}"
            owed.append(enqueue_reply(db, message_sid=str(number), address=lane, sender=sender, body="Hello", now=NOW))
    outbox.rate_limiter.apply_refusal(senders[0], LANE, SendFailed("63038", retry=True))
    for delivery in owed:
        outbox.deliver(delivery)
    assert [sent.sender for sent in twilio.sent] == [senders[1]]
    outbox.rate_limiter.reopen(senders[0])
    with database.write() as db:
        db.get_one(Delivery, owed[0]).not_before = NOW
    outbox.deliver(owed[0])
    assert [sent.sender for sent in twilio.sent] == [senders[1], senders[0]]


LANES = ("whatsapp:+919800000001", "whatsapp:IN.1", "+919800000001", "console:asha")
FROM = (None, "whatsapp:+14155550001", "whatsapp:+14155550002", "+14155550100", "+14155550199")


@pytest.mark.parametrize("sms", ["", "+14155550100"])
@pytest.mark.parametrize("service", ["", "MG1"])
@pytest.mark.parametrize("codes", ["self", "twilio_verify"])
def test_a_look_for_the_rows_of_a_sender_finds_those_that_keep_its_pace(
    database: Database, sms: str, service: str, codes: str
) -> None:
    settings = Settings(secret_key="a secret of sixteen").model_copy(
        update={
            **{"twilio_whatsapp_from": FROM[1:3], "twilio_sms_from": sms, "twilio_messaging_service_sid": service},
            **{"otp_backend": codes, "twilio_verify_sid": "VA1", "twilio_account_sid": "AC1"},
        }
    )
    with database.write() as db:
        for lane in LANES:
            for sender in FROM:
                for kind in ("reply", "otp"):
                    enqueue(db, kind=kind, address=lane, payload={}, priority=0, now=NOW, sender=sender)
    with database.read() as db:
        rows = list(db.scalars(select(Delivery)))
        by_row = {row.id: sender_of(row, settings) for row in rows}
        for sender in {*by_row.values(), "console", "nobody"}:
            found = set(db.scalars(select(Delivery.id).where(rows_of(sender, settings))))
            assert found == {number for number, name in by_row.items() if name == sender}, sender
