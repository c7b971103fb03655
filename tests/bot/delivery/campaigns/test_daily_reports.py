"""The report of the day: once to the admins who want it, whoever asks, with the figures of the dashboard."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.delivery.campaigns.daily_reports import DailyReporter
from bot.delivery.dispatch import Outbox
from bot.delivery.templates import notices
from bot.domain import checkins, events, roster
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, ContactAlias, Delivery
from bot.domain.roster import daily_reports
from tests.bot.delivery.conftest import Clock
from tests.bot.domain import rush
from tests.bot.domain.builders import DAY, NOW, SECRET, refused
from tests.bot.domain.gate import at, make_world, scan

on_sqlite = pytest.mark.databases("sqlite")
ADA, BEN, MIRA = "+919833333333", "+919844444444", "+919822222222"
HOUR = time(21)


class Fair:
    """A day at the fair: Ada and Ben are its admins, Mira supervises. Ben reads Hindi."""

    def __init__(self, database: Database, outbox: Outbox, clock: Clock) -> None:
        self.database, self.reporter = database, DailyReporter(database, outbox)
        self.ring = KeyRing.open(database, SECRET)
        clock.at = at(12)
        with database.write() as db:
            fair = events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(1), now=NOW)
            make_world(db, self.ring, events.open_event(db, "fair"))
            staff: dict[str, Any] = {"role": "admin", "region": "IN", "now": NOW}
            self.admins = [roster.add(db, "fair", phone=one, name=one[-4:], **staff).id for one in (ADA, BEN)]
            self.codes = list(rush.issued(db, fair, self.ring.current, 3))
            contact = Contact(language="hi", created_at=NOW)
            contact.aliases = [ContactAlias(kind="phone", value=BEN)]
            db.add(contact)

    def switch_on(self, *staff: int, now: datetime | None = None) -> None:
        with self.database.write() as db:
            daily_reports.set_report(db, "fair", HOUR, staff, now or at(12))

    def sent(self) -> list[tuple[str, str]]:
        """To whom and what."""
        with self.database.read() as db:
            rows = db.scalars(select(Delivery).where(Delivery.key.startswith("report:")).order_by(Delivery.id))
            return [(row.lane, row.payload["body"]) for row in rows]


@pytest.fixture
def reported_fair(database: Database, outbox: Outbox, clock: Clock) -> Fair:
    return Fair(database, outbox, clock)


def test_it_goes_once_a_day_at_its_hour_to_every_admin(reported_fair: Fair) -> None:
    reported_fair.switch_on()
    moments = (at(20), at(21), at(21) + timedelta(minutes=1), at(23))
    assert [reported_fair.reporter.run(moment) for moment in moments] == [0, 2, 0, 0]
    assert [lane for lane, _ in reported_fair.sent()] == [f"whatsapp:{ADA}", f"whatsapp:{BEN}"]
    assert reported_fair.reporter.run(at(21) + timedelta(days=1)) == 2
    assert reported_fair.reporter.run(at(21) + timedelta(days=2)) == 0  # the event is over
    assert len(reported_fair.sent()) == 4


@on_sqlite
def test_it_says_the_figures_of_the_day(reported_fair: Fair) -> None:
    reported_fair.switch_on()
    with reported_fair.database.write() as db:
        for code, moment in (
            (reported_fair.codes[0], at(12)),
            (reported_fair.codes[0], at(13)),
            (reported_fair.codes[1], at(14)),
        ):
            checkins.admit(db, reported_fair.ring, scan(code), moment)
    reported_fair.reporter.run(at(21))
    (_, english), (_, hindi) = reported_fair.sent()
    for part in ("Admitted: 6", "Refused scans: 1 (Already admitted 1)", "Admitted by gate: Main 6", "failed today: 0"):
        assert part in english
    assert "6" in hindi
    assert hindi != english
    with reported_fair.database.read() as db:
        notice = db.scalars(select(Delivery.payload).order_by(Delivery.id)).all()[-2]["notice"]
    assert notice["purpose"] == notices.REPORT
    assert "\n" not in notice["values"]["text"]
    assert "Admitted: 6" in notice["values"]["text"]


@on_sqlite
def test_only_those_who_were_chosen_get_it(reported_fair: Fair) -> None:
    reported_fair.switch_on(reported_fair.admins[1])
    assert reported_fair.reporter.run(at(21)) == 1
    assert [lane for lane, _ in reported_fair.sent()] == [f"whatsapp:{BEN}"]
    with reported_fair.database.write() as db, refused("not_an_admin"):
        daily_reports.set_report(db, "fair", HOUR, [roster.of_phone(db, MIRA)[0].id], at(12))


@on_sqlite
def test_after_its_hour_the_first_comes_tomorrow_and_none_once_it_is_off(reported_fair: Fair) -> None:
    reported_fair.switch_on(now=at(22))
    assert reported_fair.reporter.run(at(22)) == 0
    assert reported_fair.reporter.run(at(21) + timedelta(days=1)) == 2
    with reported_fair.database.write() as db:
        daily_reports.stop(db, "fair")
    assert reported_fair.reporter.run(at(22) + timedelta(days=1)) == 0


@on_sqlite
def test_a_cancelled_event_is_not_reported_of(reported_fair: Fair) -> None:
    reported_fair.switch_on()
    with reported_fair.database.write() as db:
        events.cancel_event(db, "fair")
    assert reported_fair.reporter.run(at(21)) == 0


@pytest.mark.race
def test_of_many_clocks_at_once_one_reports(reported_fair: Fair) -> None:
    reported_fair.switch_on()
    with ThreadPoolExecutor(6) as clocks:
        owed = list(clocks.map(lambda _: reported_fair.reporter.run(at(21)), range(6)))
    assert sorted(owed) == [0, 0, 0, 0, 0, 2]
    assert len(reported_fair.sent()) == 2
