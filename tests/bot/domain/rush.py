"""A morning's rush in small: many passes, and gates through which everybody comes, each in an order of its own."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import checkins
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, Pass, Registration
from bot.domain.passes import rows as pass_rows
from flows.shapes.scans import Scan
from tests.bot.domain.builders import DAY, NOW, SECRET
from tests.bot.domain.gate import NOON

PARTY = 3
FIRST = 1000
"""The first id of these people: others are there already."""


def issued(db: Session, fair: Event, key: int, number: int, *, first: int = FIRST) -> Sequence[str]:
    """The codes of so many passes of three for the fair's first day.

    Rows as bot.domain.passes.registration.register leaves them, in bulk: what is raced here is what comes after.
    """
    ids = range(first, first + number)
    given, drawn = set(db.scalars(select(Pass.code))), set[str]()
    while len(drawn) < number:
        drawn |= {pass_rows.new_code()} - given
    same = {"event_id": fair.id, "party_size": PARTY, "kind_id": fair.kinds[0].id, "status": "valid", "twin": 0}
    consent = {"language": "en", "channel": "whatsapp", "consent_version": 1, "consent_text": "", "consented_at": NOW}
    person = [{"holder_id": one, "asked_by_id": one, "event_id": fair.id, "id": one} for one in ids]
    _insert(db, Contact, [{"id": one, "created_at": NOW} for one in ids])
    _insert(
        db, Registration, [{**one, **consent, "full_name": "Asha", "answers": {}, "created_at": NOW} for one in person]
    )
    row = {"day": DAY, "key_id": key, "issued_at": NOW}
    made = [
        {**same, **row, "code": code, "registration_id": one, "holder_id": one}
        for one, code in zip(ids, drawn, strict=True)
    ]
    _insert(db, Pass, made)
    return sorted(drawn)


def _insert(db: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    table: Table = model.__table__
    db.execute(insert(table), rows)


def at_a_gate(database: Database, wish: tuple[int, tuple[str, Sequence[str]]]) -> str:
    """One gate through which everybody wants to come; how many scans came to what, and how many people went in."""
    number, (gate, codes) = wish
    ring, mine = KeyRing.open(database, SECRET), list(codes)
    random.Random(number).shuffle(mine)
    told: Counter[str] = Counter()
    for code in mine:
        scan = Scan(code, f"{number} {code}", "fair", "api", gate=gate)
        with database.write() as db:
            answer = checkins.admit(db, ring, scan, NOON)
        told.update({answer.result: 1, "people": answer.admitted_now})
    return " ".join(f"{what}={count}" for what, count in sorted(told.items()))
