"""Yes and no among other words; conversations are in scripts/agreement_*.txt."""

import pytest

from flows.understanding import agreement, vocabulary

WORDS = {said: vocabulary.current().words(table) for said, table in ((True, "answers.yes"), (False, "answers.no"))}
CANCELLING, REGISTERING = "agreement.cancelling", "agreement.registering"


@pytest.mark.parametrize("said", [True, False])
def test_every_word_of_the_vocabulary_is_one_with_or_without_pictures(said: bool) -> None:
    for word in WORDS[said]:
        assert agreement.yes_no(word) is said, word
        assert agreement.yes_no(f"{word} 🙂") is said, word
        assert agreement.yes_no(f"{word}?") is None, word


def test_a_yes_and_a_no_are_neither() -> None:
    doubtful = {
        f"{yes}, {no}": agreement.yes_no(f"{yes}, {no}")
        for yes in ("yes", "haan", "हाँ", "ok", "👍")
        for no in ("no", "nahi", "नहीं", "not", "wrong", "galat hai", "👎")
    }
    assert {text: said for text, said in doubtful.items() if said is not None} == {}


@pytest.mark.parametrize(
    "more", ["but change the day", "if it is free", "for 4 people", "tomorrow", "later", "kal", "?"]
)
def test_a_yes_with_more_to_it_is_no_yes(more: str) -> None:
    assert agreement.yes_no(f"yes {more}") is None


@pytest.mark.parametrize(
    ("text", "beside", "said"),
    [
        ("yes register", REGISTERING, True),
        ("yes register", "", None),
        ("yes cancel it", CANCELLING, True),
        ("yes cancel it", REGISTERING, None),
        ("don't cancel", CANCELLING, False),
        ("don't cancel", REGISTERING, None),
        ("pass", REGISTERING, None),
        ("yes " * 200, "", None),
    ],
)
def test_what_is_asked_may_stand_beside_it(text: str, beside: str, said: bool | None) -> None:
    assert agreement.yes_no(text, beside) is said
