"""Names compared however they were typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.understanding import fold_names

SAME = [
    ("Émilie", "EMILIE", "émilie", "E\u0301milie"),
    ("Иван", "ИВАН", "иван"),
    ("O'Brien", "O’Brien", "oʼbrien", "O‘Brien", "O`Brien", "O＇Brien", "OBrien"),
    ("ख़ान", "खान", "ख\u093cान"),
    ("हिंदी", "हिन्दी", "हिँदी"),
    ("पंकज", "पङ्कज"),
    ("Ａｓｈａ", "asha", "𝐀𝐬𝐡𝐚", "𝓐𝓼𝓱𝓪"),
    ("Straße", "STRASSE"),
    ("क्षि\u200dतिज", "क्षितिज"),
    ("José", "Jose"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_spellings_of_one_word(spellings: tuple[str, ...]) -> None:
    assert {fold_names.words(one)[0] for one in spellings} == {fold_names.words(spellings[0])[0]}


@pytest.mark.parametrize(
    ("one", "other"),
    [("राम", "रमा"), ("कमल", "कमला"), ("दीपा", "दिपा"), ("asha", "usha"), ("सीता", "सता"), ("Иван", "Иванна")],
)
def test_other_words_stay_other(one: str, other: str) -> None:
    assert fold_names.words(one) != fold_names.words(other)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Asha   Verma", ("asha", "verma")),
        ("A.K. Sharma", ("ak", "a", "k", "sharma")),
        ("Maria D'Souza", ("maria", "dsouza", "d", "souza")),
        ("Anne-Marie (Ms.)", ("annemarie", "anne", "marie", "ms")),
        ("Shri. राम  कुमार", ("shri", "राम", "कुमार")),
        ("✨ Zoya ✨", ("zoya",)),
        ("…", ()),
    ],
)
def test_the_words_of_a_name(name: str, words: tuple[str, ...]) -> None:
    assert fold_names.words(name) == words


@given(st.text(max_size=80))
def test_whatever_is_typed_folds_once_and_for_all(name: str) -> None:
    words = fold_names.words(name)
    assert len(words) <= fold_names.MAX_WORDS
    assert all(0 < len(word) <= fold_names.MAX_WORD_LENGTH for word in words)
    assert all(fold_names.words(word)[:1] == (word,) for word in words)
