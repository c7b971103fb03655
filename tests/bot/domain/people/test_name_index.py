"""Names found by the beginnings of their words, at the gate and by organisers, until somebody is erased."""

from typing import Any

import pytest
from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import people, visitors
from bot.domain.checkins import search as gate_search
from bot.domain.models import AuditEntry, NameWord, Registration
from bot.domain.passes import registration as registrations
from bot.domain.people import name_index
from bot.domain.privacy import erasure
from tests.bot.domain.builders import DAY, NOW, asking
from tests.bot.domain.checkins.test_walkups import register as register_walkup
from tests.bot.domain.gate import NOON, World

NAMES = (
    "Émilie Dubois",
    "Иван Петров",
    "Sean O’Brien",
    "इमरान ख़ान",
    "हिन्दी शर्मा",
    "Maria D'Souza",
    "𝐊𝐚𝐯𝐲𝐚  Rao",
    "A.K. Nair",
)


@pytest.fixture
def named_crowd(world: World) -> World:
    """The fair, and people with names that are typed in many ways, all for today."""
    for number, name in enumerate(NAMES):
        asker = people.find_or_make(world.db, phone=f"+9198334444{number:02}", now=NOW)
        registrations.register(world.db, world.ring, **asking(asker, full_name=name, visit_date=DAY))
    return world


FOUND = [
    ("EMILIE", 0),
    ("émi", 0),
    ("dub émilie", 0),
    ("ИВАН", 1),
    ("петр", 1),
    ("o'brien", 2),
    ("obrien", 2),
    ("O`BRI", 2),
    ("brien sean", 2),
    ("खान", 3),
    ("ख़ान इमरान", 3),
    ("हिंदी", 4),
    ("d’souza", 5),
    ("d souza", 5),
    ("souza", 5),
    ("kavya rao", 6),
    ("ＫＡＶＹＡ", 6),
    ("ak nair", 7),
    ("a.k.nair", 7),
    ("a k nair", 7),
]


NOT_FOUND = ("mili", "ilie", "emilie petrov", "souzad", "xyz", "%%%", "___", "emilié\u0915")
"""What is no beginning of any of their words."""


def test_a_name_is_found_however_it_is_typed(named_crowd: World) -> None:
    for typed, number in FOUND:
        seen = gate_search.search(named_crowd.db, "fair", staff_id=named_crowd.ravi.id, name=typed, now=NOON)
        assert (typed, [one.name for one in seen.passes]) == (typed, [" ".join(NAMES[number].split())])
        by, found = visitors.find(named_crowd.db, "fair", typed, region="IN", limit=20)
        assert (typed, by, [one.registration.full_name for one in found]) == (typed, "name", [NAMES[number]])
    for typed in NOT_FOUND:
        found_none = gate_search.search(named_crowd.db, "fair", staff_id=named_crowd.ravi.id, name=typed, now=NOON)
        assert (typed, found_none.passes) == (typed, ())


def test_somebody_with_two_words_that_fit_is_found_once(named_crowd: World) -> None:
    asker = people.find_or_make(named_crowd.db, phone="+919833555555", now=NOW)
    registrations.register(named_crowd.db, named_crowd.ring, **asking(asker, full_name="Kamal Kamlesh", visit_date=DAY))
    seen = gate_search.search(named_crowd.db, "fair", staff_id=named_crowd.ravi.id, name="kam", now=NOON)
    assert ([one.name for one in seen.passes], seen.more) == (["Kamal Kamlesh"], False)


def test_people_with_several_words_that_fit_hide_no_others(world: World) -> None:
    for number in range(gate_search.MAX_RESULTS + 1):
        asker = people.find_or_make(world.db, phone=f"+9198335555{number:02}", now=NOW)
        name = f"Kamla Kamal Kamlesh {'abcdef'[number]}"
        registrations.register(world.db, world.ring, **asking(asker, full_name=name, visit_date=DAY))
    found = gate_search.search(world.db, "fair", staff_id=world.ravi.id, name="kam", now=NOON)
    assert (len(found.passes), found.more) == (gate_search.MAX_RESULTS, True)
    assert len({seen.code for seen in found.passes}) == gate_search.MAX_RESULTS


def test_at_the_gate_nobody_is_read_who_has_the_second_word_alone(postgres: Database) -> None:
    asked, plans = select(NameWord.registration_id), list[str]()
    with postgres.read() as db:
        for way in ("seqscan", "nestloop"):  # with what PostgreSQL would choose for many it still looks at each
            db.execute(text(f"SET LOCAL enable_{way} = off"))
        for few in (True, False):
            wanted = asked.where(name_index.matches(1, "asha kumar", few=few))
            plans.append("\n".join(db.scalars(text(f"EXPLAIN {_written(db, wanted)}"))))
    # By which index each is looked at is PostgreSQL's choice, which changes with what it has counted of the table.
    assert ["SubPlan" in plan for plan in plans] == [True, False]


def _written(db: Session, asked: Select[Any]) -> str:
    return str(asked.compile(db.connection(), compile_kwargs={"literal_binds": True}))


def test_whoever_is_erased_is_in_no_index_and_no_audit_entry(named_crowd: World) -> None:
    gone = people.find(named_crowd.db, phone="+919833444400")
    assert gone
    who = erasure.by_name(named_crowd.db, phone="+919833444400")
    erasure.erase(named_crowd.db, who, NOON, even_today=True, actor="test")
    words = set(named_crowd.db.scalars(select(NameWord.word)))
    assert words.isdisjoint({"emilie", "dubois"})
    assert "иван" in words
    assert not any("emilie" in str(about) for about in named_crowd.db.scalars(select(AuditEntry.about)))


def test_names_that_older_code_left_out_are_added(named_crowd: World) -> None:
    before = _words(named_crowd.db)
    name_index.remove(named_crowd.db, list(named_crowd.db.scalars(select(Registration.id))))
    assert name_index.add_missing(named_crowd.db) > len(NAMES)
    assert _words(named_crowd.db) == before
    assert name_index.add_missing(named_crowd.db) == 0


def test_a_walk_up_is_found(world: World) -> None:
    register_walkup(world, full_name="Zubeda Khan")
    found = gate_search.search(world.db, "fair", staff_id=world.ravi.id, name="zub", now=NOON)
    assert [one.name for one in found.passes] == ["Zubeda Khan"]


def _words(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(NameWord)) or 0
