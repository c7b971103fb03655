"""What is to do before an event: done as its rows tell, or as an admin has ticked."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import edit_conflict, events, people, roster, setup
from bot.domain.events.validation import EventFields
from bot.domain.keys import KeyRing
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from tests.bot.domain.builders import DAY, NOW, asking, refused

LINES = ("gate", "team", "capacity", "data", "trial", "poster", "open")
DATA: EventFields = {
    "organiser": "Delhi Books",
    "purpose": "Entry",
    "complaints": "help@example.org",
    "retention_days": 30,
}


@pytest.fixture
def draft_fair(database: Database) -> Database:
    with database.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(1), now=NOW)
    return database


def done(db: Session) -> list[str]:
    return [line.name for line in setup.lines(db, events.by_slug(db, "fair")) if line.done]


def test_a_new_event_has_everything_to_do(draft_fair: Database) -> None:
    with draft_fair.read() as db:
        assert tuple(line.name for line in setup.lines(db, events.by_slug(db, "fair"))) == LINES
        assert done(db) == []


def test_each_line_is_done_as_the_rows_tell(draft_fair: Database, ring: KeyRing) -> None:
    with draft_fair.write() as db:
        gates.add(db, "fair", "Main")
        assert done(db) == ["gate"]
        gates.close(db, "fair", "main")
        assert done(db) == []
        roster.add(db, "fair", phone="+919812345678", name="Ravi", region="IN", now=NOW)
        assert done(db) == ["team"]
        events.set_day(db, "fair", DAY, capacity=50)
        assert done(db) == ["team"]  # the other day has none
        events.set_day(db, "fair", DAY + timedelta(1), capacity=50)
        assert done(db) == ["team", "capacity"]
        events.change(db, "fair", **DATA)
        assert done(db) == ["team", "capacity", "data"]
        asker = people.find_or_make(db, phone="+919812345678", now=NOW)
        registrations.register(db, ring, **asking(asker, channel=registrations.TRIAL, consent_version=2))
        assert done(db) == ["team", "capacity", "data", "trial"]
        events.open_event(db, "fair")
        assert done(db) == ["team", "capacity", "data", "trial", "open"]


def test_what_only_an_admin_knows_is_ticked_and_unticked(draft_fair: Database) -> None:
    with draft_fair.write() as db:
        for name in ("poster", "capacity", "poster"):
            setup.tick(db, "fair", name, done=True)
        assert done(db) == ["capacity", "poster"]
        setup.tick(db, "fair", "poster", done=False)
        assert done(db) == ["capacity"]


@pytest.mark.parametrize("name", ["gate", "open", "data", "party"])
def test_what_the_rows_tell_cannot_be_ticked(draft_fair: Database, name: str) -> None:
    with draft_fair.write() as db, refused("no_such_field", field=name):
        setup.tick(db, "fair", name, done=True)


def test_a_cancelled_event_has_nothing_to_do(draft_fair: Database) -> None:
    with draft_fair.write() as db:
        assert setup.lines(db, events.cancel_event(db, "fair")) == []


def test_a_tick_hinders_nobody_who_changes_the_event(draft_fair: Database) -> None:
    with draft_fair.write() as db:
        event = events.by_slug(db, "fair")
        seen = edit_conflict.fingerprint(event)
        setup.tick(db, "fair", "poster", done=True)
        edit_conflict.require_unchanged(db, event, seen)
