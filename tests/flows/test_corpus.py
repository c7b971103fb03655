"""Every sentence of the corpus is read as it must be."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pytest

from flows.text.languages import CONFIRMED, LANGUAGES
from tests.flows.corpus.lines import FILES, FOLDER, Line, read
from tests.flows.corpus.read import is_asked, reading, right

MIN_SENTENCES, MIN_RIGHT = 150, 0.95

SECTIONS = [
    pytest.param(list(lines), id=f"{file.stem}: {section}")
    for file in FILES
    if file.stem in CONFIRMED
    for section, lines in groupby(read(file), key=lambda line: line.section)
]


def missed(lines: Iterable[Line]) -> list[tuple[Line, str]]:
    """The lines that are not read as they must be, and how they are read."""
    heard = ((line, reading(line.section, line.sentence, line.language)) for line in lines)
    return [(line, told) for line, told in heard if not right(told, line.expected)]


@pytest.mark.parametrize("lines", SECTIONS)
def test_every_sentence_is_read_right(lines: list[Line]) -> None:
    assert not [(line.number, line.sentence, told, line.expected) for line, told in missed(lines)]


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code not in CONFIRMED])
def test_a_new_language_has_sentences_that_are_read_right_or_asked_about(language: str) -> None:
    lines = list(read(FOLDER / f"{language}.txt"))
    wrong = missed(lines)
    assert not [(line.number, line.sentence, told, line.expected) for line, told in wrong if not is_asked(told)]
    assert len(lines) >= MIN_SENTENCES
    assert len(lines) - len(wrong) >= MIN_RIGHT * len(lines)


def test_every_file_is_a_language_of_ours() -> None:
    assert {line.language for file in FILES for line in read(file)} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("heard", "expected", "is_right"),
    [
        ("ask", "ask", True),
        ("ask", "ask/not", True),
        ("answer", "ask/not", True),
        ("answer", "not", True),
        ("ask", "not", False),
        ("stop", "ask/not", False),
        ("delete_data", "not", False),
        ("2026-12-05", "ask", False),
    ],
)
def test_a_reading_is_right_where_it_is_one_of_those_expected(heard: str, expected: str, is_right: bool) -> None:
    assert right(heard, expected) is is_right


@pytest.mark.parametrize("text", ["stop => stop", "[at rest]\nstop"])
def test_a_line_that_is_none_is_told_with_its_place(text: str, tmp_path: Path) -> None:
    file = tmp_path / "en.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"en\.txt:\d"):
        list(read(file))
