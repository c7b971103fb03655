"""Erased twice at once, and erased while they register: nothing is left that names them without being theirs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import func, select

from bot.database import Database
from bot.domain import events, people
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, ContactAlias, EventDay, Pass, Registration
from bot.domain.passes import registration as registrations
from bot.domain.privacy import erasure
from tests.bot.domain.builders import DAY, NOW, SECRET, asking

PHONE = "+919812345678"
DAYS = 4


def test_erased_twice_while_they_register(database: Database) -> None:
    """One pass is there; three are being registered while two erase. Who comes after is a new person."""
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=DAYS), now=NOW)
        events.open_event(db, "fair")
    at_once = Barrier(DAYS + 2)

    def register(day: int, *, wait: bool = True) -> None:
        if wait:
            at_once.wait()
        with database.write() as db:
            asker = people.find_or_make(db, phone=PHONE, now=NOW)
            registrations.register(db, ring, **asking(asker, visit_date=DAY + timedelta(days=day)))

    def erase() -> None:
        at_once.wait()
        with database.write() as db:
            who = erasure.by_name(db, phone=PHONE)
            erasure.erase(db, who, NOW, even_today=False, actor="test")

    register(0, wait=False)
    with ThreadPoolExecutor(DAYS + 2) as pool:
        running = [pool.submit(register, day) for day in range(1, DAYS + 1)] + [pool.submit(erase) for _ in range(2)]
        for one in running:
            one.result()
    with database.read() as db:
        kept = select(Registration.full_name).join(Contact, Registration.holder_id == Contact.id)
        known = select(ContactAlias.contact_id)
        assert set(db.scalars(kept.where(Contact.id.not_in(known)))) == {""}
        assert set(db.scalars(kept.where(Contact.id.in_(known)))) <= {"Asha Verma"}
        assert db.scalar(select(func.count(Registration.id))) == DAYS + 1
        valid = db.scalar(select(func.sum(Pass.party_size)).where(Pass.status == "valid")) or 0
        assert db.scalar(select(func.sum(EventDay.taken))) == valid
