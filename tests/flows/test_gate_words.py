"""How messages at a gate are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import codes, gate_vocabulary, vocabulary
from flows.gate_words import MOST_CODES, in_photo, read, whole_codes

CODE, OTHER = "7QK2-M9X5", "B3D7-K2MM"
QR = "HTTPS://PASS.EXAMPLE.ORG/P/" + "A" * 135


def scanned(text: str) -> list[tuple[str, int | None]]:
    """The codes of a message as they are kept, with their counts."""
    return [(codes.mended(scan.text), scan.count) for scan in read(text).scans]


@pytest.mark.parametrize(
    "text",
    [
        *("7QK2-M9X5", "7qk2-m9x5", "7QK2M9X5", "7QK2 M9X5", "7QK2 - M9X5", "7QK2–M9X5", "7QK2—M9X5", " *7QK2-M9X5*. "),
        *("७QK२-M९X५", "７ＱＫ２－Ｍ９Ｘ５", "7QK2\u200b-M9X5", "7Q\u200dK2-M9X5", "7 Q K 2 M 9 X 5", "7Q K2 M9 X5"),
        *("code 7QK2-M9X5", "पास 7QK2-M9X5", "\\0000267QK2-M9X5", "in 7QK2-M9X5", "अंदर 7QK2-M9X5"),
    ],
)
def test_a_code_in_every_guise(text: str) -> None:
    assert scanned(text) == [("7QK2M9X5", None)]
    assert read(text).scans[0].direction == "in"


def test_look_alikes() -> None:
    body = "1010ABC"
    typed = "IOlo" + "ABC" + codes.check_character(body)
    assert scanned(typed) == [(body + codes.check_character(body), None)]


@pytest.mark.parametrize("count", ["2", "२", "two", "दो", "2 people", "2 लोग", "x2", "x 2", "only 2", "- 2", "do"])
def test_a_number_after_the_code(count: str) -> None:
    assert scanned(f"{CODE} {count}") == [("7QK2M9X5", 2)]
    assert scanned(f"7QK2 M9X5, {count}") == [("7QK2M9X5", 2)]


@pytest.mark.parametrize(
    "text",
    [
        *("1", "2", "२", "100", "12345", "123456", "1234567", "9876543210", "98765 43210", "+91 98765 43210"),
        *("yes", "haan", "no", "ok", "👍", "thanks", "hello", "16-01-2026", "2026-01-16", "15 jan", "Asha Rao"),
        *(f"who is {CODE}?", f"{CODE} please", f"please let {CODE} in", "kya haal hai", "", "   ", "***", "---"),
        f"Your entry pass: *{CODE}*\nDemo Book Fair\nSat 17 Jan, 3 people\nBharat Mandapam",
    ],
)
def test_what_admits_nobody(text: str) -> None:
    assert read(text).scans == ()


@pytest.mark.parametrize("text", ["7QK2-M9X6", "7QK2-M9X", "7QK2-M9X55", "7QK2M9X", QR, QR.lower()])
def test_what_is_meant_to_be_a_pass(text: str) -> None:
    assert [scan.text for scan in read(text).scans] == [text]


@pytest.mark.parametrize("between", ["\n", " ", ", ", "\r\n", "\n\n"])
def test_several_codes(between: str) -> None:
    assert scanned(f"{CODE} 2{between}{OTHER}") == [("7QK2M9X5", 2), ("B3D7K2MM", None)]
    assert len(read(between.join([CODE] * (MOST_CODES + 1))).scans) == MOST_CODES + 1


def test_a_line_that_is_no_code_among_codes_is_answered_too() -> None:
    assert [scan.text for scan in read(f"{CODE}\nhello\nout {OTHER}").scans] == [CODE, "hello", OTHER]
    assert [scan.direction for scan in read(f"{CODE}\nout {OTHER}").scans] == ["in", "out"]


@pytest.mark.parametrize("text", [f"force {CODE} a guest", f"Force  {CODE}\na guest", f"ज़बरदस्ती {CODE} a guest"])
def test_force_with_its_reason(text: str) -> None:
    [scan] = read(text).scans
    assert (scan.force, scan.reason) == (True, "a guest")


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("find  Asha  Rao", "find", "Asha Rao"),
        ("find:asha", "find", "asha"),
        ("gate", "gate", ""),
        ("GATE north gate", "gate", "north gate"),
        ("pause entry", "pause_entry", ""),
        ("Pause Entry North", "pause_entry", "North"),
        ("resume Ravi Kumar", "release", "Ravi Kumar"),
        ("resume entry", "resume_entry", ""),
        ("new\nAsha Rao\n3", "new", "Asha Rao 3"),
        ("नया पास", "", ""),
        ("stop", "", ""),
        ("exit", "", ""),
    ],
)
def test_commands_and_what_follows_them(text: str, word: str, rest: str) -> None:
    heard = read(text)
    assert (heard.word, heard.rest) == (word, rest)


@pytest.mark.parametrize(
    ("text", "people"),
    [("in 5", 5), ("in5", 5), ("out ५", 5), ("5 अंदर", 5), ("in", None), ("in 99999999", 99999999)],
)
def test_people_without_a_pass(text: str, people: int | None) -> None:
    heard = read(text)
    assert (heard.word, heard.people) == ("count", people)


@pytest.mark.parametrize(
    ("caption", "direction", "count", "simulate"),
    [
        ("", "in", None, False),
        ("2", "in", 2, False),
        ("out 2", "out", 2, False),
        ("check", "in", None, True),
        ("बाहर", "out", None, False),
        ("nice picture", "in", None, False),
    ],
)
def test_the_words_beside_a_photo(caption: str, direction: str, count: int | None, simulate: bool) -> None:
    for scan in in_photo([QR, CODE], caption).scans:
        assert (scan.direction, scan.count, scan.simulate) == (direction, count, simulate)


def test_what_is_let_through_in_the_middle_of_a_question() -> None:
    assert whole_codes(CODE)
    assert whole_codes(f"{CODE}\n{OTHER} 2")
    assert not any(map(whole_codes, ("PRASHANT", "Asha", "3", "7QK2-M9X6", f"find {CODE}", "98765 43210")))


def test_no_word_of_the_gate_means_something_else_everywhere() -> None:
    everywhere = {word.strip() for words in vocabulary.COMMANDS.values() for word in words.split(",")}
    own = {word.strip() for words in gate_vocabulary.WORDS.values() for word in words.split(",")}
    assert {word for word in everywhere & own if read(word).word} <= {"resume"}


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from([CODE, OTHER, "2", "out", "in", "\n", "x", "हाँ", "-"])).map(" ".join)
)
def test_whatever_is_written_is_read(text: str) -> None:
    heard = read(text)
    assert heard.word != "scan" or heard.scans
    assert all(scan.text.strip() for scan in heard.scans)
