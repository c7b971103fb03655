"""Days are read as people write them, and only where they leave no doubt."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.understanding import dates

TODAY = date(2026, 1, 15)
"""A Thursday."""
OFFERED = [TODAY + timedelta(days=number) for number in range(9)]


def jan(day: int) -> date:
    return date(2026, 1, day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15 jan", jan(15)),
        ("15 January 2026", jan(15)),
        ("15th of january", jan(15)),
        ("January 15", jan(15)),
        ("15jan", jan(15)),
        ("15/1", jan(15)),
        ("15-1-26", jan(15)),
        ("15.01.2026", jan(15)),
        ("2026-01-15", jan(15)),
        ("1/17", jan(17)),
        ("१५ जनवरी", jan(15)),
        ("१५/१", jan(15)),
        ("17 janvari", jan(17)),
        ("tomorrow", jan(16)),
        ("Tomorrow!", jan(16)),
        ("kal", jan(16)),
        ("कल", jan(16)),
        ("aaj", jan(15)),
        ("आज", jan(15)),
        ("parso", jan(17)),
        ("परसों", jan(17)),
        ("day after tomorrow", jan(17)),
        ("saturday", jan(17)),
        ("sat", jan(17)),
        ("on saturday please", jan(17)),
        ("saterday", jan(17)),
        ("shanivaar", jan(17)),
        ("shanivar ko", jan(17)),
        ("शनिवार", jan(17)),
        ("itvaar", jan(18)),
        ("ravivar", jan(18)),
        ("रविवार को", jan(18)),
        ("this sunday", jan(18)),
        ("this sunday please", jan(18)),
        ("next thursday", jan(22)),
        ("next saturday", jan(17)),
        ("अगले शनिवार", jan(17)),
        ("agle shanivaar", jan(17)),
        ("Sat 17 Jan", jan(17)),
        ("शनिवार, 17 जनवरी", jan(17)),
        ("17th", jan(17)),
        ("22 tarikh", jan(22)),
        ("१७ तारीख को", jan(17)),
        ("23", jan(23)),
        ("in 3 days", jan(18)),
        ("3 दिन बाद", jan(18)),
        ("14 jan", jan(14)),
        ("1 feb", date(2026, 2, 1)),
        ("sunday evening", jan(18)),
        ("saturday at 5 pm", jan(17)),
        ("kal subah 10 baje", jan(16)),
        ("aaj hi", jan(15)),
        ("आज ही", jan(15)),
        ("रविवार शाम को", jan(18)),
        ("17 jan ko 3 log", jan(17)),
        ("17 जनवरी को 3 लोग", jan(17)),
        ("we are planning to come on saturday", jan(17)),
        ("i want to come on 17th jan with my family", jan(17)),
        ("seventeenth january", jan(17)),
        ("satrah january", jan(17)),
        ("2 din baad", jan(17)),
        ("25th", jan(25)),
        ("yesterday", jan(14)),
        ("15-jan-2026", jan(15)),
        ("Jan 15th, 2026", jan(15)),
        ("17 jan 26", jan(17)),
    ],
)
def test_read(text: str, day: date) -> None:
    assert dates.read(text, TODAY, OFFERED) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "Asha",
        "31/2",
        "99/99/99",
        "Friday 17 jan",
        "kal ya parso",
        "5",
        "0",
        "may",
        "12:30",
        "1/2/3/4",
        "next month",
    ],
)
def test_not_read(text: str) -> None:
    assert dates.read(text, TODAY, OFFERED) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("17 to 19 jan", [17, 18, 19]),
        ("17-19 jan", [17, 18, 19]),
        ("17th-19th jan", [17, 19]),
        ("jan 17-19", [17, 18, 19]),
        ("17 jan to 19 jan", [17, 18, 19]),
        ("17 से 19 जनवरी", [17, 18, 19]),
        ("from 17 till 19 jan", [17, 18, 19]),
        ("17 jan, 18 jan", [17, 18]),
        ("17/18 jan", [17, 18]),
        ("17 & 18 jan", [17, 18]),
        ("17 aur 18 january", [17, 18]),
        ("17, 18", [17, 18]),
        ("saturday and sunday", [17, 18]),
        ("sat-sun", [17, 18]),
        ("both saturday and sunday", [17, 18]),
        ("शनिवार रविवार दोनों", [17, 18]),
        ("kal ya parso", [16, 17]),
        ("kal 17 jan", [16, 17]),
        ("thursday", [15, 22]),
    ],
)
def test_several_days(text: str, days: list[int]) -> None:
    assert dates.interpret(text, TODAY, OFFERED).days == tuple(map(jan, days))


@pytest.mark.parametrize(
    "text", ["sunday 17 jan", "17 jan, sunday", "रविवार 17 जनवरी", "ravivar 17/1", "sunday the 17th"]
)
def test_a_weekday_that_is_not_the_dates(text: str) -> None:
    assert dates.interpret(text, TODAY, OFFERED) == dates.DayReading((jan(17),), contradicts=True)


@pytest.mark.parametrize(
    "text",
    [
        "after 17 jan",
        "before saturday",
        "17 jan ke baad",
        "17 जनवरी से पहले",
        "17 jan tak",
        "from 17 jan",
        "17 jan onwards",
        "not saturday",
        "kal nahi",
        "any day except sunday",
        "every sunday",
        "weekend",
        "next to next sunday",
        "agle se agle ravivar",
        "अगले से अगले रविवार",
        "maybe sunday",
        "sunday?",
        "is it open on sunday",
        "kal khula hai kya",
        "day after 17 jan",
        "ek do din mein",
        "3 people",
        "3 log",
        "10 baje",
        "2 days",
    ],
)
def test_no_day_is_named_plainly(text: str) -> None:
    assert dates.interpret(text, TODAY, OFFERED) == dates.DayReading()


def test_next_saturday_is_next_weeks_when_both_can_be_had() -> None:
    friday = jan(16)
    assert dates.read("next saturday", friday, [friday + timedelta(days=number) for number in range(9)]) == jan(24)


def test_a_weekday_is_the_events_when_that_is_weeks_away() -> None:
    event = [date(2026, 3, 2) + timedelta(days=number) for number in range(7)]
    assert dates.read("saturday", TODAY, event) == date(2026, 3, 7)
    assert dates.read("5 march", TODAY, event) == date(2026, 3, 5)


def test_a_year_that_is_not_said_is_the_events() -> None:
    event = [date(2027, 1, 14), date(2027, 1, 15)]
    assert dates.read("14 jan", date(2026, 12, 20), event) == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("register 3 people for saturday", jan(17)),
        ("3 log kal", jan(16)),
        ("मुझे शनिवार को 4 लोगों का पास चाहिए", jan(17)),
        ("4 people on 17 jan", jan(17)),
        ("pass for 3 on 18/1", jan(18)),
        ("register 2 people saturday 17 jan", jan(17)),
        ("17 jan, saturday, 2 people", jan(17)),
        ("शनिवार 17 जनवरी को 2 लोग", jan(17)),
        ("kal 16 jan 2 log", jan(16)),
        ("saturday 17/1, 2 people", jan(17)),
        ("17 jan 3 people", jan(17)),
        ("17 jan 3", jan(17)),
        ("jan 17 3 people", jan(17)),
        ("3 people 17 jan 2026", jan(17)),
        ("3 people 17 jan 2027", None),
        ("2 people friday 17 jan", None),
        ("2 people kal 17 jan", None),
        ("17 jan or 18 jan", None),
        ("17 jan or 18/1", None),
        ("saturday, may come with 2 people", None),
        ("saturday or sunday", None),
        ("next thursday 2 people", None),
        ("2 people on 1 feb", None),
        ("register 3 persons for 17th", jan(17)),
        ("no problem, 2 people for saturday", jan(17)),
        ("my phone is not working, saturday please", jan(17)),
        ("saturday with my family", jan(17)),
        ("I cannot come on saturday, register me", None),
        ("on saturday, we can't come", None),
        ("saturday, but not sure", None),
        ("saturday is not possible for us", None),
        ("saturday nahi aa sakta", None),
        ("शनिवार को नहीं आ सकते", None),
        ("after saturday", None),
        ("before 17 jan", None),
        ("शनिवार के बाद", None),
        ("any day except saturday", None),
        ("शनिवार छोड़कर कोई भी दिन", None),
        ("17 to 19 jan, 3 people", None),
        ("is it closed on saturday?", None),
        ("saturday?", None),
        ("kya shanivar ko mela khula hai", None),
        ("if possible saturday", None),
        ("we were there on saturday", None),
        ("this is my 17th visit", None),
        ("my name is ravi", None),
        ("we sat in the sun", None),
        ("register 3", None),
        ("", None),
    ],
)
def test_find(text: str, day: date | None) -> None:
    assert dates.find(text, TODAY, OFFERED) == day


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["jan", "kal", "शनिवार", "15", "/", "next", ""]))
def test_any_text_is_read_or_not(text: str, word: str) -> None:
    for whole in (text, f"{text} {word}", word + text):
        read, found = dates.read(whole, TODAY, OFFERED), dates.find(whole, TODAY, OFFERED)
        assert read is None or isinstance(read, date)
        assert found is None or found in OFFERED
