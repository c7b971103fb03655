"""From a full day to a pass in the chat, with the clock's offer between: the real turns over a real database."""

from datetime import timedelta

from sqlalchemy import select

from bot.database import Database
from bot.delivery.campaigns import place_offers
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery, EventDay, Pass, WaitingEntry
from tests.bot.domain.builders import DAY, NOW
from tests.gate_talk import Chat, chat


def test_a_place_that_comes_free_is_offered_and_taken(database: Database, ring: KeyRing) -> None:
    with database.write() as db:
        until = DAY + timedelta(days=1)
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=until, capacity_per_day=2, now=NOW)
        events.change(db, "fair", waiting_list=True)
        events.open_event(db, "fair")
    first, second = chat(database, ring, "+919810000001", NOW), chat(database, ring, "+919810000002", NOW)
    asked = [register(somebody) for somebody in (first, second)]
    assert "Done!" in asked[0]
    assert "number *1*" in asked[1]
    assert place_offers.review(database, NOW) == []

    first.say("cancel pass")
    first.say("yes")
    [told] = place_offers.review(database, NOW)
    with database.read() as db:
        row = db.get_one(Delivery, told)
        assert (row.lane, row.payload["notice"]["purpose"]) == ("whatsapp:+919810000002", "place_free")
        assert "A place is free for you at Fair on Thu 14 Jan, 2 people." in row.payload["body"]
        assert row.give_up_at == NOW + timedelta(hours=1)
    assert "is full" in register(chat(database, ring, "+919810000003", NOW))

    assert "Done! Your pass code is" in second.say("yes")
    with database.read() as db:
        day = db.get_one(EventDay, (db.scalars(select(WaitingEntry.event_id)).first(), DAY))
        assert (day.taken, day.held, day.waiting) == (2, 0, 1)
        assert db.scalars(select(WaitingEntry.status).order_by(WaitingEntry.id)).all() == ["accepted", "waiting"]
        valid = select(Pass.party_size).where(Pass.status == Pass.VALID)
        assert db.scalars(valid).all() == [2]


def register(somebody: Chat) -> str:
    """Everything that is asked for two people on the first day, to the last answer; the words on the way."""
    said = [somebody.say(words) for words in ("hi fair", "English", "Asha Rao", "1")]
    said += [somebody.say("yes")] if somebody.state.get("asked") == "wait" else []
    said += [somebody.say(words) for words in ("2", "yes")]
    return "\n".join(said)
