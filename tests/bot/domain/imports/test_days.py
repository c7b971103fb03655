"""Days in the cells of a list: one where one is plain, several only with a semicolon."""

import csv
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_cli.visitors import import_texts
from bot.domain.imports import date_order, days
from bot.domain.imports.days import DMY, MDY, UNSURE, DayReader
from flows.shapes import Invalid
from tests.paths import VECTORS

EVENT = [date(2027, 1, day) for day in range(9, 18)]
LISTS = VECTORS / "lists"


def read(said: str, order: str = DMY) -> Any:
    """The days, or the code of why not."""
    try:
        return [str(day) for day in DayReader(EVENT, order).read(said)]
    except Invalid as no:
        return no.code


@pytest.mark.parametrize(
    "said",
    [
        "2027-01-09",
        "2027/1/9",
        "2027.01.09",
        "9/1/2027",
        "09.01.27",
        "9 - 1 - 2027",
        "09-01-2027",
        "2027-01-09 00:00:00",
        "2027-01-09T10:30:00",
        "9/1/2027 10:30 am",
        "9 Jan",
        "9 Jan 2027",
        "9-Jan-27",
        "9 Jan '27",
        "9th January 2027",
        "9th of January, 2027",
        "Jan 9",
        "January 9, 2027",
        "January 9th 2027",
        "2027 Jan 9",
        "Sat 9 Jan",
        "Saturday, 9 Jan 2027",
        "9 Jan 2027 (Sat)",
        "Sat, Jan 9, 2027",
        "९ जनवरी",
        "9 जनवरी 2027",
        "शनिवार, 9 जनवरी",
        "०९/०१/२०२७",
        "46396",
        "9jan2027",
        " 2027-01-09 ; ",
        "9/Jan/2027",
    ],
)
def test_one_day(said: str) -> None:
    assert read(said) == ["2027-01-09"]


@pytest.mark.parametrize(
    "said",
    [
        "9 Jan/10 Jan",
        "9 & 10 January",
        "9-10 Jan",
        "9 and 10 Jan",
        "9, 10 Jan",
        "9 से 11 जनवरी",
        "9 और 10 जनवरी",
        "9/10 Jan",
        "9 Jan, 10 Jan",
        "Jan 9 & 10",
        "Jan 9-10",
        "9 Jan + 10 Jan",
        "9 to 11 Jan",
        "9 Jan 2027 | 10 Jan 2027",
        "9 Jan or 10 Jan",
        "9–10 January 2027",
        "9 Jan–10 Jan",
        "2027-01-09/10",
        "2027-01-09, 2027-01-10",
        "09/01/2027-10/01/2027",
        "9th,10th Jan",
        "9 Jan\n10 Jan",
        "9 Jan 10 Jan",
        "09/10/11 Jan 2027",
        "Sat-Sun 9-10 Jan",
        "9 Jan till 12 Jan",
        "9 Jan not 10 Jan",
        "9, 10, 11 January 2027",
        "January 9, 10 2027",
        "9 Jan, 27",
        "9 Jan/27",
    ],
)
def test_several_days_without_a_semicolon_are_none(said: str) -> None:
    assert read(said) in ("several_days", "day_unclear")
    assert read("9 & 10 January") == read("9-10 Jan") == read("9 Jan/10 Jan") == "several_days"


def test_the_lists_that_people_had() -> None:
    with (LISTS / "two_days.csv").open(encoding="utf-8") as file:
        told = {row["Day"]: read(row["Day"]) for row in csv.DictReader(file)}
    assert len(told) == 22
    assert {said: what for said, what in told.items() if what not in ("several_days", "day_unclear")} == {}


@pytest.mark.parametrize(
    "said",
    [
        "9",
        "9/1",
        "09-01",
        "sunday",
        "tomorrow",
        "31/02/2027",
        "2027-02-30",
        "9 Janember",
        "Sun 9 Jan 2027",
        "jan 2027",
        "2027-01-09T20:00:00Z",
        "2027-01-09 20:00+05:30",
        "9 Jan?? maybe",
        "#N/A",
        ";",
        "9 Jan; x",
        "TBD",
        "any day",
        "13/13/2027",
    ],
)
def test_what_is_no_day(said: str) -> None:
    assert read(said) == "day_unclear"


def test_several_with_semicolons() -> None:
    assert read("10 Jan 2027; 2027-01-09；9/1/2027") == ["2027-01-09", "2027-01-10"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(EVENT), min_size=2, max_size=3, unique=True),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%B %d, %Y", "%d.%m.%y", "%d-%b", "%d"]),
    st.sampled_from(
        [" ", ", ", "/", "-", " - ", " & ", " and ", " to ", "\n", " / ", "+", " | ", "–", " से ", " (", "."]
    ),
    st.sampled_from(["", " Jan", " January 2027", " जनवरी"]),
)
def test_never_one_day_out_of_several(several: list[date], form: str, between: str, after: str) -> None:
    said = between.join(day.strftime(form) for day in several) + after
    found = read(said)
    # 09/10/11 is a day, of a year in which nobody can come.
    assert isinstance(found, str) or not {str(day) for day in EVENT} & set(found), said


def test_the_order_decides_what_may_be_either() -> None:
    assert [read("10/01/2027", order) for order in (DMY, MDY)] == [["2027-01-10"], ["2027-10-01"]]
    assert [read(said, UNSURE) for said in ("10/01/2027", "13/01/2027", "01/13/2027", "9/9/2027", "9 Jan")] == [
        *("day_order", ["2027-01-13"], ["2027-01-13"], ["2027-09-09"], ["2027-01-09"])
    ]
    assert [read(said, MDY) for said in ("01/13/2027", "13/01/2027")] == [["2027-01-13"], "day_unclear"]


SPRING = [date(2027, 2, 1), date(2027, 2, 3), date(2027, 2, 13), date(2027, 3, 2)]


@pytest.mark.parametrize(
    ("cells", "head", "told", "region", "order", "notes"),
    [
        (["02/03/2027", "02/13/2027"], "Day", "", "IN", MDY, ["dates_proved"]),
        (["02/03/2027; 02/13/2027"], "Day", "", "IN", MDY, ["dates_proved"]),
        (["Sat 02/13/2027", "02/03/2027"], "Day", "", "IN", MDY, ["dates_proved"]),
        (["13/02/2027", "02/03/2027"], "Day", "", "IN", DMY, ["dates_proved"]),
        (["13/02/2027", "2027-03-02"], "Day", "", "IN", DMY, []),
        (["02/03/2027", "03/02/2027"], "Day", "", "IN", DMY, ["dates_usual"]),
        (["02/03/2027", "03/02/2027"], "Day", "", "US", MDY, ["dates_usual"]),
        (["02/03/2027"], "Day", MDY, "IN", MDY, []),
        (["02/13/2027"], "Day", DMY, "IN", DMY, []),
        (["02/03/2027", "13/02/2027", "02/13/2027"], "Day", "", "IN", UNSURE, ["dates_contradict"]),
        (["02/03/2027"], "Visit date (MM/DD/YYYY)", "", "IN", MDY, ["dates_by_head"]),
        (["02/03/2027"], "Visit date (dd-mm-yyyy)", "", "IN", DMY, ["dates_by_head"]),
        (["02/13/2027"], "Visit date (DD/MM/YYYY)", "", "IN", UNSURE, ["dates_contradict"]),
        # 1 February is a day of the event, 2 January is none.
        (["02/01/2027", "02/03/2027"], "Day", "", "IN", UNSURE, ["dates_unsure"]),
        (["5/5/2027", "2027-02-03", "9 Feb", "", "x"], "Day", "", "IN", DMY, []),
    ],
)
def test_one_row_proves_the_order_of_all(
    cells: list[str], head: str, told: str, region: str, order: str, notes: list[str]
) -> None:
    found = date_order.date_order(enumerate(cells, 2), head, told, region, SPRING)
    assert (found.order, [note.code for note in found.notes]) == (order, notes)
    assert all(map(import_texts.note_text, found.notes))


def test_a_spreadsheet_that_took_some_days_for_dates_may_have_turned_them() -> None:
    mixed: list[Any] = ["02/13/2027", date(2027, 3, 2), datetime.combine(date(2027, 2, 13), time())]
    assert date_order.date_order(enumerate(mixed), "Day", "", "IN", SPRING).turned
    assert not date_order.date_order(enumerate(mixed[1:]), "Day", "", "IN", SPRING).turned
    assert not date_order.date_order(enumerate([mixed[0], mixed[2]]), "Day", "", "IN", SPRING).turned


def test_parts_are_folded() -> None:
    assert days.parts_of("०९ JAN；10 Jan;") == ["09 jan", "10 jan", ""]
