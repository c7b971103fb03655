"""Reads yes and no, also among other words. What is not plain is neither."""

import re
from collections.abc import Sequence
from itertools import pairwise

from flows.understanding import MAX_GUESS_LENGTH, cleaned, plain, vocabulary, without_pictures, word_set
from flows.understanding.vocabulary import agreement as agreement_vocabulary

_APOSTROPHES = re.compile("['’‘`´]")
_BETWEEN = re.compile(r"[\s.,;:!।॥…()\"“”*_~/-]+")
_STRETCHED = re.compile(r"(.)\1+")


def yes_no(text: str, beside: str = "") -> bool | None:
    """True for a yes, False for a no, None for anything else: both at once, a question, a yes with a `but`.

    `beside`: words, separated by commas, that may stand with it here because they say what is asked.
    """
    whole = plain(f"{cleaned(text)}.")
    if "?" in whole or len(cleaned(text)) > MAX_GUESS_LENGTH:
        return None
    said = is_the_word_itself(text)
    return _among_words(_words(whole), word_set(beside)) if said is None else said


def is_the_word_itself(text: str) -> bool | None:
    """True or False where the whole text is a word for it, with or without pictures; else None."""
    bare = plain(text)
    # A repeated 👍👍 is one.
    bare = bare[0] if bare and len(set(bare)) == 1 and not bare.isalnum() else bare
    said = _ANSWER_OF_WORD.get(bare, _ANSWER_OF_WORD.get(without_pictures(bare)))
    return None if any(_ANSWER_OF_WORD[word] is not said for word in bare if word in _PICTURES) else said


# --- among words --------------------------------------------------------------------------------


def _words(whole: str) -> tuple[str, ...]:
    """The words, each as the table has it; pictures only where they say yes or no."""
    apart = "".join(
        f" {character} " if character in _PICTURES else character for character in _APOSTROPHES.sub("", whole)
    )
    parts = (word if word in _PICTURES else without_pictures(word) for word in _BETWEEN.split(apart))
    text = f" {' '.join(_unstretched(word) for word in parts if word)} "
    for phrase, word in _ONE_WORD:
        text = text.replace(f" {phrase} ", f" {word} ")
    return tuple(text.split())


def _unstretched(word: str) -> str:
    """`yesss` and `okk` as the table has them."""
    return word if word in _KNOWN else _BY_STRETCHED.get(_STRETCHED.sub(r"\1", word), word)


def _among_words(words: Sequence[str], beside: frozenset[str]) -> bool | None:
    said = frozenset(words)
    if said & (_WRONG | _FAULTS):
        return _with_a_fault(words, said)
    if said & (_NO | _NEGATES):
        return _with_a_no(words, said, beside)
    if not said - beside <= _OF_A_YES or _asks_to_mend(words) or frozenset(words[:1]) & _ASKS:
        return None
    return True if said & (_YES | _CONFIRMS) or (said & _AGREES and not said & beside) else None


def _asks_to_mend(words: Sequence[str]) -> bool:
    """`correct it`, `please correct`, `sahi kar do`: said of what is wrong."""
    return any(
        (word in _MENDS and other in _IT) or (word in _PLEASE and other in _MENDS) for word, other in pairwise(words)
    )


def _with_a_fault(words: Sequence[str], words_said: frozenset[str]) -> bool | None:
    """`galat hai`, `wrong date`; neither for `galat nahi hai`, `no mistake`, `yes but wrong`."""
    if not words_said <= _WRONG | _FAULTS | _NO | _BESIDE | _ANSWERS or words_said & _NEGATES:
        return None
    if not words_said & _NO:
        return False
    return False if words[0] in _NO and not words_said & _FAULTS and not frozenset(words[1:]) & _NO else None


def _with_a_no(words: Sequence[str], words_said: frozenset[str], beside: frozenset[str]) -> bool | None:
    """`no thanks`, `sahi nahi hai`, `don't register`, `no, change the date`; neither for `yes no`, `no problem`."""
    if words[0] in _NO and words_said & _CHANGES and words_said & _ANSWERS:
        return False if words_said <= _NO | _CHANGES | _ANSWERS | _BESIDE else None
    if words_said & (_YES | _NOTHING) or not words_said <= _NO | _NEGATES | _AGREES | _BESIDE | beside:
        return None
    if words_said & _NEGATES and not words_said & _NO:
        return False if words_said & (_AGREES | beside) and _comes_first(words, _NEGATES, _AGREES | beside) else None
    if words_said & _AGREES:
        begs = words[-1] in _BEGS  # `sahi hai na` asks
        return False if not begs and _comes_first(words, _AGREES, _NO) else None
    return None if words_said & _NEGATES and not words_said & beside else False


def _comes_first(words: Sequence[str], some: frozenset[str], others: frozenset[str]) -> bool:
    return min(words.index(word) for word in words if word in some) < min(
        (words.index(word) for word in words if word in others), default=len(words)
    )


# --- words --------------------------------------------------------------------------------------

_ANSWER_OF_WORD = dict.fromkeys(word_set(vocabulary.YES), True) | dict.fromkeys(word_set(vocabulary.NO), False)
_YES, _AGREES = word_set(agreement_vocabulary.YES), word_set(agreement_vocabulary.AGREES)
_CONFIRMS = word_set(agreement_vocabulary.CONFIRMS)
_ASKS, _NOTHING, _PLEASE = (
    word_set(agreement_vocabulary.ASKS),
    word_set(agreement_vocabulary.NOTHING),
    word_set("please, pls, plz"),
)
_BEGS = word_set(agreement_vocabulary.BEGS)
_MENDS, _IT = word_set(agreement_vocabulary.MENDS), word_set(agreement_vocabulary.MENDED)
_NO, _NEGATES = word_set(agreement_vocabulary.NO), word_set(agreement_vocabulary.NEGATES)
_WRONG, _FAULTS = word_set(agreement_vocabulary.WRONG), word_set(agreement_vocabulary.FAULTS)
_CHANGES, _ANSWERS = word_set(agreement_vocabulary.CHANGES), word_set(agreement_vocabulary.ANSWERS)
_BESIDE = word_set(agreement_vocabulary.BESIDE)
_ONE_WORD = tuple((plain(phrase), plain(word)) for phrase, word in agreement_vocabulary.ONE_WORD.items())
_HEADS = _YES | _AGREES | _NO
_OF_A_YES = _YES | _AGREES | _BESIDE
_PICTURES = frozenset(word for word in _HEADS if len(word) == 1 and not word.isalnum())
_KNOWN = _HEADS | _NEGATES | _WRONG | _FAULTS | _CHANGES | _ANSWERS | _BESIDE
_BY_STRETCHED = {_STRETCHED.sub(r"\1", word): word for word in sorted(_HEADS, key=len) if word.isascii()}
