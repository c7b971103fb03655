"""The gate in the chat over a real database: what is kept of it, and what it costs."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.database import Database
from bot.domain import events, people, roster
from bot.domain.checkins import search as gate_search
from bot.domain.events.rows import get_event
from bot.domain.keys import KeyRing
from bot.domain.models import Attempt, AuditEntry, Checkin, Delivery, Gate, HeadCount
from bot.domain.passes import registration as registrations
from bot.domain.roster import duty, gates
from bot.inbound import Inbound
from flows.understanding import codes
from tests.bot.domain.builders import DAY, NOW, asking
from tests.bot.domain.gate import NOON
from tests.gate_talk import MIRA, RAVI, Chat, chat

one_is_enough = pytest.mark.databases("sqlite")
"""Where both databases cannot but do the same."""


@pytest.fixture
def mira(database: Database, ring: KeyRing, shown_code: str) -> Chat:
    return chat(database, ring, MIRA, NOON)


def rows(database: Database, kind: Any) -> list[Any]:
    with database.read() as db:
        return list(db.scalars(select(kind).order_by(kind.id)))


def gate_of(database: Database, entry: Checkin) -> str:
    with database.read() as db:
        return db.get_one(Gate, entry.gate_id).slug


def test_a_shift_at_the_gate(database: Database, ravi: Chat, shown_code: str) -> None:
    assert ravi.say(shown_code, "SMa").startswith("✅")
    assert ravi.say(shown_code, "SMa").startswith("✅")  # the same message again
    again = ravi.say(shown_code)
    assert again.startswith("⛔")
    assert "by you" in again
    assert ravi.say(f"out {shown_code} 3").startswith("✅")
    assert ravi.say("in 5").startswith("✅")
    assert "4" in ravi.say("stats")
    assert ravi.say("find asha").startswith(shown_code)
    [entry, out] = rows(database, Checkin)
    assert (entry.scan_id, entry.people, entry.channel) == ("SMa", 4, "whatsapp")
    assert (out.result, out.people) == ("left", 3)
    assert [one.result for one in rows(database, Attempt)] == ["already_admitted"]
    assert [(one.people, one.direction) for one in rows(database, HeadCount)] == [(5, "in")]
    [found] = rows(database, AuditEntry)
    assert (found.what, found.staff_id, found.about["by"]) == ("pass_found", entry.staff_id, "name")
    assert found.about["codes"] == [shown_code]
    assert "asha" not in str(found.about).lower()


@one_is_enough
def test_a_gate_of_a_cancelled_event_says_so_and_admits_nobody(database: Database, ravi: Chat, shown_code: str) -> None:
    with database.write() as db:
        events.cancel_event(db, "fair")
    answer = ravi.say(shown_code)
    assert answer.startswith("⛔ *Fair*")
    assert not rows(database, Checkin)
    assert "⛔" not in ravi.say("hi")


@one_is_enough
def test_undo_within_two_minutes_and_not_later(ravi: Chat, shown_code: str) -> None:
    ravi.say(shown_code)
    assert ravi.say("undo").startswith("✅")
    assert ravi.say(shown_code).startswith("✅")
    ravi.now += timedelta(seconds=121)
    assert not ravi.say("undo").startswith("✅")


@one_is_enough
def test_undo_and_codes_take_back_each_of_these_and_say_why_not(
    database: Database, ring: KeyRing, ravi: Chat, mira: Chat, shown_code: str
) -> None:
    with database.write() as db:
        bina = people.find_or_make(db, phone="+919812345679", now=NOW)
        other = codes.shown(registrations.register(db, ring, **asking(bina, party_size=2)).code)
    ravi.say(shown_code)
    for text in ("gate main", other):
        mira.say(text)
    first, second = ravi.say(f"undo {shown_code} {other}").split("\n⛔ ")
    assert first.startswith("✅")
    assert second.startswith(other.replace("-", "\u2011"))
    assert [entry.undone_at is None for entry in rows(database, Checkin)] == [False, True]
    assert ravi.say("undo please") == ravi.say(f"undo {shown_code} 2")
    assert mira.say(f"these are stolen\n{shown_code}\n{other}").startswith("⛔")
    assert len(rows(database, Checkin)) == 2


def test_several_codes_in_one_message_have_scan_ids_of_their_own(
    database: Database, ravi: Chat, shown_code: str
) -> None:
    answer = ravi.say(f"{shown_code} 1\n{shown_code} 2\n{shown_code} 2", "SMx").splitlines()
    assert [line[0] for line in answer] == ["✅", "✅", "⛔"]
    assert [(one.scan_id, one.people) for one in rows(database, Checkin)] == [("SMx-1", 1), ("SMx-2", 2)]


@one_is_enough
def test_twenty_codes_fit_into_one_answer(ravi: Chat, shown_code: str) -> None:
    answer = ravi.say("\n".join([shown_code] * 20))
    assert len(answer) <= 1600
    assert answer.count("⛔") == 19


@one_is_enough
def test_nothing_but_codes_of_passes_has_their_form(ravi: Chat, shown_code: str) -> None:
    said = ravi.say(f"{shown_code}\n7QK2-M9X5\n7QK2-M9X6\nRAMA-DEVA")
    assert set(re.findall(r"[0-9A-Za-z]{4}-[0-9A-Za-z]{4}", said)) == {shown_code}


@one_is_enough
def test_whoever_is_disabled_is_a_visitor_at_the_next_message(database: Database, ravi: Chat, shown_code: str) -> None:
    assert "Ravi" not in ravi.say("hi")
    with database.write() as db:
        roster.set_enabled(db, RAVI, False, region="IN")
    assert not ravi.say(shown_code).startswith("✅")
    assert rows(database, Checkin) == []


@one_is_enough
def test_the_gate_that_was_chosen_is_kept_with_the_roster(database: Database, mira: Chat, shown_code: str) -> None:
    assert not mira.say(shown_code).startswith("✅")
    assert mira.say("2").startswith("✅")
    [entry] = rows(database, Checkin)
    assert gate_of(database, entry) == "north"
    mira.state = None
    assert mira.say("in 2").startswith("✅")
    assert rows(database, HeadCount)[0].gate_id == entry.gate_id


def wrong_by_one(code: str) -> str:
    """The code with another check character."""
    other = next(character for character in codes.ALPHABET if character != code[-1])
    return code[:-1] + other


def test_the_pass_that_differs_by_one_character_is_offered_five_times_an_hour(
    database: Database, ravi: Chat, shown_code: str
) -> None:
    mistyped = wrong_by_one(shown_code)
    for _ in range(gate_search.MAX_OFFERS_PER_HOUR):
        assert shown_code in ravi.say(mistyped)
        ravi.say("no")
    assert shown_code not in ravi.say(mistyped)
    ravi.now += timedelta(hours=1, seconds=1)
    assert shown_code in ravi.say(mistyped)
    assert ravi.say("yes").startswith("✅")
    assert len(rows(database, Checkin)) == 1


def test_thirty_unknown_codes_pause_a_volunteer_until_a_supervisor_ends_it(
    database: Database, ravi: Chat, mira: Chat, shown_code: str
) -> None:
    unknown = [codes.shown(body + codes.check_character(body)) for body in (f"ZZZZZ{n:02}" for n in range(29))]
    ravi.say("\n".join(unknown[:20]))
    ravi.say("\n".join(unknown[20:]))
    assert ravi.say(shown_code).startswith("✅")
    assert ravi.owed == []
    ravi.say("check " + unknown[0])  # a look is a guess as well
    assert ravi.say(f"{shown_code}").startswith("⛔")
    assert len(rows(database, Checkin)) == 1
    [told] = rows(database, Delivery)
    assert (told.lane, told.priority, "Ravi" in told.payload["body"]) == (f"whatsapp:{MIRA}", 0, True)
    attempts = len(rows(database, Attempt))
    ravi.say(f"out {shown_code}")
    assert len(rows(database, Attempt)) == attempts
    assert "Ravi" in mira.say("resume ravi")
    assert ravi.say(f"out {shown_code}").startswith("✅")


def test_a_pause_of_entry_is_told_at_once_and_seen(database: Database, ravi: Chat, mira: Chat, shown_code: str) -> None:
    mira.say("gate north")
    assert "1" in mira.say("pause entry")
    [told] = rows(database, Delivery)
    assert (told.lane, told.kind, told.priority, mira.owed) == (f"whatsapp:{RAVI}", "text", 0, [told.id])
    assert ravi.say(shown_code).startswith("⛔")
    assert "Not seen yet at: Main, North" in mira.say("stats")
    with database.write() as db:
        db.get_one(Delivery, told.id).status = "delivered"
    assert "Seen at: Main" in mira.say("stats")
    mira.say("resume entry main")
    assert ravi.say(shown_code).startswith("✅")


@one_is_enough
def test_only_supervisors_give_orders_and_forcing_is_kept(
    database: Database, ravi: Chat, mira: Chat, shown_code: str
) -> None:
    mira.say("gate main")
    mira.say("pause entry main")
    assert not ravi.say(f"force {shown_code} a guest").startswith("✅")
    assert mira.say(f"force {shown_code} the minister's guest").startswith("✅")
    [entry] = rows(database, Checkin)
    assert (entry.forced, entry.reason, entry.forced_over) == (True, "the minister's guest", "entry_paused")


@one_is_enough
def test_searches_are_limited_and_tell_no_phone(database: Database, ravi: Chat, shown_code: str) -> None:
    answer = ravi.say("find 98123 45678")
    assert answer.startswith(shown_code)
    assert "45678" not in answer
    for _ in range(gate_search.MAX_SEARCHES_PER_HOUR - 1):
        ravi.say("find zoe")
    assert shown_code not in ravi.say("find asha")
    assert len(rows(database, AuditEntry)) == gate_search.MAX_SEARCHES_PER_HOUR


def test_find_gives_five_of_today_only(database: Database, ring: KeyRing, ravi: Chat, shown_code: str) -> None:
    with database.write() as db:
        for number in range(6):
            who = people.find_or_make(db, phone=f"+9198300000{number:02}", now=NOW)
            day = DAY if number else DAY + timedelta(days=1)
            registrations.register(db, ring, **asking(who, full_name=f"Asha {number}", visit_date=day))
    answer = ravi.say("find asha")
    assert len(re.findall("Asha", answer)) == 5
    assert "Asha 0" not in answer


@one_is_enough
def test_a_kind_of_several_days_is_found_on_each(database: Database, ravi: Chat, shown_code: str) -> None:
    with database.write() as db:
        kind = get_event(db, "fair", lock=False).kinds[0]
        kind.days = [(DAY - timedelta(days=1)).isoformat(), DAY.isoformat()]
    assert ravi.say("find asha").startswith(shown_code)
    ravi.now += timedelta(days=1)
    assert shown_code not in ravi.say("find asha")


@one_is_enough
def test_the_language_is_kept_with_a_volunteer_who_never_registered(
    database: Database, ravi: Chat, shown_code: str
) -> None:
    ravi.say("language")
    ravi.say("2")
    ravi.state = None
    assert "प्रवेश" in ravi.say(shown_code)


@pytest.fixture
def turn_statements(database: Database) -> Iterator[list[str]]:
    """The statements that the database is given, transactions and savepoints left out."""
    given: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            given.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield given
    event.remove(database.engine, "before_cursor_execute", note)


@one_is_enough
def test_an_admission_costs_few_statements(ravi: Chat, shown_code: str, turn_statements: list[str]) -> None:
    ravi.say("language")
    ravi.say("1")
    turn_statements.clear()
    ravi.say(shown_code)
    print("\n".join(" ".join(statement.split())[:110] for statement in turn_statements))
    assert len(turn_statements) <= 10


@one_is_enough
def test_where_every_gate_is_closed_nobody_enters(
    database: Database, ring: KeyRing, ravi: Chat, shown_code: str
) -> None:
    with database.write() as db:
        for name in ("main", "north"):
            gates.close(db, "fair", name)
    assert ravi.say(shown_code).startswith("⛔")
    assert ravi.say(f"check {shown_code}").startswith("⛔")


@one_is_enough
def test_who_is_told_of_a_pause_and_how(
    database: Database, ring: KeyRing, ravi: Chat, mira: Chat, shown_code: str
) -> None:
    with database.write() as db:
        phones = {name: f"+9185555555{place:02}" for place, name in enumerate(("Leela", "Omar", "Zoe", "Anu"))}
        for name, phone in phones.items():
            roster.add(db, "fair", phone=phone, name=name, gate="north", region="IN", now=NOW)
        roster.set_enabled(db, phones["Zoe"], False, region="IN")
        duty.choose_gate(db, roster.of_phone(db, phones["Anu"])[0].id, "main")
        people.find_or_make(db, phone=phones["Leela"], now=NOW).language = "hi"
        people.find_or_make(db, phone=phones["Omar"], now=NOW).stopped_at = NOW
    mira.say("pause entry north")
    [told] = rows(database, Delivery)
    assert told.lane == f"whatsapp:{phones['Leela']}"
    assert "प्रवेश" in told.payload["body"]


@one_is_enough
def test_a_volunteer_whose_number_whatsapp_hides_is_known_by_the_number_of_before(
    database: Database, ring: KeyRing, ravi: Chat, shown_code: str
) -> None:
    with database.write() as db:
        people.find_or_make(db, phone=RAVI, user="IN.77", now=NOW)
    hidden = Inbound("SMhidden", "whatsapp:IN.77", "whatsapp:+1", user="IN.77", text=shown_code)
    assert ravi.turns.run(hidden, None, NOON).text.startswith("✅")
