"""How many people come is read where it is said plainly, and a sum is known to be one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.understanding import party_sizes
from flows.understanding.party_sizes import Party


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3", 3),
        ("３", 3),
        ("३", 3),
        ("three", 3),
        ("do", 2),
        ("दो", 2),
        ("alone", 1),
        ("just me", 1),
        ("main akela aaunga", 1),
        ("अकेली", 1),
        ("3pax", 3),
        ("we are 4", 4),
        ("4 of us", 4),
        ("hum teen", 3),
        ("hum do log hain", 2),
        ("हम तीन लोग हैं", 3),
        ("हम दोनों", 2),
        ("family of 4", 4),
        ("परिवार के 4 लोग", 4),
        ("3 including me", 3),
        ("total 4: 2 adults 2 kids", 4),
        ("1 pass for 4 people", 4),
        ("-2", -2),
    ],
)
def test_a_number_of_people(text: str, count: int) -> None:
    assert party_sizes.read(text) == Party(count)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2 adults 1 kid", 3),
        ("2 adults and a baby", 3),
        ("me and my wife", 2),
        ("me and my wife and 2 kids", 4),
        ("2 kids and me", 3),
        ("my 3 kids and I", 4),
        ("mom, dad and me", 3),
        ("husband wife and 2 kids", 4),
        ("2+1", 3),
        ("me plus 2", 3),
        ("main aur meri patni", 2),
        ("do bade ek bachcha", 3),
        ("मैं और मेरे दो दोस्त", 3),
        ("2 वयस्क और 1 बच्चा", 3),
    ],
)
def test_a_sum_of_people(text: str, count: int) -> None:
    assert party_sizes.read(text) == Party(count, summed=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my family",
        "me and my kids",
        "2 kids",
        "my 2 kids",
        "my wife",
        "3 with me",
        "+1",
        "2 people, 1 kid",
        "3-4",
        "do teen log",
        "at least 3",
        "more than 5",
        "not 3",
        "3?",
        "we do",
        "5 pm",
        "6th dec",
        "char din",
        "teen tareekh",
        "मेरा परिवार",
        "चार पाँच लोग",
        "लगभग 5",
        "मेरे दो बच्चे हैं",
    ],
)
def test_who_is_counted_is_not_plain(text: str) -> None:
    assert party_sizes.read(text) is None


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("register 3 people for saturday", 3),
        ("3 log kal", 3),
        ("मुझे शनिवार को 4 लोगों का पास चाहिए", 4),
        ("४ लोग", 4),
        ("do log", 2),
        ("4 passes for sunday", 4),
        ("we are 5, coming on the 8th", 5),
        ("pass for family of 4", 4),
        ("2 adults and 1 kid on sunday", 3),
        ("coming alone on sunday", 1),
        ("coming with family, total 4 people", 4),
        ("Date: 5 Dec People: 3", 3),
        ("no problem, 3 people", 3),
        ("3 people, not on sunday", 3),
        ("gate no 3, 2 people", 2),
        ("3 people and 2 kids", None),
        ("2 kids and me", None),
        ("my 3 kids and I", None),
        ("me and 2 friends", None),
        ("4 people with my kids", None),
        ("2 or 3 people", None),
        ("3 to 4 people", None),
        ("do teen log kal", None),
        ("at least 4 people", None),
        ("5 se zyada log", None),
        ("5 log se kam", None),
        ("maybe 4 people", None),
        ("not 3 people", None),
        ("3 people?", None),
        ("can 12 people come", None),
        ("do children below 5 need a pass", None),
        ("we are 5 km away", None),
        ("one pass for sunday", None),
        ("4 on 17 jan", None),
        ("people", None),
        ("register me", None),
    ],
)
def test_people_in_a_longer_text(text: str, people: int | None) -> None:
    assert party_sizes.find(text) == people


def test_what_is_too_long_to_be_looked_at_whole_says_nothing() -> None:
    assert party_sizes.find("3 people " + "please " * 60 + "no, not 3") is None


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["3 people", "me and", "दो लोग", "family of", "total", ""]))
def test_any_text_is_read_or_not(text: str, words: str) -> None:
    for whole in (text, f"{text} {words}", words + text):
        party = party_sizes.read(whole)
        assert party is None or isinstance(party.count, int)
        assert party_sizes.find(whole) is None or isinstance(party_sizes.find(whole), int)
