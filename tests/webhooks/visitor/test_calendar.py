"""The calendar entry of a pass, read by the library that other calendars read with."""

from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from icalendar import Calendar

from bot.delivery.images.pass_image import PassImage
from bot.domain.models import Pass
from webhooks.visitor.calendar import calendar_entry

ORIGIN = "https://pass.example.org"
FIRST, SECOND = date(2027, 1, 9), date(2027, 1, 10)


def entry(**changes: Any) -> bytes:
    row = cast(Pass, SimpleNamespace(id=7, event=SimpleNamespace(timezone="Asia/Kolkata")))
    facts: dict[str, Any] = {
        **{"event": "Fair", "venue": "", "opens": None, "closes": None, "full_name": "Asha", "day": FIRST},
        **{"party_size": 2, "code": "7QK2-M9X5", "qr_text": "", "policy": "daily", "language": "en"},
    }
    return calendar_entry(row, PassImage(**facts | changes), ORIGIN, datetime(2027, 1, 1, 8, tzinfo=UTC))


def visits(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


@pytest.mark.parametrize(
    ("opens", "closes", "begins", "ends"),
    [
        (None, None, FIRST, SECOND),
        (time(10), time(18), datetime(2027, 1, 9, 4, 30, tzinfo=UTC), datetime(2027, 1, 9, 12, 30, tzinfo=UTC)),
        (time(20), time(2), datetime(2027, 1, 9, 14, 30, tzinfo=UTC), datetime(2027, 1, 9, 20, 30, tzinfo=UTC)),
    ],
    ids=["all day", "hours", "into the night"],
)
def test_the_visit_lasts_as_long_as_the_event_is_open(
    opens: time | None, closes: time | None, begins: date, ends: date
) -> None:
    (visit,) = visits(entry(opens=opens, closes=closes))
    assert (visit["DTSTART"].dt, visit["DTEND"].dt) == (begins, ends)


def test_each_day_of_a_pass_is_a_visit_of_its_own() -> None:
    found = visits(entry(kind_days=(FIRST, SECOND)))
    assert [visit["DTSTART"].dt for visit in found] == [FIRST, SECOND]
    assert len({visit["UID"] for visit in found}) == 2


def test_names_of_any_kind_survive_and_no_line_is_too_long() -> None:
    name, venue = "पुस्तक मेला, " * 12, "Hall 1; Gate 2\\South, Delhi"
    body = entry(event=name, venue=venue)
    (visit,) = visits(body)
    assert (visit["SUMMARY"], visit["LOCATION"]) == (name, venue)
    assert max(map(len, body.split(b"\r\n"))) <= 75


def test_the_entry_leads_to_the_pass_and_does_not_tell_its_code() -> None:
    body = entry()
    assert visits(body)[0]["URL"] == f"{ORIGIN}/passes/7"
    assert b"7QK2" not in body
