"""Free words become what was meant, in every language and script, or nothing."""

import pytest

from flows import understanding
from flows.understanding import agreement, vocabulary


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("hi", "hi"),
        ("  HELLO!! ", "hi"),
        ("नमस्ते", "hi"),
        ("नमस्ते 🙏", "hi"),
        ("*back*", "back"),
        ("पीछे", "back"),
        ("peeche", "back"),
        ("restart", "restart"),
        ("फिर से शुरू", "restart"),
        ("STOP", "stop"),
        ("बंद", "stop"),
        ("start.", "start"),
        ("शुरू", "start"),
        ("help", "help"),
        ("?", "help"),
        ("madad", "help"),
        ("मदद।", "help"),
        ("language", "language"),
        ("bhasha", "language"),
        ("भाषा", "language"),
        ("menu", "menu"),
        ("मेन्यू", "menu"),
        ("my pass", "my_pass"),
        ("मेरा पास", "my_pass"),
        ("change", "change"),
        ("बदलें", "change"),
        ("cancel", "cancel"),
        ("Cancel Pass", "cancel_pass"),
        ("पास रद्द", "cancel_pass"),
        ("register", "register"),
        ("पंजीकरण", "register"),
        ("register someone else", "someone_else"),
        ("किसी और का पंजीकरण", "someone_else"),
        ("नया कोड", "resend"),
        ("hello there", ""),
        ("Asha Rao", ""),
        ("", ""),
        ("3", ""),
        ("👍", ""),
    ],
)
def test_command(text: str, command: str) -> None:
    assert understanding.command(text) == command


@pytest.mark.parametrize("three", "3３३৩੩૩୩௩౩೩൩۳٣᱓꯳")
def test_digits_of_every_script_are_understood(three: str) -> None:
    assert understanding.number(three) == 3
    assert understanding.listed_number(f"{three}.", 5) == 2
    assert understanding.with_latin_digits(f"{three}{three}") == "33"


def test_no_word_is_two_commands() -> None:
    seen: dict[str, str] = {}
    for command in vocabulary.current().keys("commands"):
        for word in vocabulary.current().words(f"commands.{command}"):
            assert seen.setdefault(word, command) == command, word


def test_no_word_is_yes_and_no_or_a_command() -> None:
    yes, no = vocabulary.current().words("answers.yes"), vocabulary.current().words("answers.no")
    assert not yes & no
    assert not any(understanding.command(word) for word in yes | no)


@pytest.mark.parametrize("text", ["regester", "my pas", "langauge", "restrat", "पंजिकरण"])
def test_near_command(text: str) -> None:
    assert understanding.near_command(text)


@pytest.mark.parametrize("text", ["asha", "Bhavna", "Natasha", "delhi", "saturday", "ok", "no", "राम", "cancle pass"])
def test_other_words_are_no_near_command(text: str) -> None:
    assert not understanding.near_command(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes!",
        "y",
        "ok",
        "OK.",
        "haan",
        "haanji",
        "ha",
        "ji",
        "theek",
        "theek hai",
        "हाँ",
        "हां",
        "हा",
        "जी",
        "जी हाँ",
        "ठीक है",
        "👍",
        "👍🏽",
        "👍👍",
        "✅",
        "✔️",
    ],
)
def test_yes(text: str) -> None:
    assert agreement.yes_no(text) is True


@pytest.mark.parametrize("text", ["no", "No!", "n", "nahi", "nahin", "na", "नहीं", "नही", "ना", "जी नहीं", "👎", "❌"])
def test_no(text: str) -> None:
    assert agreement.yes_no(text) is False


@pytest.mark.parametrize("text", ["maybe", "", "yes or no", "3", "Asha", "हम"])
def test_neither(text: str) -> None:
    assert agreement.yes_no(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("３", 3),
        ("३", 3),
        ("1️⃣", 1),
        ("3.", 3),
        ("(3)", 3),
        ("#3", None),
        ("three", 3),
        ("teen", 3),
        ("तीन", 3),
        ("do", 2),
        ("दो", 2),
        ("paanch", 5),
        ("पाँच", 5),
        ("twelve", 12),
        ("बारह", 12),
        ("3 people", 3),
        ("we are 4", 4),
        ("हम तीन लोग हैं", 3),
        ("do log", 2),
        ("just me", 1),
        ("option 2", 2),
        ("-3", -3),
        ("0", 0),
        ("1,000", 1000),
        ("2-3", None),
        ("3.5", None),
        ("2 adults 3 kids", None),
        ("one moment please", None),
        ("I do not know", None),
        ("Asha", None),
        ("", None),
    ],
)
def test_number(text: str, number: int | None) -> None:
    assert understanding.number(text) == number


def test_a_number_of_any_length_is_read_in_no_time() -> None:
    value = understanding.number("9" * 10_000)
    assert value is not None
    assert value > 10**9


@pytest.mark.parametrize(
    ("text", "rest"),
    [("hi demo", "demo"), ("Hello, book-fair!", "book-fair"), ("नमस्ते demo", "demo"), ("hi", ""), ("history", "")],
)
def test_greeting(text: str, rest: str) -> None:
    assert understanding.greeting(text) == rest


def test_cleaning_takes_out_what_cannot_be_seen_and_keeps_what_scripts_need() -> None:
    assert understanding.cleaned("  A\u202esha\u200b \x00 Rao\n\tDevi ") == "Asha Rao Devi"
    assert understanding.cleaned("क्\u200dष") == "क्\u200dष"
    assert understanding.cleaned("\ud800a") == "a"
    assert understanding.cleaned("a\n\n b ", lines=True) == "a\nb"


NAMES = [("Student", "विद्यार्थी"), ("Teacher", "शिक्षक"), ("Staff", "कर्मचारी"), ("Staff family", "परिवार")]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("student", [0]),
        ("STUDENT.", [0]),
        ("विद्यार्थी", [0]),
        ("stu", [0]),
        ("studnet", [0]),
        ("techer", [1]),
        ("staff", [2]),
        ("staf", [2, 3]),
        ("sta", [2, 3]),
        ("st", []),
        ("plumber", []),
        ("", []),
    ],
)
def test_meant(text: str, places: list[int]) -> None:
    assert understanding.best_choice(text, NAMES) == places


def test_mentioned() -> None:
    events = [("Book Fair", "पुस्तक मेला"), ("Science Fair", "विज्ञान मेला")]
    assert understanding.mentioned("2 people for the book fair please", events) == [0]
    assert understanding.mentioned("पुस्तक मेला के लिए", events) == [0]
    assert understanding.mentioned("book fair and science fair", events) == [0, 1]
    assert understanding.mentioned("fair", events) == []
