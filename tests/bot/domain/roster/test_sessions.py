"""Sessions of the staff pages: from when to when they hold, wherever they begin."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.database import Database
from bot.domain import events, roster
from bot.domain.models import EndedSession
from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster.sessions import SessionMark
from tests.bot.domain.builders import DAY, NOW

RAVI = "+919811111111"
SECOND = timedelta(seconds=1)


@pytest.fixture
def mark(database: Database) -> SessionMark:
    """Ravi's session; he works at two events."""
    with database.write() as db:
        for slug in ("fair", "mela"):
            events.create(db, slug=slug, name=slug, starts_on=DAY, ends_on=DAY, now=NOW)
            roster.add(db, slug, phone=RAVI, name="Ravi", region="IN", now=NOW)
        return staff_sessions.begin(staff_sessions.places(db, RAVI, NOW)[0], NOW)


def test_a_session_that_was_ended_is_dead_in_every_copy(database: Database, mark: SessionMark) -> None:
    with database.write() as db:
        other = staff_sessions.places(db, RAVI, NOW)[1]
        moved = staff_sessions.move(db, mark, other.event.slug, NOW)
        again = staff_sessions.begin(other, NOW)
        for _ in range(2):
            staff_sessions.end(db, moved, NOW)
    with database.read() as db:
        assert [staff_sessions.resume(db, one, NOW + SECOND) for one in (mark, moved)] == [None, None]
        assert staff_sessions.resume(db, again, NOW + SECOND)


def test_a_session_from_before_there_were_ids_holds_and_can_be_ended(database: Database, mark: SessionMark) -> None:
    old = replace(mark, id="")
    with database.read() as db:
        assert staff_sessions.resume(db, old, NOW)
    with database.write() as db:
        staff_sessions.end(db, old, NOW)
        assert staff_sessions.resume(db, old, NOW) is None
        assert staff_sessions.resume(db, mark, NOW)


@pytest.mark.parametrize(
    ("passed", "holds"),
    [
        (-121 * SECOND, False),
        (-119 * SECOND, True),
        (staff_sessions.SESSION_TTL - SECOND, True),
        (staff_sessions.SESSION_TTL, False),
    ],
)
def test_a_session_holds_for_a_shift_and_on_machines_a_little_behind(
    database: Database, mark: SessionMark, passed: timedelta, holds: bool
) -> None:
    with database.read() as db:
        assert (staff_sessions.resume(db, mark, NOW + passed) is not None) == holds


def test_ended_sessions_are_forgotten_when_no_copy_holds_any_more(database: Database, mark: SessionMark) -> None:
    with database.write() as db:
        staff_sessions.end(db, mark, NOW)
        staff_sessions.forget_ended(db, NOW + staff_sessions.SESSION_TTL)
        assert db.query(EndedSession).count() == 1
        staff_sessions.forget_ended(db, NOW + staff_sessions.SESSION_TTL + timedelta(minutes=3))
        assert db.query(EndedSession).count() == 0
