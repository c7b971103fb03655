"""Two admins and one row: the slower one is told who was faster, and changes nothing."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.database import Database
from bot.domain import audit, edit_conflict, events
from bot.domain.audit import recorder
from bot.domain.models import Event, EventDay
from bot.domain.roster import gates
from bot.errors import Refused
from tests.bot.domain.builders import DAY, NOW

FIELDS: dict[str, Any] = {"slug": "fair", "name": "Book Fair", "starts_on": DAY, "ends_on": DAY, "now": NOW}


@pytest.fixture
def event(database: Database) -> Event:
    with database.write() as db:
        events.create(db, **FIELDS)
    with database.read() as db:
        found = events.by_slug(db, "fair")
        assert found.days
        return found


def test_of_two_who_saw_the_same_only_the_first_changes_it(database: Database, event: Event) -> None:
    both_have_looked, told, done = threading.Barrier(2, timeout=60), [], []

    def change(who: str) -> None:
        with database.read() as db:
            as_shown = edit_conflict.fingerprint(events.by_slug(db, "fair"))
        both_have_looked.wait()
        try:
            with database.write() as db, recorder.audited(db, audit.EVENT_CHANGED, now=NOW, actor=who):
                edit_conflict.require_unchanged(db, event, as_shown)
                events.change(db, "fair", venue=f"Hall of {who}")
                done.append(who)
        except Refused as no:
            told.append((who, no.code, no.params["who"], no.params["when"]))

    threads = [threading.Thread(target=change, args=(who,)) for who in ("Asha", "Ravi")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    (first,) = done
    assert told == [("Ravi" if first == "Asha" else "Asha", "changed_meanwhile", first, NOW)]
    with database.read() as db:
        assert events.by_slug(db, "fair").venue == f"Hall of {first}"


def test_what_changes_by_itself_hinders_nobody(database: Database, event: Event) -> None:
    whole = [event, *event.days]
    as_shown = edit_conflict.fingerprint(whole)
    with database.write() as db:
        db.execute(update(EventDay).values(taken=3))
        gates.add(db, "fair", "Main")
        gates.pause_entry(db, event.id, None, NOW)
    with database.write() as db:
        edit_conflict.require_unchanged(db, whole, as_shown)
        events.set_day(db, "fair", DAY, capacity=50)
    with pytest.raises(Refused), database.write() as db:
        edit_conflict.require_unchanged(db, whole, as_shown)


def test_what_is_gone_has_changed_too(database: Database, event: Event) -> None:
    with database.write() as db:
        events.change(db, "fair", ends_on=DAY + timedelta(days=1))
    with database.read() as db:
        last = events.by_slug(db, "fair").days[-1]
        as_shown = edit_conflict.fingerprint(last)
    with database.write() as db, recorder.audited(db, audit.EVENT_CHANGED, now=NOW, actor="Mira"):
        events.change(db, "fair", ends_on=DAY)
    with pytest.raises(Refused) as no, database.write() as db:
        edit_conflict.require_unchanged(db, last, as_shown)
    assert no.value.params["who"] == "Mira"
