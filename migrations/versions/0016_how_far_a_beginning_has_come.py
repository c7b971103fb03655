"""how far a registration that was begun has come, and a broadcast's messages among its event's figures."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COLUMNS = "event_id, fact, day, minute, gate_id, staff_id, device_id, what, more, people, times"
STATE = (
    "SUBSTR(r.status || CASE WHEN r.status IN ('failed', 'undelivered') "
    "THEN ':' || COALESCE(CAST(r.error_code AS VARCHAR(10)), r.reason, '') ELSE '' END, 1, 80)"
)
OF_ONE = "(SELECT p.event_id FROM passes p WHERE p.id = r.pass_id)"
OF_MANY = "(SELECT b.event_id FROM broadcasts b WHERE b.id = r.broadcast_id)"
NOW, BEFORE = f"COALESCE({OF_ONE}, {OF_MANY}, 0)", f"COALESCE({OF_ONE}, 0)"
WATCHED = ("status", "error_code", "reason", "pass_id", "kind")


def upgrade() -> None:
    op.add_column("beginnings", sa.Column("moves", sa.Integer(), nullable=False, server_default="0"))
    _count_for(NOW)


def downgrade() -> None:
    _count_for(BEFORE)
    op.drop_column("beginnings", "moves")


def _count_for(event: str) -> None:
    """Let the triggers of deliveries count each for this event."""
    database = op.get_bind()
    if database.dialect.name != "sqlite":
        gone, come = _noting(event, "OLD", "-", sqlite=False), _noting(event, "NEW", "", sqlite=False)
        database.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION figures_of_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP <> 'INSERT' THEN {gone}; END IF; IF TG_OP <> 'DELETE' THEN {come}; END IF; RETURN NULL; END $$"
        )
        return
    gone, come = _noting(event, "OLD", "-", sqlite=True), _noting(event, "NEW", "", sqlite=True)
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in WATCHED)
    acts = {
        "insert": f"AFTER INSERT ON deliveries BEGIN {come}; END",
        "delete": f"AFTER DELETE ON deliveries BEGIN {gone}; END",
        "update": f"AFTER UPDATE OF {', '.join(WATCHED)} ON deliveries WHEN {changed} BEGIN {gone}; {come}; END",
    }
    for act, rest in acts.items():
        database.exec_driver_sql(f"DROP TRIGGER figures_deliveries_{act}")
        database.exec_driver_sql(f"CREATE TRIGGER figures_deliveries_{act} {rest}")


def _noting(event: str, row: str, sign: str, *, sqlite: bool) -> str:
    """The statement that notes a delivery: with a minus that it is not so any more."""
    minute = "CAST(floor(extract(epoch FROM r.created_at) / 60) AS bigint)"
    ever = "DATE '1970-01-01'"
    if sqlite:
        minute, ever = "CAST(strftime('%s', r.created_at) AS INTEGER) / 60", "'1970-01-01'"
    values = f"{event}, 'message', {ever}, {minute}, 0, 0, 0, r.kind, {STATE}, 0, {sign}1"
    return f"INSERT INTO figure_changes ({COLUMNS}) SELECT {values}".replace("r.", f"{row}.")
