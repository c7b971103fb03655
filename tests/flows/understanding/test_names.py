"""Names among what people write; conversations are in scripts/names_*.txt."""

import pytest

from flows.shapes import Invalid
from flows.understanding import names


def read(text: str) -> str:
    try:
        return names.given(text)
    except Invalid as no:
        return f"!{no.code}"


@pytest.mark.parametrize(
    "name",
    [
        *("Asha", "ASHA VERMA", "asha verma", "Dr. A. P. J. Abdul Kalam", "I. K. Gujral", "K Anand", "Mohd. Yusuf"),
        *("O'Brien", "O’Brien", "O`Brien", "Jean-Luc", "Nguyen Van Hai", "Ho Chi Minh", "Will Smith", "Abhishek"),
        *(
            "ज़ाकिर हुसैन",
            "डॉ. मीरा",
            "सही राम",
            "Shukla ji",
            "Alexander the Great",
            "李雷",
            "Yes Kumar",
            "Stop Singh",
            "Ya",
        ),
    ],
)
def test_a_name_stays_as_it_is_typed(name: str) -> None:
    assert read(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Asha Verma and I come on sunday", "Asha Verma"),
        ("my name is Nguyen Van Hai", "Nguyen Van Hai"),
        ("Namaste, mera naam Asha hai", "Asha"),
        ("आशा मेरा नाम है", "आशा"),
        ("I'm Asha", "Asha"),
        ("Name: No", "No"),
        ("No, Ravi Kumar", "Ravi Kumar"),
        ("Asha Verma, 3 people", "Asha Verma"),
        ("Asha Verma 3 people on sunday", "Asha Verma"),
        ("Asha Verma 98765 43210", "Asha Verma"),
        ("आशा वर्मा 2 लोग", "आशा वर्मा"),
        ("Verma, Asha", "Verma, Asha"),
        ("John Paul 2", "John Paul 2"),
        ("name: 7QK2-M9X5", "!not_a_name"),
        ("my name is wrong", "!not_a_name"),
        ("mera naam kya hai", "!not_a_name"),
        ("I am coming on sunday", "!not_a_name"),
        ("this is free?", "!not_a_name"),
        ("my name is", "!not_a_name"),
        ("", "!not_a_name"),
    ],
)
def test_what_is_said_around_a_name(text: str, name: str) -> None:
    assert read(text) == name


@pytest.mark.parametrize("text", ["Manzoor", "MANJOOR", "han", "Ya.", "सही", "मंज़ूर"])
def test_names_that_are_answers(text: str) -> None:
    assert names.may_be_yes_or_no(text)


@pytest.mark.parametrize("text", ["yes", "haan", "Manzoor Ali", "no", "ok", ""])
def test_answers_that_are_no_names_and_names_that_are_no_answers(text: str) -> None:
    assert not names.may_be_yes_or_no(text)
