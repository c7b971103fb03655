"""The reminder of the day before: off until it is switched on, once for each person and day, like any broadcast."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from bot.database import Database
from bot.delivery.campaigns import reminders
from bot.delivery.campaigns.broadcasts import BroadcastSender
from bot.delivery.dispatch import Outbox
from bot.domain import audit, events
from bot.domain.messaging import broadcasts
from bot.domain.models import AuditEntry, Broadcast, Contact, Delivery, Event, EventDay, Pass
from bot.errors import Refused
from bot.settings import Settings
from tests.bot.delivery.conftest import NOW
from tests.bot.delivery.crowd import FIRST_DAY, make_fair, make_person

INDIA = ZoneInfo("Asia/Kolkata")
EVENING = datetime.combine(FIRST_DAY - timedelta(days=1), time(18), INDIA)
"""Of the day before the first."""


pytestmark = pytest.mark.databases("sqlite")
"""The kind of database makes no difference here."""


@pytest.fixture
def reminding(database: Database, outbox: Outbox, settings: Settings) -> BroadcastSender:
    """A fair with two visitors of the first day, one of them of the second too, and one of the second alone."""
    with database.write() as db:
        event = make_fair(db, opens=time(10), closes=time(20))
        next_day = FIRST_DAY + timedelta(days=1)
        make_person(db, event, 1, passes=(FIRST_DAY,), language="hi")
        make_person(db, event, 2, passes=(FIRST_DAY, next_day))
        make_person(db, event, 3, passes=(next_day,))
        reminders.set_reminder(db, "fair", time(18))
    return BroadcastSender(database, outbox, settings, page_size=2)


def reminded(database: Database) -> list[str]:
    with database.read() as db:
        return [lane[-1] for lane in db.scalars(select(Delivery.lane).order_by(Delivery.id))]


def change(database: Database, table: Any, *which: Any, **values: Any) -> None:
    with database.write() as db:
        db.execute(update(table).where(*which).values(**values))


def test_on_the_eve_at_the_hour_and_once_a_day(database: Database, reminding: BroadcastSender) -> None:
    for moment in (EVENING - timedelta(days=1), EVENING - timedelta(minutes=1)):
        reminding.run(moment.astimezone(UTC))
    assert reminded(database) == []
    for minutes in (0, 1, 300):
        reminding.run((EVENING + timedelta(minutes=minutes)).astimezone(UTC))
    assert reminded(database) == ["1", "2"]
    reminding.run((EVENING + timedelta(days=1)).astimezone(UTC))
    assert reminded(database) == ["1", "2", "2", "3"]
    reminding.run((EVENING + timedelta(days=2)).astimezone(UTC))
    with database.read() as db:
        made = broadcasts.list_broadcasts(db)
        acts = db.execute(select(AuditEntry.what, AuditEntry.actor)).all()
        bodies = db.scalars(select(Delivery.payload).order_by(Delivery.id)).all()
    assert [(row.made_by, row.owed) for row in made] == [("clock", 0), ("clock", 2), ("clock", 2)]
    assert made[-1].until == datetime.combine(FIRST_DAY, time(10), INDIA)
    assert [tuple(act) for act in acts] == [(audit.BROADCAST_BEGUN, "clock")] * 3
    assert [body["language"] for body in bodies] == ["hi", "en", "en", "en"]
    assert "पुस्तक मेला" in bodies[0]["body"]


def test_whom_it_passes_over(database: Database, reminding: BroadcastSender) -> None:
    with database.read() as db:
        first, second = db.scalars(select(Pass.id).where(Pass.day == FIRST_DAY).order_by(Pass.id)).all()
        holder = db.get_one(Pass, second).holder_id
    change(database, Pass, Pass.id == first, status="revoked")
    change(database, Contact, Contact.id == holder, stopped_at=NOW)
    reminding.run(EVENING)
    with database.read() as db:
        [row] = broadcasts.list_broadcasts(db)
    assert (reminded(database), row.skipped) == ([], {"stopped": 1})


@pytest.mark.parametrize(
    ("table", "values"),
    [(EventDay, {"closed": True}), (Event, {"status": "cancelled"}), (Event, {"reminder_at": None})],
)
@pytest.mark.parametrize("begun", [False, True])
def test_not_of_what_does_not_take_place(
    database: Database, reminding: BroadcastSender, table: Any, values: dict[str, Any], begun: bool
) -> None:
    if begun:
        with database.write() as db:
            assert len(reminders.begin_due(db, EVENING)) == 1
    change(database, table, table.closed.is_(False) if table is EventDay else Event.slug == "fair", **values)
    reminding.run(EVENING)
    reminding.run(EVENING)
    assert reminded(database) == []
    with database.read() as db:
        assert set(db.scalars(select(Broadcast.status))) == ({"cancelled"} if begun else set())
        cancelled = select(func.count()).where(AuditEntry.what == audit.BROADCAST_CANCELLED)
        assert db.scalar(cancelled) == int(begun)


def test_a_reminder_can_be_cancelled_and_is_not_begun_again(database: Database, reminding: BroadcastSender) -> None:
    with database.write() as db:
        [number] = reminders.begin_due(db, EVENING)
        broadcasts.cancel(db, number)
    reminding.run(EVENING)
    reminding.run(EVENING + timedelta(hours=1))
    assert reminded(database) == []


def test_without_an_approved_template_it_is_refused(database: Database, reminding: BroadcastSender) -> None:
    with pytest.raises(Refused) as no, database.read() as db:
        reminders.require_templates(db, events.by_slug(db, "fair"), NOW)
    assert (no.value.code, no.value.params["languages"]) == ("template_not_approved", "en, hi")
