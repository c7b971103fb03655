"""The sums are what the rows say, at every moment, whatever happens at once and in whatever order."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text, update

from bot.database import Database
from bot.domain import checkins, events
from bot.domain.checkins.undo import undo
from bot.domain.keys import KeyRing
from bot.domain.models import Checkin, Figure, FigureChange
from bot.domain.stats import counter_changes, gate_figures, metrics, recount
from bot.domain.stats.metrics import CounterChange
from bot.ops import migrations
from tests import empty_tables, migrated
from tests.bot.domain import race_processes, rush
from tests.bot.domain.builders import DAY, NOW, SECRET
from tests.bot.domain.gate import NOON, World, make_world, scan
from tests.bot.domain.random_acts import ACTS, Day

acts = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 999)), min_size=8, max_size=30)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(policy=st.sampled_from(["once", "daily", "in_out"]), done=acts)
def test_whatever_happens_the_sums_are_what_the_rows_say(
    sqlite_template: Path, tmp_path: Path, policy: str, done: Sequence[tuple[str, int]]
) -> None:
    file = Path(tempfile.mkdtemp(dir=tmp_path)) / "random.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    day = Day(database, KeyRing.open(database, SECRET))
    day.begin(policy)
    for act, number in done:
        day.do(act, number)
    _are_right(database)
    list(counter_changes.fold_all(database))
    _are_right(database)
    database.close()


def _are_right(database: Database) -> None:
    with database.read() as db:
        assert recount.differences(db, "fair") == []


@pytest.mark.parametrize(
    "trigger",
    ["figures_checkins_insert", "figures_checkins_update", "figures_attempts_insert", "figures_passes_insert"],
)
def test_where_the_noting_is_missing_it_is_seen(world: World, trigger: str) -> None:
    """What the tests above rest on: without one of the triggers they fail."""
    db = world.db
    assert recount.differences(db, "fair") == []
    table = trigger.split("_")[1]
    db.execute(text(f"DROP TRIGGER {trigger}" + ("" if db.get_bind().dialect.name == "sqlite" else f" ON {table}")))
    try:
        world.admit(count=1)
        world.admit(count=4)
        undo(db, world.ravi.id, NOON)
        rush.issued(db, world.event, world.ring.current, 1)
        assert recount.differences(db, "fair")
    finally:
        db.rollback()  # or the tests after this one have no trigger


def test_what_differs_is_told_and_mended(world: World) -> None:
    db = world.db
    world.admit()
    for row in (Checkin, FigureChange):  # somebody wrote past the triggers, and the changes were lost
        assert db.scalar(select(func.count()).select_from(row))
    db.execute(delete(FigureChange).where(FigureChange.fact == "in"))
    found = {(one.key.metric, one.stored.people, one.counted.people) for one in recount.rebuild(db, "fair")}
    assert ("in", 0, 4) in found
    assert recount.rebuild(db, "fair") == []
    assert gate_figures.today(db, "fair", NOON).admitted == 4


def folding(database: Database, number: int) -> str:
    """One clock, or one gate."""
    if number % 2:
        return f"{sum(counter_changes.fold_all(database))} folded"
    ring = KeyRing.open(database, SECRET)
    with database.read() as db:
        codes = [code for (code,) in db.execute(text("SELECT code FROM passes ORDER BY id"))]
    for code in codes[number::8]:
        with database.write() as db:
            checkins.admit(db, ring, scan(code), NOON)
    return "scanned"


@pytest.mark.race
def test_two_clocks_fold_while_people_come_in(database: Database, ring: KeyRing) -> None:
    with database.write() as db:
        fair = events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=3), now=NOW)
        events.open_event(db, "fair")
        make_world(db, ring, fair)
        rush.issued(db, fair, ring.current, 60)
    outcomes = Counter(outcome.split()[-1] for outcome in race_processes.in_threads(database, folding, range(8)))
    assert outcomes == {"scanned": 4, "folded": 4}
    _are_right(database)
    list(counter_changes.fold_all(database))
    _are_right(database)
    with database.read() as db:
        assert db.scalar(select(func.count(FigureChange.id))) == 0


@pytest.mark.race
def test_a_look_while_the_clock_folds_is_exact(database: Database, ring: KeyRing) -> None:
    """A look that read the sums first and then what is on its way would count a fold twice or not at all."""
    with database.write() as db:
        fair = events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY, now=NOW)
        events.open_event(db, "fair")
        make_world(db, ring, fair)
        codes = rush.issued(db, fair, ring.current, 40)
    for code in codes:
        with database.write() as db:
            checkins.admit(db, ring, scan(code), NOON)
    assert set(race_processes.in_threads(database, looking, range(6))) == {"120"}


def looking(database: Database, number: int) -> str:
    """One folds, change by change; the others look all the while."""
    if number == 0:
        while counter_changes.fold(database, 5):
            pass
    seen = set()
    for _ in range(15):
        with database.read() as db:
            seen.add(gate_figures.today(db, "fair", NOON).admitted)
    return " ".join(str(one) for one in sorted(seen))


@pytest.mark.own_database
@pytest.mark.parametrize("cleared", [True, False])
def test_a_look_does_not_pass_over_what_was_folded(
    postgres: Database, monkeypatch: pytest.MonkeyPatch, cleared: bool
) -> None:
    """And as it is where PostgreSQL clears away only when it comes to it."""
    many = counter_changes.MANY_FOLDED
    monkeypatch.setattr(counter_changes, "MANY_FOLDED", many if cleared else 10 * many)
    one = CounterChange(7, metrics.CORRECTION, DAY, 0, 0, 0, 0, "in", "", 1, 1)
    reading = "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM figure_changes WHERE event_id = 7"
    with closing(Database(empty_tables.new_database(postgres.url))) as database:
        with database.change() as connection:
            connection.exec_driver_sql("ALTER TABLE figure_changes SET (autovacuum_enabled = false)")
        with database.write() as db:
            counter_changes.append(db, [one] * many)
        assert sum(counter_changes.fold_all(database)) == many
        with database.change() as connection:
            connection.exec_driver_sql("SET enable_seqscan = off")
            plan = connection.exec_driver_sql(reading).scalar_one()[0]["Plan"]
    assert (plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 5) is cleared


def test_rows_that_were_there_before_the_figures_are_counted(database: Database, ring: KeyRing) -> None:
    """Nothing depends on who wrote them, or when: a service that is brought up to date has its figures."""
    day = Day(database, ring)
    day.begin("in_out")
    for number, act in enumerate(("register", "scan", "out", "late", "walk up", "count", "status", "cancel")):
        day.do(act, number)
    migrated.to(database, "0011")
    migrations.upgrade(database)
    _are_right(database)
    with database.read() as db:
        assert (
            gate_figures.today(db, "fair", day.now).counted_out + gate_figures.today(db, "fair", day.now).counted_in > 0
        )


def test_a_row_changed_by_hand_counts_as_it_is(world: World) -> None:
    db = world.db
    world.admit()
    db.execute(update(Checkin).where(Checkin.event_id == world.event.id).values(people=3))
    assert gate_figures.today(db, "fair", NOON).admitted == 3
    assert db.scalar(select(func.count()).select_from(Figure)) == 0
