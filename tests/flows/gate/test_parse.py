"""How messages at a gate are read."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows import understanding
from flows.gate.codes import is_code
from flows.gate.command_names import CHECK, FORCE, IN, OUT, UNCLEAR, UNDO
from flows.gate.parse import MAX_CODES, MAX_LINES, MAX_MESSAGE_LENGTH, in_photo, read, whole_codes
from flows.shapes import UserInput
from flows.shapes.scans import SeenPass
from flows.understanding import codes, vocabulary
from tests.flows.gate_world import Book
from tests.flows.worlds import NOW, Talk, on_duty, world

CODE, OTHER = "7QK2-M9X5", "B3D7-K2MM"
QR = "HTTPS://PASS.EXAMPLE.ORG/P/" + "A" * 135


def scanned(text: str) -> list[tuple[str, int | None]]:
    """The codes of a message as they are kept, with their counts."""
    return [(codes.corrected(scan.text), scan.count) for scan in read(text).scans]


@pytest.mark.parametrize(
    "text",
    [
        *("7QK2-M9X5", "7qk2-m9x5", "7QK2M9X5", "7QK2 M9X5", "7QK2 - M9X5", "7QK2–M9X5", "7QK2—M9X5", " *7QK2-M9X5*. "),
        *("७QK२-M९X५", "７ＱＫ２－Ｍ９Ｘ５", "7QK2\u200b-M9X5", "7Q\u200dK2-M9X5", "7 Q K 2 M 9 X 5", "7Q K2 M9 X5"),
        *("\\0000267QK2-M9X5", "in 7QK2-M9X5", "अंदर 7QK2-M9X5"),
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
    assert len(read(between.join([CODE] * (MAX_CODES + 1))).scans) == MAX_CODES + 1


def test_a_code_with_a_mistake_among_codes_is_answered_too() -> None:
    assert [scan.text for scan in read(f"{CODE}\n7QK2-M9X6\n{OTHER}").scans] == [CODE, "7QK2-M9X6", OTHER]


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
        ("👍!", "in", None, False),
        ("जाँच", "in", None, True),
        ("2 लोग बाहर", "out", 2, False),
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
    everywhere, own = (vocabulary.current().values(table).keys() for table in ("commands", "gate"))
    assert {word for word in everywhere & own if read(word).word} <= {"resume"}


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from([CODE, OTHER, "2", "out", "in", "\n", "x", "हाँ", "-"])).map(" ".join)
)
def test_whatever_is_written_is_read(text: str) -> None:
    heard = read(text)
    assert heard.word != "scan" or heard.scans
    assert all(scan.text.strip() for scan in heard.scans)


# --- nothing but codes admits --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"1.{CODE} 2.{OTHER}", [("7QK2M9X5", None), ("B3D7K2MM", None)]),
        (f"1) {CODE} 2, 2) {OTHER} 3", [("7QK2M9X5", 2), ("B3D7K2MM", 3)]),
        (f"(1) {CODE} (2)\n(2) {OTHER} (1)", [("7QK2M9X5", 2), ("B3D7K2MM", 1)]),
        (f"{CODE}\n2\n{OTHER}\n3 people", [("7QK2M9X5", 2), ("B3D7K2MM", 3)]),
        (f"{CODE}: 2; {OTHER}: 1", [("7QK2M9X5", 2), ("B3D7K2MM", 1)]),
        (f"{QR[:30]}/P/{CODE}", [(f"{QR[:30]}/P/{CODE}".upper().replace("-", "").replace("O", "0"), None)]),
        ("7QK2\nM9X5", [("7QK2M9X5", None)]),
        (f"{CODE}\n\n\n{OTHER}", [("7QK2M9X5", None), ("B3D7K2MM", None)]),
    ],
)
def test_marks_and_numbers_of_lists(text: str, found: list[tuple[str, int | None]]) -> None:
    assert len(scanned(text)) == len(found)
    assert [count for _, count in scanned(text)] == [count for _, count in found]
    assert read(text).scans[0].direction == "in"


@pytest.mark.parametrize(
    "text",
    [
        f"{CODE} 2. {OTHER} 3.",  # lists and counts alike
        f"{CODE} 2) {OTHER}",
        f"1.\n{CODE}\n2.\n{OTHER}",
        f"{CODE}\n2.\n{OTHER}",
        f"{CODE} 16-01-2026",
        f"{CODE} 10:30",
        f"{CODE} 98765 43210",
        f"{CODE} 1/2",
        f"{CODE} plan2day",
        f"{CODE} 2026-2027",
        f"{CODE} room 1234",
        f"{CODE}\nFAKE PASS",
        f"{CODE} myself",
        f"{CODE} {'stolen' * 12}",
        f"{CODE}\n" * (MAX_LINES + 1),
        f"{CODE}\n" + "\n" * MAX_LINES + "do not admit",
        f"{CODE}\n" + " " * MAX_MESSAGE_LENGTH + "do not admit",
        f"check {CODE} check",
        f"{OTHER} a",
        f"क {CODE}",
    ],
)
def test_what_is_not_plain_admits_nobody_and_is_told(text: str) -> None:
    heard = read(text)
    assert (heard.word, heard.scans) == (UNCLEAR, ())
    assert heard.seen >= 1


@pytest.mark.parametrize("text", ["fake pass", "tomorrow", "let them", "stranger", "PRASHANT", "in the hall now in"])
def test_words_are_no_codes_by_chance(text: str) -> None:
    assert not read(text).scans


def test_a_code_of_letters_alone_is_one_as_it_is_shown() -> None:
    body = "QKMZNXR"
    letters = body + codes.check_character(body)
    shown = codes.shown(letters)
    assert scanned(f"{shown}\n{CODE}") == [(letters, None), ("7QK2M9X5", None)]
    assert scanned(letters.lower()) == [(letters, None)]
    assert read(f"{letters.lower()} {CODE}").scans == ()


KNOWN = {
    part
    for word in vocabulary.current().words(
        *(f"gate.{name}" for name in (IN, OUT, CHECK, UNDO, FORCE)),
        *(f"numbers.values.{value}" for value in range(21)),
        *("numbers.people", "gate_words.beside_counts"),
    )
    for part in word.split()
}
LETTERS = st.characters(categories=["Ll", "Lu", "Lo"], max_codepoint=0x97F)
STRANGE = st.text(LETTERS, min_size=1, max_size=12) | st.sampled_from(
    ["please", "stolen", "मत", "not", "fake", "पास", "code", "and", "और", "log", "wait", "नहीं", "dontpass", "2day"]
)
AROUND = st.lists(
    st.sampled_from(
        [CODE, OTHER, CODE.lower(), "7QK2 M9X5", "2", "x2", "out", "check", "in", "undo", "बाहर", "-", "1.", "👍"]
    ),
    max_size=5,
)


@settings(max_examples=150)
@given(AROUND, STRANGE, AROUND, st.sampled_from([" ", "\n", ", ", " \n\n", "; "]), st.booleans())
def test_a_message_with_any_other_word_changes_no_pass(
    before: list[str], word: str, after: list[str], between: str, photo: bool
) -> None:
    assume(understanding.plain(word) not in KNOWN and not is_code(word) and not is_code(f"{word}{word}"))
    made = world(duty=on_duty(gate="main"))
    for code, entered in ((CODE, 2), (OTHER, 0)):
        seen = SeenPass(code, "Asha Rao", 4, (NOW.date(),), "visitor", {})
        made.gate.books[code] = Book(seen, "demo", entered=entered)
    was = dict(made.gate.books)
    text = between.join([*before, word, *after])
    Talk(made).say(UserInput(text, form="photo", codes=(f"X/P/{CODE}",)) if photo else UserInput(text))
    assert made.gate.books == was
