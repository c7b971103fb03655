"""When an event and its days can be registered for."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from flows.shapes import Event, EventDay
from flows.text import event_states

FAIR = Event(
    slug="fair",
    name={"en": "Fair"},
    venue={},
    map_url="",
    starts_on=date(2026, 1, 16),
    ends_on=date(2026, 1, 18),
    opens=time(10),
    closes=time(20),
    timezone="Asia/Kolkata",
    status="open",
    registration_opens_at=None,
    policy="daily",
    max_party=10,
    languages=("en", "hi"),
    questions=(),
    consent={},
    consent_version=1,
)
DAYS = tuple(EventDay(date(2026, 1, day), left=5, closed=False) for day in (16, 17, 18))
BEFORE = datetime(2026, 1, 10, tzinfo=UTC)
CLOSING = datetime(2026, 1, 18, 14, 30, tzinfo=UTC)
"""20:00 in Kolkata on the last day."""


def numbers(days: tuple[EventDay, ...]) -> list[int]:
    return [day.day.day for day in days]


def closed(*days: int) -> tuple[EventDay, ...]:
    return tuple(replace(day, closed=day.day.day in days) for day in DAYS)


def full(*days: int) -> tuple[EventDay, ...]:
    return tuple(replace(day, left=0) if day.day.day in days else day for day in DAYS)


def test_today_is_open_until_its_closing_hour() -> None:
    assert numbers(event_states.open_days(FAIR, DAYS, CLOSING - timedelta(days=1, seconds=1))) == [17, 18]
    assert numbers(event_states.open_days(FAIR, DAYS, CLOSING - timedelta(days=1))) == [18]


def test_without_hours_today_is_open_until_midnight_of_the_events_zone() -> None:
    fair = replace(FAIR, opens=None, closes=None)
    midnight = datetime(2026, 1, 16, 18, 30, tzinfo=UTC)
    assert numbers(event_states.open_days(fair, DAYS, midnight - timedelta(seconds=1))) == [16, 17, 18]
    assert numbers(event_states.open_days(fair, DAYS, midnight)) == [17, 18]


def test_a_day_may_have_hours_of_its_own() -> None:
    days = (replace(DAYS[0], closes=time(12)), *DAYS[1:])
    assert numbers(event_states.open_days(FAIR, days, datetime(2026, 1, 16, 7, tzinfo=UTC))) == [17, 18]


def test_a_day_may_go_on_into_the_night() -> None:
    fair = replace(FAIR, opens=time(18), closes=time(2))
    last = datetime(2026, 1, 18, 20, 29, tzinfo=UTC)  # 01:59 in Kolkata on the 19th
    assert numbers(event_states.open_days(fair, DAYS, last)) == [18]
    assert event_states.state_of(fair, DAYS, last + timedelta(minutes=1)) == "over"


def test_today_is_that_of_the_events_zone() -> None:
    assert event_states.local_today(FAIR, datetime(2026, 1, 16, 19, tzinfo=UTC)) == date(2026, 1, 17)


def test_full_and_closed_days_are_not_open() -> None:
    assert numbers(event_states.open_days(FAIR, closed(16), BEFORE)) == [17, 18]
    assert numbers(event_states.open_days(FAIR, full(17), BEFORE)) == [16, 18]


OPENS = datetime(2026, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "days", "now", "state"),
    [
        (FAIR, DAYS, BEFORE, "open"),
        (FAIR, full(16, 17, 18), BEFORE, "full"),
        (FAIR, full(16, 17), BEFORE, "open"),
        (FAIR, closed(16, 17, 18), BEFORE, "closed"),
        (FAIR, (*closed(16)[:1], *full(17, 18)[1:]), BEFORE, "full"),
        (FAIR, DAYS, CLOSING, "over"),
        (FAIR, full(18), CLOSING - timedelta(hours=1), "full"),
        (replace(FAIR, status="closed"), DAYS, BEFORE, "closed"),
        (replace(FAIR, status="closed"), DAYS, CLOSING, "over"),
        (replace(FAIR, status="cancelled"), DAYS, CLOSING, "cancelled"),
        (replace(FAIR, registration_opens_at=OPENS), DAYS, OPENS - timedelta(seconds=1), "not_yet_open"),
        (replace(FAIR, registration_opens_at=OPENS, status="closed"), DAYS, BEFORE, "not_yet_open"),
        (replace(FAIR, registration_opens_at=OPENS), DAYS, OPENS, "open"),
        (replace(FAIR, registration_opens_at=OPENS, status="closed"), DAYS, OPENS, "closed"),
        (FAIR, (), BEFORE, "over"),
    ],
)
def test_the_state_of_an_event(event: Event, days: tuple[EventDay, ...], now: datetime, state: str) -> None:
    assert event_states.state_of(event, days, now) == state
    assert event_states.sentence_of(event, days, now).source


@pytest.mark.parametrize(
    ("days", "day", "state"),
    [(DAYS, 16, "open"), (closed(16), 16, "closed"), (full(16), 16, "full"), (DAYS, 19, "over"), (DAYS, 15, "over")],
)
def test_the_state_of_a_day(days: tuple[EventDay, ...], day: int, state: str) -> None:
    assert event_states.day_state(FAIR, days, date(2026, 1, day), BEFORE) == state


def test_a_day_that_has_ended_is_over() -> None:
    assert event_states.day_state(FAIR, DAYS, date(2026, 1, 18), CLOSING) == "over"


def left(*places: int | None) -> list[object]:
    """What is said of days with so many places left: the number, a sentence without one, or nothing."""
    told = event_states.left_sentences([replace(DAYS[0], left=number) for number in places])
    return [sentence and sentence.params.get("count", "full") for sentence in told]


def test_what_is_left_is_said_of_all_days_where_it_is_scarce_on_one() -> None:
    few = event_states.FEW_PLACES_LEFT
    assert left(5) == [5]
    assert left(few - 1, few, 200_000, None, 0) == [few - 1, few, 200_000, None, "full"]
    assert left(few, 200_000, None) == [None, None, None]
    assert left(0, few) == ["full", None]
