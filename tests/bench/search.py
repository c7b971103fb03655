"""What a search for a name costs among ten thousand people and among a million: at the gate and for organisers."""

import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events, roster, visitors
from bot.domain.checkins import search as gate_search
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, NameWord, Pass, Registration
from flows.understanding import codes, fold_names
from tests.bench.standing import SECRET, conditions, standing
from tests.bot.domain.builders import DAY, NOW
from tests.bot.domain.gate import at

SIZES = tuple(int(one) for one in os.environ.get("SIZES", "10000,1000000").split(","))
DAYS, ROUNDS, BATCH = 9, 15, 20_000
FIRST_NAMES = [
    "Asha",
    "Ravi",
    "Meera",
    "Imran",
    "Kavya",
    "Sunil",
    "Zoya",
    "Arjun",
    "Lata",
    "Kiran",
    "Divya",
    "Mohan",
    "Farah",
    "Rohit",
    "Nisha",
    "Vikram",
]
LAST_NAMES = [
    "Kumar",
    "Sharma",
    "Khan",
    "Verma",
    "Das",
    "Rao",
    "Singh",
    "Patel",
    "Nair",
    "Bose",
    "Joshi",
    "Gupta",
    "Ali",
    "Reddy",
    "Iyer",
    "Shah",
]
SEARCHES = ("kumar", "asha kumar", "kum", "zubeda", "o'brien", "zzz")
"""Of every twelfth, of every 144th, a beginning, one person, one with an apostrophe, nobody."""


def print_all() -> None:
    """On SQLite and on PostgreSQL: medians of the wall clock in ms, and how the larger compares."""
    print(f"search: registrations {', '.join(f'{size:,}' for size in SIZES)} over {DAYS} days; {conditions()}")
    for kind in ("sqlite", "postgres"):
        with standing(kind) as environment, closing(Database(environment["DATABASE_URL"])) as database:
            _of_one(kind, database)


def _of_one(kind: str, database: Database) -> None:
    ring, event_id, kind_id, ravi = fair_with_passes(database)
    taken, filled = dict[int, dict[str, float]](), 0
    for size in SIZES:
        while filled < size:
            with database.write() as db:
                fill(db, range(filled, min(filled + BATCH, size)), event_id, kind_id, ring.current)
            filled = min(filled + BATCH, size)
        with database.write() as db:
            db.execute(text("ANALYZE"))
        taken[size] = times(database, ravi)
    for what in taken[SIZES[0]]:
        each = [taken[size][what] for size in SIZES]
        print(f"  {kind:9} {what:22} {'  '.join(f'{one:8.2f} ms' for one in each)}   {each[-1] / each[0]:5.1f} times")


def fair_with_passes(database: Database) -> tuple[KeyRing, int, int, int]:
    """The keys, and the ids of an event of nine days that is open, its kind of pass, and a volunteer."""
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        fair = events.create(
            db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=DAYS - 1), now=NOW
        )
        events.open_event(db, "fair")
        ravi = roster.add(db, "fair", phone="+919811111111", name="Ravi", region="IN", now=NOW)
        return ring, fair.id, fair.kinds[0].id, ravi.id


def times(database: Database, ravi: int) -> dict[str, float]:
    """The median of each search, in ms."""
    found: dict[str, float] = {}
    for name in SEARCHES:

        def gate(db: Session, name: str = name) -> object:
            return gate_search.search(db, "fair", staff_id=ravi, name=name, now=at(12))

        def organiser(db: Session, name: str = name) -> object:
            return visitors.find(db, "fair", name, region="IN", limit=20)

        found[f"gate, {name}"] = _median(database, gate)
        found[f"organiser, {name}"] = _median(database, organiser)
    return found


def _median(database: Database, search: Callable[[Session], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        with database.read() as db:
            begun = time.perf_counter()
            search(db)
            taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def fill(db: Session, numbers: range, event_id: int, kind_id: int, key: int) -> None:
    """Registrations with a pass each, as they are kept; the ids begin where no others are."""
    some = random.Random(numbers.start)
    ids = [10_000 + number for number in numbers]
    names = [_name(one, some) for one in ids]
    consent = {"language": "en", "channel": "web", "consent_version": 1, "consent_text": "", "consented_at": NOW}
    person = [{"id": one, "holder_id": one, "asked_by_id": one, "event_id": event_id} for one in ids]
    db.execute(insert(Contact), [{"id": one, "created_at": NOW} for one in ids])
    rows = [
        {**one, **consent, "full_name": name, "answers": {}, "created_at": NOW}
        for one, name in zip(person, names, strict=True)
    ]
    db.execute(insert(Registration), rows)
    db.execute(insert(NameWord), _words(ids, names, event_id))
    same = {"event_id": event_id, "kind_id": kind_id, "party_size": 3, "status": "valid", "twin": 0, "key_id": key}
    drawn = [{"code": _code(one), "registration_id": one, "holder_id": one} for one in ids]
    db.execute(
        insert(Pass),
        [{**same, **one, "day": DAY + timedelta(days=some.randrange(DAYS)), "issued_at": NOW} for one in drawn],
    )


def _code(number: int) -> str:
    """A code of its own for each number, in no order: of a million that are drawn at random some are the same."""
    place, letters = number * 0x9E3779B1 % 32 ** (codes.LENGTH - 1), codes.ALPHABET
    body = "".join(letters[place >> 5 * at & 31] for at in range(codes.LENGTH - 1))
    return body + codes.check_character(body)


def _name(number: int, some: random.Random) -> str:
    if number == 10_007:
        return "Zubeda O’Brien"
    return f"{some.choice(FIRST_NAMES)} {some.choice(LAST_NAMES)}"


def _words(ids: Sequence[int], names: Sequence[str], event_id: int) -> list[dict[str, object]]:
    found = zip(ids, names, strict=True)
    return [
        {"event_id": event_id, "word": word, "registration_id": one}
        for one, name in found
        for word in fold_names.words(name)
    ]
