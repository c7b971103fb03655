"""A look at an event: every number as somebody at the gates or at home made it, on a day with others around it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.delivery.carriers import StatusUpdate
from bot.delivery.outbox import enqueue
from bot.delivery.outbox.statuses import advance
from bot.domain import events, passes, people
from bot.domain.checkins import head_counts
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.models import Delivery
from bot.domain.passes import registration as registrations
from bot.domain.stats import dashboard_query, gate_figures, outliers
from bot.domain.stats.dashboard import RegistrationTotals
from flows.shapes.figures import MessageCounts
from tests.bot.domain import rush
from tests.bot.domain.builders import DAY, NOW, asking, refused
from tests.bot.domain.gate import NOON, World, at

on_sqlite = pytest.mark.databases("sqlite")


def count(world: World, way: str, heads: int) -> None:
    wish = HeadCountRequest("fair", f"{way} {heads}", way, heads, "whatsapp", "main", staff_id=world.ravi.id)
    head_counts.add(world.db, wish, NOON)


def test_the_gates_of_today(world: World) -> None:
    world.admit(now=at(9, 58), count=1)
    world.admit(now=at(10, 1), count=3, gate="north")
    world.admit(now=at(10, 2))
    world.force(now=at(10, 3))
    count(world, "in", 5)
    count(world, "out", 2)
    found = dashboard_query.get_dashboard(world.db, "fair", at(10, 14))
    assert (found.day, found.is_open, found.expected) == (DAY, True, 4)
    assert (found.admitted, found.lately, found.counted_in, found.counted_out, found.inside) == (8, 7, 5, 2, 11)
    assert (found.forced, found.conflicts, found.refused) == (1, 0, {"already_admitted": 1})
    main, north = found.gates
    assert (main.admitted, main.refused, main.lately, main.last_scan) == (5, 1, 4, at(10, 3))
    assert (north.admitted, north.refused, north.lately, north.last_scan) == (3, 0, 3, at(10, 1))
    assert [one.astimezone(UTC) for one in found.entries.times] == [at(9, 55), at(10), at(10, 5), at(10, 10)]
    assert {one.key: list(one.values) for one in found.entries.series} == {"main": [1, 4, 0, 0], "north": [0, 3, 0, 0]}


@on_sqlite
def test_people_are_inside_before_opening_but_not_after_closing(world: World) -> None:
    world.event.opens, world.event.closes = time(13), time(18)
    count(world, "in", 5)
    count(world, "out", 2)
    early, late = (
        dashboard_query.get_dashboard(world.db, "fair", NOON),
        dashboard_query.get_dashboard(world.db, "fair", at(18)),
    )
    assert (early.is_open, early.is_over, early.inside) == (False, False, 3)
    assert (late.is_open, late.is_over, late.inside) == (False, True, 0)
    events.cancel_event(world.db, "fair")
    assert dashboard_query.get_dashboard(world.db, "fair", NOON).inside == 3  # they are still there


@on_sqlite
def test_tomorrow_today_is_yesterday(world: World) -> None:
    world.admit()
    found = dashboard_query.get_dashboard(world.db, "fair", NOON + timedelta(days=1))
    assert (found.day, found.admitted, found.expected, found.refused) == (DAY + timedelta(days=1), 0, 0, {})
    assert (found.entries.times, found.gates[0].last_scan) == ([], None)


@on_sqlite
def test_any_day_can_be_looked_at(world: World) -> None:
    """A night event: its first day goes on after midnight, and is looked at from a day before and from a day after."""
    before, after = at(12, day=DAY - timedelta(days=1)), at(20, day=DAY + timedelta(days=1))
    events.change(world.db, "fair", opens=time(18), closes=time(2))
    morning = at(1, 30, day=DAY + timedelta(days=1))
    asker = people.find_or_make(world.db, phone="+919800000019", now=NOON)
    registrations.register(world.db, world.ring, **asking(asker, now=at(9), channel="web"))
    registrations.register(world.db, world.ring, **asking(asker, now=at(3, day=after.date()), visit_date=after.date()))
    world.admit(now=at(22), count=1)
    world.admit(now=morning, count=2, gate="north")
    world.admit("nonsense", now=morning)
    count(world, "in", 5)
    world.admit(now=morning, direction="out", count=1)
    found = dashboard_query.get_dashboard(world.db, "fair", after, on=DAY)
    assert (found.day, found.is_now, found.is_open, found.is_over) == (DAY, False, False, True)
    assert (found.admitted, found.lately, found.left, found.inside, found.refused) == (3, 0, 1, 0, {"unreadable": 1})
    assert (found.expected, found.registered_today) == (6, RegistrationTotals(1, 2))
    assert [(one.slug, one.admitted, one.last_scan) for one in found.gates] == [
        *(("main", 1, morning), ("north", 2, morning)),
    ]
    assert {one.key: sum(one.values) for one in found.entries.series} == {"main": 1, "north": 2}
    assert (found.entries.times[0], found.entries.times[-1] <= at(2, day=after.date())) == (at(22), True)
    assert {one.key: sum(one.values) for one in found.registrations.series} == {"web": 1}
    told = gate_figures.today(world.db, "fair", after, on=DAY)
    assert (told.day, told.admitted, told.inside, told.counted_in, told.is_over) == (DAY, 3, 0, 5, True)
    coming = dashboard_query.get_dashboard(world.db, "fair", before, on=DAY)
    assert (coming.expected, coming.is_over, coming.is_now) == (6, False, False)
    assert dashboard_query.get_dashboard(world.db, "fair", after).is_now
    assert dashboard_query.get_dashboard(world.db, "fair", after, on=after.date()) == dashboard_query.get_dashboard(
        world.db, "fair", after
    )
    with refused("no_such_day", day=DAY - timedelta(days=9)):
        dashboard_query.get_dashboard(world.db, "fair", after, on=DAY - timedelta(days=9))


def test_what_was_registered_when_and_how(world: World) -> None:
    db, day = world.db, NOW.date()
    for number, channel in enumerate(("web", "web", "import")):
        asker = people.find_or_make(db, phone=f"+91980000001{number}", now=NOON)
        wish = asking(asker, channel=channel, party_size=3, now=at(8 + number, 40), visit_date=DAY + timedelta(days=1))
        made = registrations.register(db, world.ring, **wish)
    passes.cancel(db, contact=asker, code=made.code, now=NOON)
    found = dashboard_query.get_dashboard(db, "fair", NOON)
    assert (found.registered, found.registered_today) == (RegistrationTotals(4, 10), RegistrationTotals(3, 6))
    told = {one.channel: (one.today, one.total) for one in found.channels}
    assert told["web"] == (RegistrationTotals(2, 6), RegistrationTotals(2, 6))
    assert told["import"] == (RegistrationTotals(1, 0), RegistrationTotals(1, 0))
    assert told["whatsapp"] == (RegistrationTotals(0, 0), RegistrationTotals(1, 4))
    hours = dict(zip((one.hour for one in found.registrations.times), range(24), strict=False))
    web = next(one for one in found.registrations.series if one.key == "web")
    assert (web.values[hours[8]], web.values[hours[9]], sum(web.values)) == (1, 1, 2)
    assert (len(found.registrations.times), found.days[1].taken, day < DAY) == (13, 6, True)


def test_what_became_of_the_passes_and_of_other_messages(world: World) -> None:
    db = world.db
    states = ["owed", "sent", "delivered", "read", "read", "failed"]
    for number, status in enumerate(states):
        row = enqueue.enqueue_pass(
            db, world.issued, address=f"whatsapp:+91980000{number}", sender=None, language="en", now=NOON
        )
        sent(db, row, status)
    by_sms: dict[str, Any] = {"kind": "link", "address": "+919800000008", "payload": {}, "priority": 1}
    sent(db, enqueue.enqueue(db, **by_sms, pass_id=world.issued.id, now=NOON), "delivered")
    otp: dict[str, Any] = {"kind": "text", "address": "whatsapp:+919800000009", "payload": {}, "priority": 0}
    sent(db, enqueue.enqueue(db, **otp, now=NOON), "undelivered")
    found = dashboard_query.get_dashboard(db, "fair", NOON)
    assert found.passes == MessageCounts(waiting=1, sent=1, delivered=2, read=2, failed=1, cancelled=0)
    assert {(one.kind, one.reason, one.messages, one.of_event) for one in found.failures} >= {
        ("pass", "63016", 1, True),
        ("text", "63016", 1, False),
    }


def sent(db: Any, row: int, status: str) -> None:
    if status == "owed":
        return
    db.get_one(Delivery, row).tried_at = NOON
    db.flush()
    advance(db, StatusUpdate(f"SM{row}", status, 63016 if status in ("failed", "undelivered") else None), row, NOON)


@on_sqlite
def test_who_stands_out(world: World) -> None:
    codes = rush.issued(world.db, world.event, world.ring.current, 80)
    for number in range(outliers.MIN_REFUSED_SCANS - 1):
        world.admit(f"nonsense {number}")
    assert dashboard_query.get_dashboard(world.db, "fair", NOON).outliers == []
    world.admit("nonsense")
    for number in range(outliers.MIN_FORCED_ENTRIES):
        world.force(codes[number])
        world.force(codes[number])
    told = [
        (one.name, one.rule, one.number, one.scans)
        for one in dashboard_query.get_dashboard(world.db, "fair", NOON).outliers
    ]
    assert told == [("Ravi", "refusals", 20, 20), ("Mira", "forces", 5, 10)]
    for code in codes:
        world.admit(code)
    names = [one.name for one in dashboard_query.get_dashboard(world.db, "fair", NOON).outliers]
    assert names == ["Mira"]  # 25 of Ravi's 100 scans were refused: many came to him


def test_a_look_is_a_handful_of_queries(world: World) -> None:
    world.admit()
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    connection = world.db.connection()
    event.listen(connection, "before_cursor_execute", note)
    dashboard_query.get_dashboard(world.db, "fair", NOON)
    event.remove(connection, "before_cursor_execute", note)
    assert len(statements) <= 9
    counting = [one for one in statements for table in ("checkins", "registrations", "deliveries") if table in one]
    assert counting == []


@on_sqlite
def test_an_event_in_a_zone_of_quarter_hours(world: World) -> None:
    """Kathmandu is 5:45 ahead."""
    db = world.db
    world.event.timezone = "Asia/Kathmandu"
    db.flush()
    asker = people.find_or_make(db, phone="+919800000019", now=NOON)
    moment = datetime(2027, 1, 13, 18, 20, tzinfo=UTC)  # five past midnight there
    registrations.register(db, world.ring, **asking(asker, now=moment))
    found = dashboard_query.get_dashboard(db, "fair", moment + timedelta(minutes=10))
    assert found.registered_today == RegistrationTotals(1, 2)
    assert [list(one.values) for one in found.registrations.series] == [[1]]
