"""Sessions of the staff pages: from when to when they hold, wherever they begin."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.database import Database
from bot.domain import events, sign_in, staff
from bot.domain.models import EndedSession
from bot.domain.sign_in import SessionMark
from tests.domain.making import DAY, NOW

RAVI = "+919811111111"
SECOND = timedelta(seconds=1)


@pytest.fixture
def mark(database: Database) -> SessionMark:
    """Ravi's session; he works at two events."""
    with database.write() as db:
        for slug in ("fair", "mela"):
            events.create(db, slug=slug, name=slug, starts_on=DAY, ends_on=DAY, now=NOW)
            staff.add(db, slug, phone=RAVI, name="Ravi", region="IN", now=NOW)
        return sign_in.begin(sign_in.places(db, RAVI, NOW)[0], NOW)


def test_a_session_that_was_ended_is_dead_in_every_copy(database: Database, mark: SessionMark) -> None:
    with database.write() as db:
        other = sign_in.places(db, RAVI, NOW)[1]
        moved = sign_in.move(db, mark, other.id, NOW)
        again = sign_in.begin(other, NOW)
        for _ in range(2):
            sign_in.end(db, moved, NOW)
    with database.read() as db:
        assert [sign_in.resume(db, one, NOW + SECOND) for one in (mark, moved)] == [None, None]
        assert sign_in.resume(db, again, NOW + SECOND)


def test_a_session_from_before_there_were_ids_holds_and_can_be_ended(database: Database, mark: SessionMark) -> None:
    old = replace(mark, id="")
    with database.read() as db:
        assert sign_in.resume(db, old, NOW)
    with database.write() as db:
        sign_in.end(db, old, NOW)
        assert sign_in.resume(db, old, NOW) is None
        assert sign_in.resume(db, mark, NOW)


@pytest.mark.parametrize(
    ("passed", "holds"),
    [(-121 * SECOND, False), (-119 * SECOND, True), (sign_in.SHIFT - SECOND, True), (sign_in.SHIFT, False)],
)
def test_a_session_holds_for_a_shift_and_on_machines_a_little_behind(
    database: Database, mark: SessionMark, passed: timedelta, holds: bool
) -> None:
    with database.read() as db:
        assert (sign_in.resume(db, mark, NOW + passed) is not None) == holds


def test_ended_sessions_are_forgotten_when_no_copy_holds_any_more(database: Database, mark: SessionMark) -> None:
    with database.write() as db:
        sign_in.end(db, mark, NOW)
        sign_in.forget_ended(db, NOW + sign_in.SHIFT)
        assert db.query(EndedSession).count() == 1
        sign_in.forget_ended(db, NOW + sign_in.SHIFT + timedelta(minutes=3))
        assert db.query(EndedSession).count() == 0
