"""A volunteer's event goes away, or their gate is closed, while they are at work: over a real database."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.domain import checkins, events, roster
from bot.domain.keys import KeyRing
from bot.domain.models import Checkin, Delivery, Gate, Registration
from bot.domain.roster import devices, duty
from bot.errors import Refused
from bot.usecases import close_gate, stop_entry
from flows.text import render, sentence_for
from tests.bot.domain.builders import DAY, NOW
from tests.bot.domain.gate import NOON, scan
from tests.gate_talk import MIRA, RAVI, Chat, chat


def rows(database: Database, kind: Any) -> list[Any]:
    with database.read() as db:
        return list(db.scalars(select(kind).order_by(kind.id)))


def test_a_walk_up_stays_with_its_event(database: Database, ravi: Chat, shown_code: str) -> None:
    with database.write() as db:
        events.create(db, slug="opera", name="Opera", starts_on=DAY, ends_on=DAY, gates=["Main"], now=NOW)
        events.open_event(db, "opera")
        roster.add(db, "opera", phone=RAVI, name="Ravi", role="volunteer", region="IN", now=NOW)
    for text in ("event opera", "new Kamala 2", "skip", "yes"):
        ravi.say(text)
    with database.write() as db:
        events.cancel_event(db, "opera")
    before = len(rows(database, Registration))
    told = ravi.say("yes")
    assert "*Opera*" in told
    assert "✅" not in told
    assert (len(rows(database, Registration)), rows(database, Checkin)) == (before, [])
    for text in ("new Kamala 2", "skip", "yes"):
        ravi.say(text)
    with database.write() as db:
        roster.set_enabled(db, RAVI, False, region="IN")
    assert "✅" not in ravi.say("yes")
    assert len(rows(database, Registration)) == before


def test_who_works_at_a_gate_that_is_closed_hears_it_and_is_asked_for_another(
    database: Database, ring: KeyRing, ravi: Chat, shown_code: str
) -> None:
    mira = chat(database, ring, MIRA, NOON)
    ravi.say("gate main")
    mira.say("gate north")
    closing: dict[str, Any] = {"closed": True, "now": NOON}
    with database.write() as db:
        gate, owed = close_gate.set_gate_closed(db, "fair", "MAIN", key="one", **closing)
        again = close_gate.set_gate_closed(db, "fair", gate.slug, key="two", **closing)[1]
        device, _token = devices.add(db, "fair", name="Phone 1", gate="main", now=NOW)
        seen = checkins.admit(db, ring, scan(shown_code, device_id=device.id), NOON)
    assert (len(owed), again, seen.result) == (1, [], "entry_paused")
    [told] = rows(database, Delivery)
    assert (told.lane, "Main" in told.payload["body"]) == (f"whatsapp:{RAVI}", True)
    asked = ravi.say(shown_code)
    assert "*Main*" in asked
    assert "✅" not in asked
    assert not rows(database, Checkin)
    assert ravi.say("north").splitlines()[0].startswith("✅")
    [entry] = rows(database, Checkin)
    with database.read() as db:
        assert db.get_one(Gate, entry.gate_id).slug == "north"
    assert mira.say("resume entry main") == render(sentence_for("gate_closed", gate="Main"), "en")
    with database.write() as db, pytest.raises(Refused, match="gate_closed"):
        stop_entry.set_entry_stopped(db, "fair", "main", stopped=False, key="three", now=NOON)
    with database.write() as db, pytest.raises(Refused, match="gate_closed"):
        duty.choose_gate(db, roster.of_phone(db, RAVI)[0].id, "main")
    mira.say("resume entry")
    with database.write() as db:
        assert len(close_gate.set_gate_closed(db, "fair", "main", key="four", closed=False, now=NOON)[1]) == 0
