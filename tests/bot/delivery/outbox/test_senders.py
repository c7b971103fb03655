"""Several senders: each person is answered by the one they wrote to, and one that rests holds up no other."""

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue_reply
from bot.domain.models import Delivery
from bot.errors import SendFailed
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
