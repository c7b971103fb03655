"""A day or a number beside a negation, a comparison, an `or` or a question is never taken, wherever the word stands."""

from datetime import date, timedelta

import pytest

from flows.understanding import dates, party_sizes
from flows.understanding.doubts import Doubts, split

TODAY = date(2026, 1, 15)
OFFERED = [TODAY + timedelta(days=number) for number in range(9)]
DAYS = ("sunday", "18 jan", "kal", "रविवार", "18/1")

DENIED = (
    *("I cannot come on {}", "not {}", "{} is not possible", "we won't come {}", "never on {}", "{} nahi aa sakta"),
    *("{} ko mat", "{} को नहीं आ सकते", "{} को मत", "no entry for me {} please", "unable to come {}", "{}, I can't"),
)
COMPARED = (
    *("after {}", "before {}", "until {}", "{} ke baad", "{} se pehle", "{} tak", "{} से पहले", "{} के बाद", "{} तक"),
    *("from {}", "{} onwards", "by {}", "since {}", "any day except {}", "{} chhod ke", "{} के अलावा"),
)
ASKED = (
    *(
        "is it closed {}?",
        "{}?",
        "is there entry {}",
        "what time does it open {}",
        "kya {} khula hai",
        "{} khula hai kya",
    ),
    *("क्या {} खुला है", "can I come {}", "how many come {}", "{} band hai kya", "tell me if {} is open", "kitne baje {}"),
)
OPEN = (
    "maybe {}",
    "{} or later",
    "if possible {}",
    "shayad {}",
    "शायद {}",
    "{} ya phir",
    "we may come {}",
    "we were there {}",
)


@pytest.mark.parametrize("words", [*DENIED, *COMPARED, *ASKED, *OPEN])
def test_a_day_beside_a_doubt_is_neither_taken_nor_understood(words: str) -> None:
    taken = {day: dates.find(words.format(day), TODAY, OFFERED) for day in DAYS}
    assert taken == dict.fromkeys(DAYS)
    understood = {day: dates.read(words.format(day), TODAY, OFFERED) for day in DAYS}
    assert understood == dict.fromkeys(DAYS)


@pytest.mark.parametrize(
    "words",
    [
        *("not {}", "we are not {}", "{} nahi", "{} नहीं", "at least {}", "more than {}", "less than {}", "max {}"),
        *("around {}", "maybe {}", "{} or more", "{} ya zyada", "kam se kam {}", "lagbhag {}", "लगभग {}", "कम से कम {}"),
        *("can {} come", "{}?", "is it free for {}", "price for {}", "क्या {} आ सकते हैं", "{} ka kitna lagega"),
        *("2 or {}", "2 to {}", "2 ya {}", "me and {}", "my {}", "{} and me", "{} with my kids", "main aur {}"),
    ],
)
@pytest.mark.parametrize("people", ["3 people", "3 log", "3 लोग", "teen log"])
def test_a_number_beside_a_doubt_is_not_taken(words: str, people: str) -> None:
    assert party_sizes.find(words.format(people)) is None


@pytest.mark.parametrize(
    "words",
    [
        *(
            "register me for {}",
            "{} please",
            "I want to come {}",
            "no problem, {}",
            "my phone is not working, {} please",
        ),
        *(
            "I have no pass yet, book {}",
            "{} ko aana hai",
            "hum {} aayenge",
            "{} को आना है",
            "{} morning",
            "hello, {} 3 log",
        ),
        *("what is the fee? register me {}", "{}. thank you", "कोई बात नहीं, {} को आएंगे"),
    ],
)
def test_a_doubt_about_something_else_changes_nothing(words: str) -> None:
    wanted = {day: dates.read(day, TODAY, OFFERED) for day in DAYS}
    assert {day: dates.find(words.format(day), TODAY, OFFERED) for day in DAYS} == wanted


def test_doubts_reach_no_further_than_their_clause() -> None:
    words = split("not on sunday, we are 3 people")
    assert Doubts(words).about_day(words.index("sunday"), words.index("sunday") + 1)
    assert not Doubts(words).about_number(words.index("3"), words.index("people") + 1)
