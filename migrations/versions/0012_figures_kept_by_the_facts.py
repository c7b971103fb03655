"""sums instead of counting, noted by triggers in the transactions of the facts; registrations begun; alerts.

A trigger cannot be forgotten: rows made in bulk, by hand, or by an older process during a deploy are noted too,
and of a conditional UPDATE of a delivery's status only the database knows what it was before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = "event_id, fact, day, minute, gate_id, staff_id, device_id, what, more, people, times"
WHERE_AND_WHO = "COALESCE(r.gate_id, 0), COALESCE(r.staff_id, 0), COALESCE(r.device_id, 0)"
NOBODY = "0, 0, 0"
OF_ITS_EVENT = "COALESCE((SELECT p.event_id FROM passes p WHERE p.id = r.pass_id), 0)"
WHAT_CAME_OF_IT = (
    "SUBSTR(r.status || CASE WHEN r.status IN ('failed', 'undelivered') "
    "THEN ':' || COALESCE(CAST(r.error_code AS VARCHAR(10)), r.reason, '') ELSE '' END, 1, 80)"
)


@dataclass(frozen=True)
class Fact:
    """What of a row counts; `r` is the row, `<x>` the minute of a moment, `±` its sign, `EVER` no day."""

    table: str
    values: str
    watched: str
    joined: str = ""
    when: str = "1 = 1"


FACTS = (
    Fact(
        "checkins",
        "r.event_id, CASE r.result WHEN 'left' THEN 'out' ELSE 'in' END, r.day, <r.scanned_at>, "
        f"{WHERE_AND_WHO}, r.result, CASE WHEN r.forced THEN 'forced' ELSE '' END, ±r.people, ±1",
        "result people day gate_id staff_id device_id forced scanned_at undone_at",
        when="r.day IS NOT NULL AND r.undone_at IS NULL",
    ),
    Fact(
        "attempts",
        f"r.event_id, 'refused', r.day, <r.scanned_at>, {WHERE_AND_WHO}, r.result, '', 0, ±1",
        "gate_id staff_id device_id",
    ),
    Fact(
        "head_counts",
        f"r.event_id, 'counted', r.day, <r.counted_at>, {WHERE_AND_WHO}, r.direction, '', ±r.people, ±1",
        "direction people day gate_id staff_id device_id",
    ),
    Fact(
        "registrations",
        f"r.event_id, 'registered', EVER, <r.created_at>, {NOBODY}, r.channel, '', 0, ±1",
        "event_id channel created_at",
    ),
    Fact(
        "passes",
        f"r.event_id, 'held', EVER, <g.created_at>, {NOBODY}, g.channel, '', ±r.party_size, 0",
        "status party_size",
        joined="registrations g",
        when="g.id = r.registration_id AND r.status = 'valid'",
    ),
    Fact(
        "deliveries",
        f"{OF_ITS_EVENT}, 'message', EVER, <r.created_at>, {NOBODY}, r.kind, {WHAT_CAME_OF_IT}, 0, ±1",
        "status error_code reason pass_id kind",
    ),
    Fact(
        "beginnings",
        f"COALESCE(r.event_id, 0), 'begun', EVER, <r.begun_at>, {NOBODY}, r.channel, r.step, 0, ±1",
        "event_id step",
    ),
)


def upgrade() -> None:
    _make_tables()
    sqlite = op.get_bind().dialect.name == "sqlite"
    # Where a table has a trigger, SQLite looks at every new row for others that refer to it.
    there = sa.text("replaced_by_id IS NOT NULL")
    op.create_index(
        "ix_passes_replaced_by_id", "passes", ["replaced_by_id"], sqlite_where=there, postgresql_where=there
    )
    for fact in FACTS:
        for statement in (_in_sqlite if sqlite else _in_postgresql)(fact):
            op.get_bind().exec_driver_sql(statement)
        op.get_bind().exec_driver_sql(_of_all_rows(fact, sqlite=sqlite))


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for fact in FACTS:
        names = [f"figures_{fact.table}_{act}" for act in ("insert", "delete", "update")]
        for name in names:
            op.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {fact.table}"))
        if not sqlite:
            op.execute(f"DROP FUNCTION figures_of_{fact.table}")
    op.drop_index("ix_passes_replaced_by_id", table_name="passes")
    for table in ("alerts", "alert_rules", "beginnings", "figure_changes", "figures"):
        op.drop_table(table)


# --- the triggers ---------------------------------------------------------------------------------


def _in_sqlite(fact: Fact) -> Iterator[str]:
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in fact.watched.split())
    of = ", ".join(fact.watched.split())
    gone, come = _noting(fact, "OLD", "-", sqlite=True), _noting(fact, "NEW", "", sqlite=True)
    name = f"CREATE TRIGGER figures_{fact.table}"
    yield f"{name}_insert AFTER INSERT ON {fact.table} BEGIN {come}; END"
    yield f"{name}_delete AFTER DELETE ON {fact.table} BEGIN {gone}; END"
    yield f"{name}_update AFTER UPDATE OF {of} ON {fact.table} WHEN {changed} BEGIN {gone}; {come}; END"


def _in_postgresql(fact: Fact) -> Iterator[str]:
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in fact.watched.split())
    of = ", ".join(fact.watched.split())
    gone, come = _noting(fact, "OLD", "-", sqlite=False), _noting(fact, "NEW", "", sqlite=False)
    function = f"figures_of_{fact.table}"
    yield (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'INSERT' THEN {gone}; END IF; IF TG_OP <> 'DELETE' THEN {come}; END IF; RETURN NULL; END $$"
    )
    name, each = f"CREATE TRIGGER figures_{fact.table}", f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    yield f"{name}_insert AFTER INSERT ON {fact.table} {each}"
    yield f"{name}_delete AFTER DELETE ON {fact.table} {each}"
    yield (
        f"{name}_update AFTER UPDATE OF {of} ON {fact.table} "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {function}()"
    )


def _noting(fact: Fact, row: str, sign: str, *, sqlite: bool) -> str:
    """The statement that notes a row: with a minus that it is gone."""
    source = f" FROM {fact.joined}" if fact.joined else ""
    chosen = f"SELECT {fact.values}{source} WHERE {fact.when}".replace("r.", f"{row}.")
    return f"INSERT INTO figure_changes ({COLUMNS}) {_spoken(chosen, sign, sqlite=sqlite)}"


def _of_all_rows(fact: Fact, *, sqlite: bool) -> str:
    """The statement that notes all rows that there are."""
    source = ", ".join(filter(None, (f"{fact.table} r", fact.joined)))
    names = COLUMNS.split(", ")
    keys = ", ".join(names[:-2])
    rows = f"SELECT {fact.values} FROM {source} WHERE {fact.when}"  # noqa: S608 - our own words
    rows = _spoken(rows, "", sqlite=sqlite)
    return (
        f"INSERT INTO figure_changes ({COLUMNS}) WITH noted ({COLUMNS}) AS ({rows}) "  # noqa: S608 - our own words
        f"SELECT {keys}, SUM(people), SUM(times) FROM noted GROUP BY {keys}"
    )


def _spoken(words: str, sign: str, *, sqlite: bool) -> str:
    """The trigger's words in the database's dialect. Moments are kept in UTC; SQLite keeps them as text."""
    minute, ever = r"CAST(floor(extract(epoch FROM \1) / 60) AS bigint)", "DATE '1970-01-01'"
    if sqlite:
        minute, ever = r"CAST(strftime('%s', \1) AS INTEGER) / 60", "'1970-01-01'"
    return re.sub(r"<(\w+\.\w+)>", minute, words).replace("EVER", ever).replace("±", sign)


# --- the tables -----------------------------------------------------------------------------------


def _make_tables() -> None:
    number = sa.BigInteger()
    op.create_table(
        "figures",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("metric", sa.String(length=16), nullable=False),
        sa.Column("bucket", number, nullable=False),
        sa.Column("who", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=100), nullable=False),
        sa.Column("people", number, nullable=False),
        sa.Column("times", number, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "day", "metric", "bucket", "who", "what", name=op.f("pk_figures")),
    )
    op.create_table(
        "figure_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minute", number, nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("more", sa.String(length=100), nullable=False),
        sa.Column("people", number, nullable=False),
        sa.Column("times", number, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_changes")),
    )
    op.create_index("ix_figure_changes_event_id", "figure_changes", ["event_id"])
    op.create_table(
        "beginnings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beginnings")),
    )
    op.create_index("ix_beginnings_event_id", "beginnings", ["event_id"])
    _make_alerts()


def _make_alerts() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("inside", sa.Integer(), nullable=True),
        sa.Column("silent_minutes", sa.Integer(), nullable=True),
        sa.Column("failures_permille", sa.Integer(), nullable=True),
        sa.Column("queue_seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_alert_rules")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    still = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_alerts_raised",
        "alerts",
        ["event_id", "what", "gate_id"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
    op.create_index("ix_alerts_event_id_ended_at", "alerts", ["event_id", "ended_at"])
