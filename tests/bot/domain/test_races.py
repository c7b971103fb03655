"""Nothing goes twice, whoever comes at the same moment: threads and processes, on both databases."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events, passes, people
from bot.domain.events import places
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, ContactAlias, Event, EventDay, Pass, SigningKey
from bot.domain.passes import registration as registrations
from bot.domain.stats import recount
from tests.bot.domain import race_processes
from tests.bot.domain.builders import DAY, NOW, asking, taken

pytestmark = pytest.mark.race
PROCESSES = 4


@pytest.fixture
def fair_of_five(database: Database, ring: KeyRing) -> int:
    """An event whose first day has five places left of eight; its id."""
    with database.write() as db:
        made = events.create(
            db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=1), capacity_per_day=8, now=NOW
        )
        events.open_event(db, "fair")
        first = people.find_or_make(db, phone="+919700000000", now=NOW)
        registrations.register(db, ring, **asking(first, party_size=3))
        return made.id


def test_of_fifty_who_want_the_last_five_places_five_get_them(
    race: race_processes.Race, database: Database, fair_of_five: int
) -> None:
    outcomes = Counter(race(race_processes.place, range(50)))
    assert outcomes == {"registered": 5, "day_full": 45}
    assert _given(database, fair_of_five) == (8, 8)


def test_without_the_condition_the_tables_check_still_holds(
    database: Database, fair_of_five: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "take", _take_blindly)
    outcomes = Counter(race_processes.in_threads(database, race_processes.place, range(20)))
    assert outcomes == {"registered": 5, "ck_event_days_capacity": 15}
    assert _given(database, fair_of_five) == (8, 8)


@pytest.mark.usefixtures("no_check")
def test_without_condition_and_check_the_day_is_overbooked(
    database: Database, fair_of_five: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the two of them prevent: this test fails when either comes back."""
    monkeypatch.setattr(places, "take", _take_blindly)
    assert Counter(race_processes.in_threads(database, race_processes.place, range(20))) == {"registered": 20}
    assert _given(database, fair_of_five) == (23, 23)


@pytest.mark.usefixtures("no_check")
def test_the_condition_alone_keeps_the_last_places(database: Database, fair_of_five: int) -> None:
    assert Counter(race_processes.in_threads(database, race_processes.place, range(20))) == {
        "registered": 5,
        "day_full": 15,
    }
    assert _given(database, fair_of_five) == (8, 8)


def test_one_person_who_registers_many_times_at_once_has_one_pass(
    race: race_processes.Race, database: Database, fair_of_five: int
) -> None:
    outcomes = Counter(race(race_processes.same_person, range(12)))
    code = next(outcome.removeprefix("registered ") for outcome in outcomes if outcome.startswith("registered "))
    assert outcomes == {f"registered {code}": 1, f"already_registered {code} {DAY}": 11}
    assert _given(database, fair_of_five) == (5, 5)


def test_many_cancellings_of_one_pass_give_the_places_back_once(
    race: race_processes.Race, database: Database, ring: KeyRing, fair_of_five: int
) -> None:
    with database.write() as db:
        asha = people.find_or_make(db, phone="+919812345678", now=NOW)
        code = registrations.register(db, ring, **asking(asha)).code
    assert Counter(race(race_processes.cancelling, [code] * 8)) == {"cancelled": 1, "no_such_pass": 7}
    assert _given(database, fair_of_five) == (3, 3)


def test_people_who_swap_days_neither_wait_for_ever_nor_lose_a_place(
    race: race_processes.Race, database: Database, fair_of_five: int
) -> None:
    assert Counter(race(race_processes.restless, range(12))) == {"done": 12}
    for day in (DAY, DAY + timedelta(days=1)):
        held, counted = _given(database, fair_of_five, day)
        assert held == counted <= 8


NAMES = ({"phone": "+919812345678"}, {"user": "IN.42"}, {"phone": "+919812345678", "user": "IN.42"})


def test_one_person_met_by_many_at_once_is_one_contact(race: race_processes.Race, database: Database) -> None:
    with database.read() as db:
        before = db.scalar(select(func.count(Contact.id))) or 0
    assert Counter(race(race_processes.person, NAMES * 6)) == {"met": 18}
    race_processes.person(database, NAMES[2])
    with database.read() as db:
        assert db.scalar(select(func.count(Contact.id))) == before + 1
        mine = select(func.count(ContactAlias.contact_id.distinct())).where(
            ContactAlias.value.in_(["+919812345678", "IN.42"])
        )
        assert db.scalar(mine) == 1


ACCOUNTS = 12


def test_of_many_accounts_that_come_with_one_number_none_is_joined_with_another(
    race: race_processes.Race, database: Database, ring: KeyRing, fair_of_five: int
) -> None:
    """One of them is taken for who had the number, for it had come with no id; all others are somebody else."""
    with database.write() as db:
        registrations.register(db, ring, **asking(people.find_or_make(db, phone="+919812345678", now=NOW)))
    wishes = [{"phone": "+919812345678", "user": f"IN.account{number}"} for number in range(ACCOUNTS)]
    assert Counter(race(race_processes.person, wishes * 2)) == {"met": 2 * ACCOUNTS}
    assert _accounts(database) == Counter({1: ACCOUNTS})
    with database.read() as db:
        seen = [passes.of_person(db, one, NOW) for one in _people_of(db, wishes)]
        assert sorted(map(len, seen)) == [0] * (ACCOUNTS - 1) + [1]
        assert len(people.find_all(db, phone="+919812345678")) == 1


TRIES = 30
"""Races without a guard, of which one must go wrong."""


@pytest.mark.databases("postgres")
def test_without_waiting_for_one_another_two_accounts_would_become_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite lets one write at a time; PostgreSQL needs a lock of the phone's own. Two do not meet at every try."""
    both = threading.Barrier(2)

    def wait_for_nobody(*of: Any) -> None:
        both.wait(20)

    monkeypatch.setattr(people, "_wait_for_others", wait_for_nobody)
    for number in range(TRIES):
        phone = f"+9198123456{number:02}"
        race_processes.person(database, {"phone": phone})
        wishes = [{"phone": phone, "user": f"IN.account{number}x{one}"} for one in range(2)]
        race_processes.in_threads(database, race_processes.person, wishes)
        if _accounts(database)[2]:
            return
    pytest.fail("no two accounts became one")


def _accounts(database: Database) -> Counter[int]:
    """How many people go by how many user ids, of those made here."""
    ids = func.count(ContactAlias.value)
    mine = select(ids).where(ContactAlias.kind == "user", ContactAlias.value.like("IN.account%"))
    with database.read() as db:
        return Counter(db.scalars(mine.group_by(ContactAlias.contact_id)))


def _people_of(db: Session, wishes: list[dict[str, str]]) -> set[Contact]:
    return {one for wish in wishes if (one := people.find(db, user=wish["user"]))}


def test_somebody_who_is_joined_while_registering_loses_nothing(
    database: Database, ring: KeyRing, fair_of_five: int
) -> None:
    for names in ({"phone": "+919812345678"}, {"user": "IN.42"}):
        race_processes.person(database, names)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as db:
            by_user = people.find_or_make(db, user="IN.42", now=NOW)
            joining = pool.submit(race_processes.person, database, NAMES[2])
            _until_somebody_waits(database)
            issued = registrations.register(db, ring, **asking(by_user))
        assert joining.result(30) == "met"
    with database.read() as db:
        one = people.find(db, phone="+919812345678")
        assert one is not None
        assert one == people.find(db, user="IN.42")
        assert [mine.id for mine in passes.of_person(db, one, NOW)] == [issued.id]


def _until_somebody_waits(database: Database) -> None:
    """Until a transaction waits for another's lock; SQLite does not tell, but lets nobody else write anyway."""
    if database.is_sqlite:
        return
    deadline = time.monotonic() + 60
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while time.monotonic() < deadline:
        with database.read() as db:
            if db.scalar(waiting):
                return
    pytest.fail("nobody waited")


@pytest.mark.without_noise  # the database has no key yet
class TestTheFirstKey:
    def test_processes_that_open_an_empty_database_at_once_make_one(
        self, race: race_processes.Race, database: Database
    ) -> None:
        assert len(set(race(race_processes.key, range(8)))) == 1
        with database.read() as db:
            assert db.scalar(select(func.count(SigningKey.id))) == 1


def _given(database: Database, event_id: int, day: date = DAY) -> tuple[int, int]:
    """Places given for the day, as the day has it and as the valid passes add up; the figures say what the rows do."""
    counted = select(func.coalesce(func.sum(Pass.party_size), 0))
    valid = counted.where(Pass.event_id == event_id, Pass.day == day, Pass.status == "valid")
    with database.read() as db:
        assert recount.differences(db, "fair") == []
        return taken(db, db.get_one(Event, event_id), day), int(db.scalars(valid).one())


def _take_blindly(db: Session, event_id: int, day: date, people: int) -> None:
    mine = update(EventDay).where(EventDay.event_id == event_id, EventDay.day == day)
    db.execute(mine.values(taken=EventDay.taken + people).execution_options(synchronize_session=False))


@pytest.fixture
def no_check(database: Database) -> Iterator[None]:
    """The tables' own check of the capacity is away."""
    if database.is_sqlite:
        database.engine.dispose()
        event.listen(database.engine, "connect", _ignore_checks)
        yield
        return
    drop = "ALTER TABLE event_days DROP CONSTRAINT ck_event_days_capacity"
    add = "ADD CONSTRAINT ck_event_days_capacity CHECK (capacity IS NULL OR taken <= capacity + beyond)"
    with database.engine.begin() as connection:
        connection.execute(text(drop))
    yield
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE event_days SET capacity = NULL"))
        connection.execute(text(f"ALTER TABLE event_days {add}"))


def _ignore_checks(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA ignore_check_constraints = ON")
