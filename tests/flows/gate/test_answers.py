"""What is heard of a scan, for every result and in every language."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from flows.gate.answers import MAX_FULL_LINES, ago, headline, in_a_line, nothing_undone, scan_answer
from flows.gate.parse import MAX_CODES
from flows.shapes.scans import (
    ADMITTED,
    ALREADY_ADMITTED,
    EVENT_CLOSED,
    FORGED,
    LEFT,
    OUT,
    RESULTS,
    TOO_MANY,
    UNKNOWN,
    UNREADABLE,
    WRONG_DAY,
    WRONG_EVENT,
    Admission,
    FirstEntry,
    Scan,
    SeenPass,
)
from flows.text import render
from flows.text.languages import LANGUAGES
from flows.text.translate import MISSING

NOW = datetime.fromisoformat("2026-01-15T14:05+05:30")
ZONE = "Asia/Kolkata"
DAYS = tuple(date(2026, 1, day) for day in range(15, 24))
SCAN = Scan("7QK2-M9X5", "SM1", "demo", "whatsapp", "main", staff_id=7)
PASS = SeenPass("7QK2-M9X5", "Asha Rao", 4, (date(2026, 1, 15),), "visitor", {"en": "Visitor"})
ENTRY = FirstEntry(NOW - timedelta(seconds=40), "main", "Main", "Ravi", 7, None)


def spoken(answer: Admission, scan: Scan = SCAN, language: str = "en") -> str:
    return "\n".join(render(sentence, language) for sentence in scan_answer(answer, scan, NOW, ZONE))


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("simulate", [False, True])
def test_every_result_has_a_headline_that_begins_with_its_sign(result: str, simulate: bool) -> None:
    answer = Admission(result, "SM1", 2, 2, PASS, ENTRY)
    scan = replace(SCAN, simulate=simulate)
    for language in LANGUAGES:
        text = spoken(answer, scan, language)
        assert text.startswith("✅ " if result in (ADMITTED, LEFT) else "⛔ ")
        assert MISSING not in text
        assert text.startswith(render(headline(answer, scan), language))
        without = render(in_a_line(replace(answer, pass_=None), scan, (NOW, ZONE)), language)
        assert "-" not in without


def test_outside_the_hours_the_hours_and_the_way_on_are_told() -> None:
    closed = Admission(EVENT_CLOSED, "SM1", 0, 0, PASS, hours=(time(10), time(20)))
    first, *rest = spoken(closed).split("\n")
    assert (first, rest[-1]) == (
        "⛔ Outside opening hours: 10 am – 8 pm",
        "A supervisor can still admit them.",
    )
    assert "opening hours" not in spoken(replace(closed, hours=None))


def test_part_of_a_party() -> None:
    assert "2 of 4 in, 2 to come" in spoken(Admission(ADMITTED, "SM1", 2, 2, PASS))
    assert "Asha Rao: 4 people" in spoken(Admission(ADMITTED, "SM1", 4, 0, PASS))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("many", [MAX_FULL_LINES, MAX_CODES])
def test_the_answers_to_many_codes_fit_into_one_message(language: str, many: int) -> None:
    seen = replace(PASS, name="Venkatanarasimharajuvaripeta Subrahmanyam Rao", days=tuple(DAYS[::2]))
    entry = replace(ENTRY, staff_id=8, gate_name="Gate number 12 near the river", by="Raghunathan Krishnamurthy")
    scan, short = replace(SCAN, count=3), many > MAX_FULL_LINES
    for result in set(RESULTS) - {WRONG_EVENT, UNKNOWN, FORGED, UNREADABLE}:
        answer = Admission(result, "SM1", 2, 2, seen, replace(entry, at=NOW - timedelta(days=1)))
        lines = [render(in_a_line(answer, scan, (NOW, ZONE), short=short), language)] * many
        assert len("\n".join(lines)) <= 1600, (result, lines[0])
        assert MISSING not in lines[0]


def test_a_line_among_others_tells_the_party_and_the_first_entry() -> None:
    def line(answer: Admission, scan: Scan = SCAN, *, short: bool = False) -> str:
        return render(in_a_line(answer, scan, (NOW, ZONE), short=short), "en")

    assert "2 of 4 in, 2 to come" in line(Admission(ADMITTED, "SM1", 2, 2, PASS))
    other = Admission(ALREADY_ADMITTED, "SM2", 0, 0, PASS, replace(ENTRY, staff_id=8))
    assert "2:04 pm, Main, Ravi" in line(other)
    assert "2:04 pm" in line(other, short=True)
    assert "by you, 40 s ago" in line(Admission(ALREADY_ADMITTED, "SM2", 0, 0, PASS, ENTRY))


def test_a_look_tells_the_party_as_it_is() -> None:
    look = replace(SCAN, simulate=True)
    assert "2 of 4 in, 2 to come" in spoken(Admission(ADMITTED, "SM1", 2, 0, PASS, ENTRY), look)
    assert "Asha Rao: 4 people" in spoken(Admission(ADMITTED, "SM1", 2, 2, PASS), look)


def test_who_stays_inside_is_told() -> None:
    out = replace(SCAN, direction=OUT)
    assert "3 still inside" in spoken(Admission(LEFT, "SM1", 1, 0, PASS, inside=3), out)


def test_the_first_entry_of_a_party_in_parts_is_called_so() -> None:
    assert "First in: by you" in spoken(Admission(TOO_MANY, "SM1", 0, 2, PASS, ENTRY))


def test_a_look_says_that_nothing_happened() -> None:
    admitted = Admission(ADMITTED, "SM1", 4, 0, PASS)
    assert spoken(admitted) != spoken(admitted, replace(SCAN, simulate=True))


def test_a_repeat_by_the_same_volunteer() -> None:
    assert "by you, 40 s ago" in spoken(Admission(ALREADY_ADMITTED, "SM2", 0, 0, PASS, ENTRY))


def test_a_repeat_by_somebody_else_tells_when_where_and_by_whom() -> None:
    text = spoken(Admission(ALREADY_ADMITTED, "SM2", 0, 0, PASS, replace(ENTRY, staff_id=8)))
    assert "2:04 pm, 40 s ago, Main, by Ravi" in text


def test_a_repeat_of_another_day_names_the_day() -> None:
    once = replace(ENTRY, staff_id=None, at=NOW - timedelta(days=2), gate_name=None, by=None)
    assert "Tue 13 Jan, 2:05 pm, 2 days ago" in spoken(Admission(ALREADY_ADMITTED, "SM2", 0, 0, PASS, once))


def test_the_same_scanner_is_known_too() -> None:
    mine = replace(ENTRY, staff_id=None, device_id=3, by="Scanner 3")
    assert "by you" in spoken(Admission(TOO_MANY, "x", 0, 1, PASS, mine), replace(SCAN, staff_id=None, device_id=3))


def test_too_many_on_the_way_out_speaks_of_those_inside() -> None:
    text = spoken(Admission(TOO_MANY, "SM1", 0, 3, PASS), replace(SCAN, direction=OUT))
    assert "only 3 inside" in text
    assert "1 of 4" not in text


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((date(2026, 1, 17),), "for Sat 17 Jan"),
        ((date(2026, 1, 17), date(2026, 1, 18)), "for Sat 17 Jan – Sun 18 Jan"),
        (tuple(date(2026, 1, day) for day in (17, 19, 21, 23)), "Sat 17 Jan, Mon 19 Jan, Wed 21 Jan, and 1 more"),
    ],
)
def test_a_pass_for_another_day_names_its_days(days: tuple[date, ...], words: str) -> None:
    assert words in spoken(Admission(WRONG_DAY, "SM1", pass_=replace(PASS, days=days)))


def test_another_kind_is_named() -> None:
    press = replace(PASS, kind="press", labels={"en": "Press", "hi": "प्रेस"})
    assert "Press" in spoken(Admission(ADMITTED, "SM1", 4, 0, press))
    assert "प्रेस" in spoken(Admission(ADMITTED, "SM1", 4, 0, press), language="hi")
    assert "Visitor" not in spoken(Admission(ADMITTED, "SM1", 4, 0, PASS))


def test_a_name_never_looks_like_a_code() -> None:
    text = spoken(Admission(ADMITTED, "SM1", 4, 0, replace(PASS, name="RAMA-DEVA")))
    assert "RAMA-DEVA" not in text
    assert "RAMA‑DEVA" in text


def test_how_long_ago() -> None:
    units = [timedelta(seconds=-5), timedelta(seconds=59), timedelta(minutes=59), timedelta(hours=23), timedelta(1)]
    assert [render(ago(passed), "en") for passed in units] == [
        *("0 s ago", "59 s ago", "59 min ago", "23 h ago", "1 day ago")
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (("undo_too_late", "7QK2-M9X5", "7qk2m9x5"), "⛔ 7QK2-M9X5: You can undo only within 2 minutes."),
        (("already_undone", "7QK2-M9X5"), "⛔ 7QK2-M9X5: That has already been undone."),
        (("nothing_to_undo",), "⛔ You have not admitted anyone yet."),
        (("not_let_in_by_you", "", "7qk2 m9x5"), "⛔ 7QK2\u2011M9X5: "),
        (("not_let_in_by_you", "", "HTTPS://PASS.EXAMPLE.ORG/P/ABC"), "⛔ This QR code: "),
        (("not_let_in_by_you", "", "abcd-efgh"), "⛔ Not one of our passes"),
    ],
)
def test_nothing_taken_back_says_of_which_pass(given: tuple[str, ...], shown: str) -> None:
    assert render(nothing_undone(*given), "en").startswith(shown)
