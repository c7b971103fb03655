"""A line for a full day: joined, offered in order, taken, declined, expired, over."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import events, passes, people, waiting_list
from bot.domain.events import shapes as event_shapes
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, EventDay, WaitingEntry
from bot.domain.passes import registration as registrations
from bot.domain.privacy import erasure
from bot.domain.waiting_list import offers
from flows.shapes import VisitWish
from tests.bot.domain.builders import DAY, NOW, asking, refused, taken

NIGHT = datetime(2027, 1, 10, 16, 0, tzinfo=UTC)
"""Half past nine in the evening in Kolkata."""


@pytest.fixture
def full_fair(db: Session, ring: KeyRing, fair: Event) -> Event:
    """The fair with a waiting list and four places a day, all of the first one taken by two passes."""
    events.change(db, "fair", capacity_per_day=4, waiting_list=True)
    for number in range(2):
        registrations.register(db, ring, **asking(somebody(db, 100 + number)))
    return fair


def somebody(db: Session, number: int) -> Contact:
    return people.find_or_make(db, phone=f"+9198200{number:05}", now=NOW)


def wish(party: int = 2, **changes: Any) -> VisitWish:
    given = asking(Contact(), party_size=party, **changes)
    return VisitWish(**{name: value for name, value in given.items() if name in VisitWish.__slots__})


def join(db: Session, number: int, party: int = 2, now: datetime = NOW) -> WaitingEntry:
    person = somebody(db, number)
    return waiting_list.join(
        db,
        wish(party),
        channel="whatsapp",
        contact_id=person.id,
        address=f"whatsapp:+9198200{number:05}",
        sender=None,
        now=now,
    ).entry


def cancel_one(db: Session, number: int = 100) -> None:
    holder = somebody(db, number)
    [issued] = passes.of_person(db, holder, NOW)
    passes.cancel(db, contact=holder, code=issued.code, now=NOW)


def day_of(db: Session, event: Event) -> EventDay:
    row = waiting_list.lock_day(db, event.id, DAY)
    assert row is not None
    return row


def states(db: Session) -> list[str]:
    return list(db.scalars(select(WaitingEntry.status).order_by(WaitingEntry.id)))


def test_somebody_stands_at_the_end_of_the_line_and_once_only(db: Session, full_fair: Event) -> None:
    first, second = join(db, 1), join(db, 2)
    assert [waiting_list.place_of(db, entry) for entry in (first, second)] == [1, 2]
    with refused("already_waiting", place=2, day=DAY):
        join(db, 2)
    assert day_of(db, full_fair).waiting == 2


def test_nobody_waits_where_there_is_a_place_or_no_list(db: Session, full_fair: Event) -> None:
    cancel_one(db)
    with refused("place_free", day=DAY):
        join(db, 1)
    events.change(db, "fair", waiting_list=False)
    with refused("no_waiting_list", day=DAY):
        join(db, 1)


def test_a_place_that_comes_free_is_for_the_line_and_for_nobody_else(
    db: Session, ring: KeyRing, full_fair: Event
) -> None:
    join(db, 1)
    cancel_one(db)
    with refused("day_full", day=DAY, left=0):
        registrations.register(db, ring, **asking(somebody(db, 9)))
    [shown] = [day for day in event_shapes.days(db, "fair") if day.day == DAY]
    assert (shown.left, shown.waiting) == (0, 1)
    [offer] = offers.review(db, full_fair.id, DAY, NOW)
    assert offer.entry.contact_id == somebody(db, 1).id
    with refused("day_full", day=DAY):
        registrations.register(db, ring, **asking(somebody(db, 9)))


def test_a_yes_gives_the_pass_and_counts_its_people_once(db: Session, ring: KeyRing, full_fair: Event) -> None:
    entry = join(db, 1)
    cancel_one(db)
    offers.review(db, full_fair.id, DAY, NOW)
    assert (taken(db, full_fair), day_of(db, full_fair).held, day_of(db, full_fair).waiting) == (2, 2, 0)
    mine: dict[str, Any] = {"contact_id": entry.contact_id, "day": DAY, "people": 2}
    offers.claim(db, entry.id, **mine, now=NOW + timedelta(minutes=59))
    who = entry.contact_id
    assert registrations.add(
        db, ring, wish(), channel="whatsapp", holder_id=who, asked_by_id=who, now=NOW, has_places=True
    ).code
    db.expire_all()
    assert (taken(db, full_fair), day_of(db, full_fair).held) == (4, 0)
    with refused("place_gone"):
        offers.claim(db, entry.id, **mine, now=NOW)


@pytest.mark.parametrize(
    "changes", [{"people": 3}, {"day": DAY + timedelta(days=1)}, {"contact_id": 1}, {"now": NOW + timedelta(hours=1)}]
)
def test_a_yes_too_late_or_to_another_place_takes_none(db: Session, full_fair: Event, changes: dict[str, Any]) -> None:
    entry = join(db, 1)
    cancel_one(db)
    offers.review(db, full_fair.id, DAY, NOW)
    given: dict[str, Any] = {"contact_id": entry.contact_id, "day": DAY, "people": 2, "now": NOW, **changes}
    with refused("place_gone"), db.begin_nested():
        offers.claim(db, entry.id, **given)
    db.expire_all()
    assert (taken(db, full_fair), day_of(db, full_fair).held) == (2, 2)


def test_an_offer_that_nobody_answers_goes_on_to_the_next(db: Session, full_fair: Event) -> None:
    join(db, 1)
    second = join(db, 2)
    cancel_one(db)
    offers.review(db, full_fair.id, DAY, NOW)
    assert offers.review(db, full_fair.id, DAY, NOW + timedelta(minutes=59)) == []
    [offer] = offers.review(db, full_fair.id, DAY, NOW + timedelta(hours=1))
    assert offer.entry.id == second.id
    assert states(db) == ["expired", "offered"]
    [line] = waiting_list.lines_of(db, [somebody(db, 1).id], NOW)
    assert (line.entry.status, line.place) == ("expired", 0)
    waiting_list.mark_told(db, [line.entry.id], line.entry.contact_id, NOW)
    assert waiting_list.lines_of(db, [somebody(db, 1).id], NOW) == []


def test_a_no_gives_the_place_to_the_next_and_a_leaver_gives_up_theirs(db: Session, full_fair: Event) -> None:
    first, second, third = (join(db, number) for number in (1, 2, 3))
    waiting_list.leave(db, second.id, second.contact_id, NOW)
    assert waiting_list.place_of(db, third) == 2
    cancel_one(db)
    offers.review(db, full_fair.id, DAY, NOW)
    waiting_list.leave(db, first.id, first.contact_id, NOW)
    [offer] = offers.review(db, full_fair.id, DAY, NOW)
    assert offer.entry.id == third.id
    with refused("not_waiting"):
        waiting_list.leave(db, first.id, first.contact_id, NOW)
    with refused("not_waiting"):
        waiting_list.leave(db, third.id, first.contact_id, NOW)


def test_a_party_that_does_not_fit_keeps_its_place_in_the_line(db: Session, full_fair: Event) -> None:
    large, small = join(db, 1, party=3), join(db, 2, party=2)
    cancel_one(db)
    [offer] = offers.review(db, full_fair.id, DAY, NOW)
    assert offer.entry.id == small.id
    assert waiting_list.place_of(db, large) == 1
    cancel_one(db, 101)
    assert offers.review(db, full_fair.id, DAY, NOW) == []  # two are free, and three are wanted
    events.change(db, "fair", capacity_per_day=6)
    [offer] = offers.review(db, full_fair.id, DAY, NOW)
    assert offer.entry.id == large.id


def test_nobody_is_woken_and_nobody_who_said_stop_is_asked(db: Session, full_fair: Event) -> None:
    join(db, 1)
    second = join(db, 2)
    cancel_one(db)
    assert offers.review(db, full_fair.id, DAY, NIGHT) == []
    somebody(db, 1).stopped_at = NOW
    [offer] = offers.review(db, full_fair.id, DAY, NIGHT + timedelta(hours=11))
    assert offer.entry.id == second.id


def test_an_offer_is_shorter_near_the_day_and_ends_with_it(db: Session, full_fair: Event) -> None:
    events.change(db, "fair", opens=time(10), closes=time(20))
    row = day_of(db, full_fair)
    opens = datetime(2027, 1, 14, 4, 30, tzinfo=UTC)
    assert offers.ends_at(full_fair, row, opens - timedelta(hours=10)) == opens - timedelta(hours=9)
    assert offers.ends_at(full_fair, row, opens - timedelta(hours=4)) == opens - timedelta(hours=3, minutes=30)
    assert offers.ends_at(full_fair, row, opens) == opens + timedelta(minutes=10)
    closes = opens + timedelta(hours=10)
    assert offers.ends_at(full_fair, row, closes - timedelta(minutes=5)) == closes


@pytest.mark.parametrize("over", ["cancelled", "closed day", "list off", "past"])
def test_the_line_of_a_day_that_cannot_be_had_ends(db: Session, full_fair: Event, over: str) -> None:
    join(db, 1)
    join(db, 2)
    cancel_one(db)
    offers.review(db, full_fair.id, DAY, NOW)
    match over:
        case "cancelled":
            events.cancel_event(db, "fair")
        case "closed day":
            events.set_day(db, "fair", DAY, closed=True)
        case "list off":
            events.change(db, "fair", waiting_list=False)
    now = NOW + timedelta(days=9) if over == "past" else NOW
    assert offers.review(db, full_fair.id, DAY, now) == []
    assert states(db) == ["ended", "ended"]
    assert (day_of(db, full_fair).held, day_of(db, full_fair).waiting) == (0, 0)
    assert (full_fair.id, DAY) not in offers.lines(db)


def test_a_day_cannot_shrink_below_what_is_offered(db: Session, full_fair: Event) -> None:
    join(db, 1)
    cancel_one(db)
    offers.review(db, full_fair.id, DAY, NOW)
    with refused("capacity_below_taken", taken=4):
        events.set_day(db, "fair", DAY, capacity=3)


def test_who_is_erased_waits_no_more_and_their_place_goes_on(db: Session, full_fair: Event) -> None:
    join(db, 1)
    second = join(db, 2)
    cancel_one(db)
    offers.review(db, full_fair.id, DAY, NOW)
    erasure.erase(db, erasure.by_name(db, phone="+919820000001"), NOW, even_today=True, actor="test")
    [offer] = offers.review(db, full_fair.id, DAY, NOW)
    assert offer.entry.id == second.id
    assert db.scalars(select(WaitingEntry.full_name)).all() == ["Asha Verma"]
