"""Reads yes and no, also among other words. What is not plain is neither."""

import re
from collections.abc import Sequence
from itertools import pairwise

from flows.understanding.plain_text import MAX_GUESS_LENGTH, cleaned, plain, without_apostrophes, without_pictures
from flows.understanding.vocabulary import Vocabulary, compiled, current

_BETWEEN = re.compile(r"[\s.,;:!।॥…()\"“”*_~/-]+")
_STRETCHED = re.compile(r"(.)\1+")


class _AgreementWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        yes, no = spoken.words("answers.yes"), spoken.words("answers.no")
        self.answer_of_word = dict.fromkeys(yes, True) | dict.fromkeys(no, False)
        self.yes, self.no = spoken.words("agreement.yes"), spoken.words("agreement.no")
        self.agrees, self.confirms = spoken.words("agreement.agrees"), spoken.words("agreement.confirms")
        self.asks, self.nothing = spoken.words("agreement.asks"), spoken.words("agreement.nothing")
        self.please, self.begs = spoken.words("agreement.please"), spoken.words("agreement.begs")
        self.mends, self.it = spoken.words("agreement.mends"), spoken.words("agreement.mended")
        self.negates = spoken.words("agreement.negates")
        self.wrong, self.faults = spoken.words("agreement.wrong"), spoken.words("agreement.faults")
        self.changes, self.answers = spoken.words("agreement.changes"), spoken.words("agreement.answers")
        self.beside = spoken.words("agreement.beside")
        self.one_word = spoken.phrases("agreement.one_word")
        heads = self.yes | self.agrees | self.no
        self.of_a_yes = self.yes | self.agrees | self.beside
        self.pictures = frozenset(word for word in heads if len(word) == 1 and not word.isalnum())
        self.known = heads | self.negates | self.wrong | self.faults | self.changes | self.answers | self.beside
        by_length = sorted(heads, key=len)
        self.by_stretched = {_STRETCHED.sub(r"\1", word): word for word in by_length if word.isascii()}


_words = compiled(_AgreementWords)


def yes_no(text: str, beside: str = "") -> bool | None:
    """True for a yes, False for a no, None for anything else: both at once, a question, a yes with a `but`.

    `beside`: the table of words that may stand with it here because they say what is asked.
    """
    whole = plain(f"{cleaned(text)}.")
    if "?" in whole or len(cleaned(text)) > MAX_GUESS_LENGTH:
        return None
    said = is_the_word_itself(text)
    return _among_words(_split(whole), current().words(beside) if beside else frozenset()) if said is None else said


def is_the_word_itself(text: str) -> bool | None:
    """True or False where the whole text is a word for it, with or without pictures; else None."""
    known = _words()
    bare = plain(text)
    # A repeated 👍👍 is one.
    bare = bare[0] if bare and len(set(bare)) == 1 and not bare.isalnum() else bare
    said = known.answer_of_word.get(bare, known.answer_of_word.get(without_pictures(bare)))
    return None if any(known.answer_of_word[word] is not said for word in bare if word in known.pictures) else said


# --- among words --------------------------------------------------------------------------------


def _split(whole: str) -> tuple[str, ...]:
    """The words, each as the table has it; pictures only where they say yes or no."""
    known = _words()
    apart = "".join(
        f" {character} " if character in known.pictures else character for character in without_apostrophes(whole)
    )
    parts = (word if word in known.pictures else without_pictures(word) for word in _BETWEEN.split(apart))
    text = f" {' '.join(_unstretched(word) for word in parts if word)} "
    for phrase, word in known.one_word:
        text = text.replace(f" {phrase} ", f" {word} ")
    return tuple(text.split())


def _unstretched(word: str) -> str:
    """`yesss` and `okk` as the table has them."""
    known = _words()
    return word if word in known.known else known.by_stretched.get(_STRETCHED.sub(r"\1", word), word)


def _among_words(words: Sequence[str], beside: frozenset[str]) -> bool | None:
    known = _words()
    said = frozenset(words)
    if said & (known.wrong | known.faults):
        return _with_a_fault(words, said)
    if said & (known.no | known.negates):
        return _with_a_no(words, said, beside)
    if not said - beside <= known.of_a_yes or _asks_to_mend(words) or frozenset(words[:1]) & known.asks:
        return None
    return True if said & (known.yes | known.confirms) or (said & known.agrees and not said & beside) else None


def _asks_to_mend(words: Sequence[str]) -> bool:
    """`correct it`, `please correct`, `sahi kar do`: said of what is wrong."""
    known = _words()
    return any(
        (word in known.mends and other in known.it) or (word in known.please and other in known.mends)
        for word, other in pairwise(words)
    )


def _with_a_fault(words: Sequence[str], words_said: frozenset[str]) -> bool | None:
    """`galat hai`, `wrong date`; neither for `galat nahi hai`, `no mistake`, `yes but wrong`."""
    known = _words()
    if (
        not words_said <= known.wrong | known.faults | known.no | known.beside | known.answers
        or words_said & known.negates
    ):
        return None
    if not words_said & known.no:
        return False
    return (
        False
        if words[0] in known.no and not words_said & known.faults and not frozenset(words[1:]) & known.no
        else None
    )


def _with_a_no(words: Sequence[str], words_said: frozenset[str], beside: frozenset[str]) -> bool | None:
    """`no thanks`, `sahi nahi hai`, `don't register`, `no, change the date`; neither for `yes no`, `no problem`."""
    known = _words()
    if words[0] in known.no and words_said & known.changes and words_said & known.answers:
        return False if words_said <= known.no | known.changes | known.answers | known.beside else None
    if (
        words_said & (known.yes | known.nothing)
        or not words_said <= known.no | known.negates | known.agrees | known.beside | beside
    ):
        return None
    if words_said & known.negates and not words_said & known.no:
        return (
            False
            if words_said & (known.agrees | beside) and _comes_first(words, known.negates, known.agrees | beside)
            else None
        )
    if words_said & known.agrees:
        begs = words[-1] in known.begs  # `sahi hai na` asks
        return False if not begs and _comes_first(words, known.agrees, known.no) else None
    return None if words_said & known.negates and not words_said & beside else False


def _comes_first(words: Sequence[str], some: frozenset[str], others: frozenset[str]) -> bool:
    return min(words.index(word) for word in words if word in some) < min(
        (words.index(word) for word in words if word in others), default=len(words)
    )
