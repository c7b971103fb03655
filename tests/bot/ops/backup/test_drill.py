"""The drill: a backup under load, all destroyed, restored to an empty place; nobody is harmed."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.database import Database
from bot.delivery.carriers import StatusUpdate
from bot.delivery.outbox import hold
from bot.domain.models import Delivery, Pass, Registration
from bot.ops import backup, reconcile
from bot.settings import Settings
from tests.bot.ops.backup.conftest import OPENED, Fair

BEFORE = 5
"""People who are surely in the copy; others come while it is taken."""


def destroy(fair: Fair) -> None:
    fair.database.close()
    if fair.database.is_sqlite:
        for file in Path(fair.settings.database.removeprefix("sqlite:///")).parent.glob("test.db*"):
            file.unlink()


@contextmanager
def crowd(fair: Fair) -> Iterator[list[tuple[int, str]]]:
    """People register one after another, for as long as the block lasts; those who have by its end."""
    ring, later = fair.ring, list[tuple[int, str]]()
    under_way, enough = threading.Event(), threading.Event()

    def load() -> None:
        while not enough.is_set() or len(later) < BEFORE:
            if len(later) < 2 * BEFORE:
                later.append(fair.register(ring))
                under_way.set()
            else:  # more pictures would only take longer
                fair.hear_of_somebody()

    people = threading.Thread(target=load)
    people.start()
    try:
        under_way.wait(30)
        yield later
    finally:
        enough.set()
        people.join()


def test_a_backup_under_load_brings_back_all_that_there_was(
    saved_fair: Fair, empty_place: Settings, tmp_path: Path
) -> None:
    given = [saved_fair.register(saved_fair.ring) for _ in range(BEFORE)]
    saved_fair.outbox.deliver(given[0][0])
    assert saved_fair.scan(given[1][1]) == "admitted"
    with crowd(saved_fair) as later:
        made = backup.make(saved_fair.database, saved_fair.settings, tmp_path / "backup")
    saved_fair.send_all()  # all of them have their picture; the copy knows of one
    backup.verify(tmp_path / "backup")
    destroy(saved_fair)

    backup.restore(tmp_path / "backup", empty_place, now=OPENED, actor="Asha")
    with closing(Database(empty_place.database)) as database:
        restored = replace(saved_fair, database=database, settings=empty_place)
        _check_what_there_is(restored, made.rows)
        _check_the_gate(restored, given, later, made.rows["passes"])
        _check_what_is_sent(restored)


def _check_what_there_is(restored: Fair, rows: dict[str, int]) -> None:
    with restored.database.read() as db:
        passes = db.scalar(select(func.count()).select_from(Pass))
        assert passes == db.scalar(select(func.count()).select_from(Registration)) == rows["passes"]
        assert rows["passes"] >= BEFORE
        found = reconcile.compare(db, {}, since=OPENED, now=OPENED)
    assert {difference.code for difference in found} <= {"outcome_unknown"}


def _check_the_gate(restored: Fair, given: list[tuple[int, str]], later: list[tuple[int, str]], copied: int) -> None:
    """Who had a pass enters, once; whose pass is lost is unknown, also when others have registered since."""
    assert [restored.scan(token) for _, token in given] == [
        "admitted",
        "already_admitted",
        *["admitted"] * (BEFORE - 2),
    ]
    others = [restored.register(restored.ring) for _ in range(len(later) + 1)]
    lost = later[copied - BEFORE :]
    assert [restored.scan(token) for _, token in lost] == ["unknown"] * len(lost)
    assert [restored.scan(token) for _, token in others] == ["admitted"] * len(others)


def _check_what_is_sent(restored: Fair) -> None:
    """Nothing until it was looked at; and then nobody gets a second picture."""
    before = len(restored.twilio.sent)
    restored.clock.move(minutes=10)
    restored.send_all()
    assert len(restored.twilio.sent) == before
    now = restored.clock()
    listed = {sent.sid: (StatusUpdate(sent.sid, "sent"), now) for sent in restored.twilio.sent}
    with restored.database.write() as db:
        unknown = [
            found for found in reconcile.compare(db, listed, since=OPENED, now=now) if found.code == "unknown_message"
        ]
        assert unknown
        hold.lift(db, now)
    restored.send_all()
    captions = Counter(sent.body for sent in restored.twilio.sent if sent.media_url)
    assert set(captions.values()) == {1}
    assert restored.owed() == 0


def test_without_the_doubt_people_get_a_second_picture(saved_fair: Fair, empty_place: Settings, tmp_path: Path) -> None:
    saved_fair.register(saved_fair.ring)
    backup.make(saved_fair.database, saved_fair.settings, tmp_path / "backup")
    saved_fair.send_all()
    backup.restore(tmp_path / "backup", empty_place, now=OPENED, actor="Asha", send=True)
    with closing(Database(empty_place.database)) as database:
        with database.write() as db:
            db.execute(Delivery.__table__.update().values(tried_at=None))  # type: ignore[attr-defined]  # a table
        restored = replace(saved_fair, database=database, settings=empty_place)
        restored.clock.move(minutes=10)
        restored.send_all()
    assert len(saved_fair.twilio.sent) == 2


def test_who_says_so_sends_at_once_and_still_nothing_twice(
    saved_fair: Fair, empty_place: Settings, tmp_path: Path
) -> None:
    saved_fair.register(saved_fair.ring)
    backup.make(saved_fair.database, saved_fair.settings, tmp_path / "backup")
    saved_fair.send_all()
    backup.restore(tmp_path / "backup", empty_place, now=OPENED, actor="Asha", send=True)
    with closing(Database(empty_place.database)) as database:
        restored = replace(saved_fair, database=database, settings=empty_place)
        restored.clock.at = OPENED + timedelta(minutes=10)
        restored.send_all()
    assert len(saved_fair.twilio.sent) == 1
