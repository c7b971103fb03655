"""Many who want the same at the same moment: in threads of one process, and in several processes."""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import passes, people
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Pass
from bot.domain.passes import registration as registrations
from bot.domain.violations import violated
from bot.errors import Refused
from flows.understanding import codes
from tests.bot.domain.builders import DAY, NOW, SECRET, asking

Act = Callable[[Database, Any], str]
"""What one of them does, and what came of it in a word; picklable, so a function of a module."""
Race = Callable[[Act, Sequence[Any]], list[str]]
"""Lets one act be done for every wish at once; what came of each."""


def in_threads(database: Database, act: Act, wishes: Sequence[Any]) -> list[str]:
    """What came of each wish, all begun at once."""
    start = threading.Barrier(len(wishes))

    def one(wish: Any) -> str:
        start.wait(30)
        return _outcome(database, act, wish)

    with ThreadPoolExecutor(len(wishes)) as pool:
        return list(pool.map(one, wishes))


class Processes:
    """Several processes, begun once and used by many races."""

    def __init__(self, count: int = 4) -> None:
        context = multiprocessing.get_context("spawn")
        self._count = count
        self._pool = ProcessPoolExecutor(count, context, _remember, (context.Barrier(count),))

    def race(self, url: str, act: Act, wishes: Sequence[Any]) -> list[str]:
        """What came of each wish; every process has a share of them, in threads, and all begin at once."""
        shares = [wishes[number :: self._count] for number in range(self._count)]
        running = [self._pool.submit(_share, url, act, share) for share in shares]
        return [outcome for one in running for outcome in one.result(timeout=120)]

    def close(self) -> None:
        """Let them end."""
        self._pool.shutdown()


_start: list[Any] = []
"""In a child: the barrier at which the processes of a race wait for each other."""


def _remember(barrier: Any) -> None:
    _start.append(barrier)


def _share(url: str, act: Act, wishes: Sequence[Any]) -> list[str]:
    database = Database(url)
    try:
        _start[0].wait(60)
        return in_threads(database, act, wishes)
    finally:
        database.close()


def _outcome(database: Database, act: Act, wish: Any) -> str:
    try:
        return act(database, wish)
    except Refused as no:
        return no.code
    except IntegrityError as error:
        return violated(error)
    except Exception as error:  # the test must see what it was, from whatever process
        return f"{type(error).__name__}: {error}"


# --- what they want ---------------------------------------------------------------------------------


def place(database: Database, number: int) -> str:
    """One person of fifty wants one place on the first day."""
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        person = people.find_or_make(db, phone=f"+9198100000{number:02}", now=NOW)
        registrations.register(db, ring, **asking(person, party_size=1))
    return "registered"


def same_person(database: Database, number: int) -> str:
    """One person wants the pass that they have once more."""
    ring = KeyRing.open(database, SECRET)
    try:
        with database.write() as db:
            person = people.find_or_make(db, phone="+919812345678", now=NOW)
            issued = registrations.register(db, ring, **asking(person))
            return f"registered {codes.shown(issued.code)}"
    except Refused as no:
        return f"{no.code} {no.params.get('code')} {no.params.get('day')}"


def person(database: Database, names: dict[str, str]) -> str:
    """Somebody is met by a phone, a user id, or both."""
    with database.write() as db:
        people.find_or_make(db, **names, now=NOW)
    return "met"


def key(database: Database, number: int) -> str:
    """A process opens the ring."""
    return KeyRing.open(database, SECRET).sign(b"words")[1].hex()


def cancelling(database: Database, code: str) -> str:
    """A pass that is cancelled already is cancelled once more."""
    with database.write() as db:
        asha = people.find_or_make(db, phone="+919812345678", now=NOW)
        passes.cancel(db, contact=asha, code=code, now=NOW)
    return "cancelled"


def restless(database: Database, number: int) -> str:
    """Somebody registers, moves to and fro between two days, and every third cancels in the end."""
    ring = KeyRing.open(database, SECRET)
    phone = f"+9198100000{number:02}"
    days = [DAY, DAY + timedelta(days=1)]
    if number % 2:
        days.reverse()
    code = _step(database, phone, partial(_registered, ring=ring, day=days[0]))
    for turn in range(4):
        wish = {"visit_date": days[(turn + 1) % 2], "party_size": 1 + (number + turn) % 3}
        code = _step(database, phone, partial(_changed, ring=ring, code=code, wish=wish)) or code
    if code and number % 3 == 0:
        _step(database, phone, partial(_cancelled, code=code))
    return "done"


def _registered(db: Session, who: Contact, ring: KeyRing, day: date) -> Pass:
    return registrations.register(db, ring, **asking(who, visit_date=day))


def _changed(db: Session, who: Contact, ring: KeyRing, code: str, wish: dict[str, Any]) -> Pass:
    return passes.change(db, ring, contact=who, code=code, now=NOW, **wish)


def _cancelled(db: Session, who: Contact, code: str) -> Pass:
    return passes.cancel(db, contact=who, code=code, now=NOW)


def _step(database: Database, phone: str, act: Callable[[Session, Contact], Pass]) -> str:
    """The code of the pass that came of it; empty where it was refused."""
    try:
        with database.write() as db:
            return str(act(db, people.find_or_make(db, phone=phone, now=NOW)).code)
    except Refused:
        return ""
