"""What an act leaves in the audit log, whatever it does to the session."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.database import Database
from bot.domain import audit, events, roster
from bot.domain.audit import recorder, row_diff
from bot.domain.models import AuditEntry, Gate, Staff
from bot.domain.roster import gates
from bot.errors import Refused
from tests.bot.domain.builders import DAY, NOW

pytestmark = pytest.mark.without_noise  # these tests name rows by their ids

PHONE = "+919812345678"


@pytest.fixture(autouse=True)
def two_fairs(database: Database) -> None:
    """Two events, each with a gate, and Ravi on the roster of both."""
    with database.write() as db:
        for slug in ("one", "two"):
            events.create(db, slug=slug, name=slug, starts_on=DAY, ends_on=DAY + timedelta(days=1), now=NOW)
            gates.add(db, slug, "Main")
            roster.add(db, slug, phone=PHONE, name="Ravi", region="IN", now=NOW)


def entries(database: Database) -> list[AuditEntry]:
    with database.read() as db:
        return list(db.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_an_entry_for_each_event_that_changed(database: Database) -> None:
    with database.write() as db, recorder.audited(db, audit.STAFF_DISABLED, now=NOW, actor="Asha"):
        roster.set_enabled(db, PHONE, False, region="IN")
    found = entries(database)
    assert [(one.event_id, one.actor, one.what) for one in found] == [
        *((1, "Asha", audit.STAFF_DISABLED), (2, "Asha", audit.STAFF_DISABLED)),
    ]
    assert found[0].about["changes"] == [
        {"table": "staff", "id": 1, "of": "…5678", "before": {"enabled": True}, "after": {"enabled": False}}
    ]


def test_first_and_last_count_where_a_row_changes_twice(database: Database) -> None:
    with database.write() as db, recorder.audited(db, audit.GATE_CLOSED, now=NOW):
        gates.close(db, "one", "main")
        db.execute(update(Gate).where(Gate.slug == "main", Gate.event_id == 1).values(name="Big"))
        gates.close(db, "two", "main")
        gates.close(db, "two", "main", closed=False)
    (entry,) = entries(database)
    (change,) = entry.about["changes"]
    assert (change["before"], change["after"]) == ({"name": "Main", "closed": False}, {"name": "Big", "closed": True})


def test_what_goes_is_kept_without_what_is_personal(database: Database) -> None:
    with database.write() as db, recorder.audited(db, audit.STAFF_DISABLED, now=NOW):
        db.delete(db.get_one(Staff, 1))
    (change,) = entries(database)[0].about["changes"]
    assert change["after"] is None
    assert (change["before"]["role"], change["before"]["name"], change["before"]["phone"]) == (
        *("volunteer", row_diff.REDACTED, "…5678"),
    )


def test_of_very_many_the_number_is_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_diff, "MAX_LISTED_ROWS", 2)
    with database.write() as db, recorder.audited(db, audit.EVENT_CHANGED, now=NOW, slug="one"):
        events.change(db, "one", capacity_per_day=5)
    (entry,) = entries(database)
    assert len(entry.about["changes"]) + sum(entry.about["more"].values()) == 3


def test_nothing_changed_is_an_entry_too_and_an_exception_none(database: Database) -> None:
    with database.write() as db, recorder.audited(db, audit.PERSON_VIEWED, now=NOW, slug="two"):
        recorder.add_facts(db, contacts=[7])
    with pytest.raises(Refused):
        _refused_half_way(database)
    assert [(one.event_id, one.about) for one in entries(database)] == [(2, {"contacts": [7], "changes": []})]


def _refused_half_way(database: Database) -> None:
    with database.write() as db, recorder.audited(db, audit.GATE_CLOSED, now=NOW):
        gates.close(db, "one", "main")
        gates.close(db, "one", "nowhere")
