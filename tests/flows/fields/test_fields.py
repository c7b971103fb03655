"""Each field: what it takes, what it refuses and by which code, what it finds in a longer text."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

import pytest

from flows.fields import Choice, Day, Number, Otp, Phone, Text, YesNo, accept, question_step
from flows.shapes import EventDay, Facts, Field, Invalid, Option, Question, UserInput
from flows.text import words
from flows.text.pass_days import describe_days
from tests.flows.worlds import world

FACTS: Facts = world(profile_name="Asha Rao")
TODAY = date(2026, 1, 15)


def days(*closed: int, full: int = 0) -> tuple[EventDay, ...]:
    return tuple(
        EventDay(TODAY + timedelta(days=n), 0 if n + 15 == full else None, closed=n + 15 in closed) for n in range(9)
    )


DAY = Day(
    lambda answers, facts: tuple(
        day for day in days(18, full=19) if not day.closed and day.left != 0 and day.day.day > 15
    ),
    every=lambda answers, facts: days(18, full=19),
    today=lambda answers, facts: TODAY.isoformat(),
)
"""15 is over for today, 18 is closed, 19 is full."""
NAME = Text(least=2, most=80, letter=True)
OFFERED = Text(least=2, most=80, letter=True, suggest=lambda answers, facts: facts.profile_name)
COLOURS = Choice(
    lambda answers, facts: (
        Option("red", words({"en": "Red", "hi": "लाल"})),
        Option("green", words({"en": "Green", "hi": "हरा"}), "like grass"),
        Option("greenish", "Greenish"),
    ),
    findable=True,
)
PARTY = Number(1, lambda answers, facts: 4, code="only_some_left")
PHONE = Phone(own=lambda answers, facts: "+919811111111")


def known(field: Field) -> Mapping[str, Any]:
    return field.known({}, FACTS)


def judged(field: Field, said: str | UserInput) -> Any:
    try:
        return accept(field, UserInput(said) if isinstance(said, str) else said, known(field))
    except Invalid as no:
        return f"!{no.code}"


def tap(choice: str) -> UserInput:
    return UserInput("Some title", choice=choice, form="choice")


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        (NAME, "Asha Rao", "Asha Rao"),
        (NAME, "  Asha \u202e \n Rao ", "Asha Rao"),
        (NAME, "ओम", "ओम"),
        (NAME, "李雷", "李雷"),
        (NAME, "A", "!too_short"),
        (NAME, "a" * 80, "a" * 80),
        (NAME, "a" * 81, "!too_long"),
        (NAME, "a" * 10_000, "!too_long"),
        (NAME, "12345", "!no_letter"),
        (NAME, "🌸🌸🌸", "!no_letter"),
        (NAME, "", "!empty"),
        (NAME, "\u200b\u202e", "!empty"),
        (NAME, "1", "!too_short"),
        (NAME, UserInput("holiday.pdf", form="document"), "!not_text"),
        (NAME, UserInput("", form="image"), "!not_text"),
        (OFFERED, "1", "Asha Rao"),
        (OFFERED, "yes", "Asha Rao"),
        (OFFERED, "हाँ", "Asha Rao"),
        (OFFERED, "ok", "Asha Rao"),
        (OFFERED, tap("suggested"), "Asha Rao"),
        (OFFERED, "no", "!type_it"),
        (OFFERED, "Ravi Das", "Ravi Das"),
        (OFFERED, "ASHA RAO", "Asha Rao"),
        (OFFERED, "yes, Asha Rao", "Asha Rao"),
        (OFFERED, "Asha Rao is correct", "Asha Rao"),
        (OFFERED, "not Asha Rao", "not Asha Rao"),
        (OFFERED, "Asha Rao Das", "Asha Rao Das"),
        (Text(optional=True), "skip", ""),
        (Text(optional=True), "छोड़ें", ""),
        (Text(optional=True), "Delhi", "Delhi"),
        (Text(), "skip", "skip"),
        (COLOURS, "1", "red"),
        (COLOURS, "२", "green"),
        (COLOURS, "RED", "red"),
        (COLOURS, "लाल", "red"),
        (COLOURS, "gren", "green"),
        (COLOURS, "gree", "!several_options"),
        (COLOURS, "green", "green"),
        (COLOURS, "4", "!not_an_option"),
        (COLOURS, "2 people", "!not_an_option"),
        (COLOURS, "0", "!not_an_option"),
        (COLOURS, "blue", "!not_an_option"),
        (COLOURS, tap("red"), "red"),
        (COLOURS, tap("blue"), "!not_an_option"),
        (COLOURS, "skip", "!not_an_option"),
        (COLOURS, "x" * 5000, "!too_long"),
        (PARTY, "3", 3),
        (PARTY, "तीन", 3),
        (PARTY, "5", "!only_some_left"),
        (PARTY, "0", "!number_too_small"),
        (PARTY, "-1", "!number_too_small"),
        (PARTY, "many", "!not_a_number"),
        (PARTY, "2 or 3", "!not_a_number"),
        (PARTY, "me and my wife", 2),
        (PARTY, "2 adults 3 kids", "!only_some_left"),
        (PARTY, "my family", "!not_a_number"),
        (Number(0, 9, people=False), "me and my wife", "!not_a_number"),
        (Number(0, 10, optional=True), "skip", ""),
        (Number(0, 10), "11", "!number_too_large"),
        (YesNo(), "haan", True),
        (YesNo(), "nahi", False),
        (YesNo(), "1", True),
        (YesNo(), "2", False),
        (YesNo(), tap("no"), False),
        (YesNo(), "perhaps", "!not_yes_no"),
        (YesNo(no="not_agreed"), "no", "!not_agreed"),
        (YesNo(no="not_agreed"), tap("yes"), True),
        (PHONE, "98765 43210", "+919876543210"),
        (PHONE, "+91 98765-43210", "+919876543210"),
        (PHONE, "९८७६५४३२१०", "+919876543210"),
        (PHONE, "+1 650 253 0000", "+16502530000"),
        (PHONE, "98111 11111", "!own_number"),
        (PHONE, "12345", "!not_a_phone"),
        (PHONE, "011 2345 6789", "!not_a_phone"),
        (PHONE, "my friend", "!not_a_phone"),
        (Otp(), "123456", "123456"),
        (Otp(), "१२३ ४५६", "123456"),
        (Otp(), "123-456", "123456"),
        (Otp(), "Your code is 123456.", "123456"),
        (Otp(), "12345", "!not_an_otp"),
        (Otp(), "1234567", "!not_an_otp"),
        (Otp(), "123456 or 654321", "!not_an_otp"),
        (DAY, "1", "2026-01-16"),
        (DAY, "3", "2026-01-20"),
        (DAY, "kal", "2026-01-16"),
        (DAY, "17", "2026-01-17"),
        (DAY, "17/1", "2026-01-17"),
        (DAY, tap("2026-01-17"), "2026-01-17"),
        (DAY, tap("2026-01-18"), "!day_closed"),
        (DAY, tap("soon"), "!day_unclear"),
        (DAY, "18 jan", "!day_closed"),
        (DAY, "18", "!day_closed"),
        (DAY, "19 jan", "!day_full"),
        (DAY, "today", "!day_over"),
        (DAY, "14 jan", "!day_over"),
        (DAY, "1 feb", "!day_outside"),
        (DAY, "soon", "!day_unclear"),
        (DAY, "16 to 18 jan", "!several_days"),
        (DAY, "16 jan, 17 jan", "!several_days"),
        (DAY, "18 and 19 jan", "!day_closed"),
        (DAY, "16 jan sunday", "!day_contradicts"),
        (DAY, "3 people", "!day_unclear"),
        (DAY, "25th", "!day_outside"),
        (DAY, "after 16 jan", "!day_unclear"),
        (DAY, "17 jan ko 3 log", "2026-01-17"),
        (DAY, UserInput("Town Hall", form="location"), "!not_text"),
    ],
)
def test_judged(field: Field, said: str | UserInput, value: Any) -> None:
    assert judged(field, said) == value


def test_refusals_say_what_would_do() -> None:
    with pytest.raises(Invalid) as no:
        accept(PARTY, UserInput("9"), known(PARTY))
    assert no.value.params == {"least": 1, "most": 4, "given": 9}
    with pytest.raises(Invalid) as no:
        accept(DAY, UserInput("1 feb"), known(DAY))
    assert no.value.params == {"day": date(2026, 2, 1), "first": TODAY, "last": date(2026, 1, 23)}
    with pytest.raises(Invalid) as no:
        accept(DAY, UserInput("16 to 19 jan"), known(DAY))
    assert no.value.params == {"days": describe_days((date(2026, 1, 16), date(2026, 1, 17)))}
    with pytest.raises(Invalid) as no:
        accept(NAME, UserInput("", form="sticker"), known(NAME))
    assert no.value.params == {"form": "sticker"}


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (PARTY, "register 3 people", 3),
        (PARTY, "register 30 people", 30),
        (PARTY, "register 3", None),
        (Number(0, 9, people=False), "3 people", None),
        (DAY, "3 people kal", "2026-01-16"),
        (DAY, "on 18 jan", None),
        (COLOURS, "the green one", "green"),
        (COLOURS, "red or green", None),
        (COLOURS, "the red one", None),
        (Choice(COLOURS.choose_from), "the green one", None),
        (NAME, "I am Asha", None),
        (YesNo(), "yes I agree", None),
        (PHONE, "98765 43210", None),
        (Otp(), "123456", None),
    ],
)
def test_found(field: Field, text: str, value: Any) -> None:
    assert field.find(text, known(field)) == value


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (PARTY, 4, ""),
        (PARTY, 5, "only_some_left"),
        (PARTY, "four", "not_a_number"),
        (DAY, "2026-01-16", ""),
        (DAY, "2026-01-18", "day_closed"),
        (DAY, "yesterday", "day_unclear"),
        (DAY, None, "day_unclear"),
        (COLOURS, "red", ""),
        (COLOURS, "blue", "not_an_option"),
        (NAME, "Asha", ""),
        (NAME, 3, "empty"),
        (YesNo(), True, ""),
        (YesNo(), "yes", "not_yes_no"),
        (PHONE, "+919876543210", ""),
        (PHONE, "+919811111111", "own_number"),
        (Otp(), "123456", ""),
    ],
)
def test_checked_again(field: Field, value: Any, code: str) -> None:
    def refused() -> str:
        try:
            field.check(value, known(field))
        except Invalid as no:
            return no.code
        return ""

    assert refused() == code


@pytest.mark.parametrize(
    ("field", "ids"),
    [
        (NAME, []),
        (OFFERED, ["suggested"]),
        (COLOURS, ["red", "green", "greenish"]),
        (Choice(COLOURS.choose_from, optional=True), ["red", "green", "greenish", "skip"]),
        (PARTY, []),
        (YesNo(), ["yes", "no"]),
        (PHONE, []),
        (Otp(), []),
        (DAY, [f"2026-01-{day}" for day in (16, 17, 20, 21, 22, 23)]),
    ],
)
def test_options(field: Field, ids: list[str]) -> None:
    assert [option.id for option in field.options(known(field))] == ids


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (NAME, "Asha"),
        (COLOURS, "red"),
        (COLOURS, "gone"),
        (PARTY, 3),
        (YesNo(), True),
        (PHONE, "+919876543210"),
        (DAY, "2026-01-16"),
    ],
)
def test_shown(field: Field, value: Any) -> None:
    assert field.shown(value, known(field)) is not None


def test_an_otp_is_never_shown() -> None:
    assert "123456" not in Otp().shown("123456", {})


@pytest.mark.parametrize("name", ["🌸🌸", "", "\u202e", "x" * 100])
def test_a_profile_name_that_is_no_name_is_not_offered(name: str) -> None:
    facts: Facts = world(profile_name=name)
    assert OFFERED.options(OFFERED.known({}, facts)) == ()


QUESTIONS = [
    (Question("city", "text", {"en": "City?"}), "skip", ""),
    (Question("city", "text", {"en": "City?"}, required=True), "skip", "skip"),
    (
        Question("who", "choice", {"en": "Who?"}, True, ({"en": "Student", "hi": "छात्र"}, {"en": "Teacher"})),
        "छात्र",
        "Student",
    ),
    (Question("who", "choice", {"en": "Who?"}, False, ({"en": "Student"},)), "2", ""),
    (Question("age", "number", {"en": "Age?"}, True, (), 5, 99), "4", "!number_too_small"),
    (Question("age", "number", {"en": "Age?"}, True, (), 5, 99), "100", "!number_too_large"),
    (Question("age", "number", {"en": "Age?"}, False, (), 5, 99), "chhodo", ""),
]


@pytest.mark.parametrize(("question", "text", "value"), QUESTIONS)
def test_questions_of_an_event(question: Question, text: str, value: Any) -> None:
    step = question_step(question)
    assert step.name == question.name
    assert judged(step.field, text) == value


def test_places_left_are_told_where_they_are_limited() -> None:
    limited = Day(lambda answers, facts: (EventDay(TODAY, 12, closed=False, opens=time(9)),))
    (option,) = limited.options(known(limited))
    assert option.detail
