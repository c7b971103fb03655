"""Reads yes and no, also among other words. What is not plain is neither."""

import re
from collections.abc import Sequence
from itertools import pairwise

from flows.understanding import LONGEST, cleaned, listed, plain, vocabulary, without_pictures
from flows.understanding.vocabulary import agreement as agreement_vocabulary

_APOSTROPHES = re.compile("['’‘`´]")
_BETWEEN = re.compile(r"[\s.,;:!।॥…()\"“”*_~/-]+")
_STRETCHED = re.compile(r"(.)\1+")


def yes_no(text: str, beside: str = "") -> bool | None:
    """True for a yes, False for a no, None for anything else: both at once, a question, a yes with a `but`.

    `beside`: words, separated by commas, that may stand with it here because they say what is asked.
    """
    whole = plain(f"{cleaned(text)}.")
    if "?" in whole or len(cleaned(text)) > LONGEST:
        return None
    said = the_word_itself(text)
    return _among_words(_words(whole), listed(beside)) if said is None else said


def the_word_itself(text: str) -> bool | None:
    """True or False where the whole text is a word for it, with or without pictures; else None."""
    bare = plain(text)
    # A repeated 👍👍 is one.
    bare = bare[0] if bare and len(set(bare)) == 1 and not bare.isalnum() else bare
    said = _SAID.get(bare, _SAID.get(without_pictures(bare)))
    return None if any(_SAID[one] is not said for one in bare if one in _PICTURES) else said


# --- among words --------------------------------------------------------------------------------


def _words(whole: str) -> tuple[str, ...]:
    """The words, each as the table has it; pictures only where they say yes or no."""
    apart = "".join(f" {one} " if one in _PICTURES else one for one in _APOSTROPHES.sub("", whole))
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
        (one in _MENDS and other in _IT) or (one in _PLEASE and other in _MENDS) for one, other in pairwise(words)
    )


def _with_a_fault(words: Sequence[str], said: frozenset[str]) -> bool | None:
    """`galat hai`, `wrong date`; neither for `galat nahi hai`, `no mistake`, `yes but wrong`."""
    if not said <= _WRONG | _FAULTS | _NO | _BESIDE | _ANSWERS or said & _NEGATES:
        return None
    if not said & _NO:
        return False
    return False if words[0] in _NO and not said & _FAULTS and not frozenset(words[1:]) & _NO else None


def _with_a_no(words: Sequence[str], said: frozenset[str], beside: frozenset[str]) -> bool | None:
    """`no thanks`, `sahi nahi hai`, `don't register`, `no, change the date`; neither for `yes no`, `no problem`."""
    if words[0] in _NO and said & _CHANGES and said & _ANSWERS:
        return False if said <= _NO | _CHANGES | _ANSWERS | _BESIDE else None
    if said & (_YES | _NOTHING) or not said <= _NO | _NEGATES | _AGREES | _BESIDE | beside:
        return None
    if said & _NEGATES and not said & _NO:
        return False if said & (_AGREES | beside) and _comes_first(words, _NEGATES, _AGREES | beside) else None
    if said & _AGREES:
        begs = words[-1] in _BEGS  # `sahi hai na` asks
        return False if not begs and _comes_first(words, _AGREES, _NO) else None
    return None if said & _NEGATES and not said & beside else False


def _comes_first(words: Sequence[str], some: frozenset[str], others: frozenset[str]) -> bool:
    return min(words.index(word) for word in words if word in some) < min(
        (words.index(word) for word in words if word in others), default=len(words)
    )


# --- words --------------------------------------------------------------------------------------

_SAID = dict.fromkeys(listed(vocabulary.YES), True) | dict.fromkeys(listed(vocabulary.NO), False)
_YES, _AGREES = listed(agreement_vocabulary.YES), listed(agreement_vocabulary.AGREES)
_CONFIRMS = listed(agreement_vocabulary.CONFIRMS)
_ASKS, _NOTHING, _PLEASE = (
    listed(agreement_vocabulary.ASKS),
    listed(agreement_vocabulary.NOTHING),
    listed("please, pls, plz"),
)
_BEGS = listed(agreement_vocabulary.BEGS)
_MENDS, _IT = listed(agreement_vocabulary.MENDS), listed(agreement_vocabulary.MENDED)
_NO, _NEGATES = listed(agreement_vocabulary.NO), listed(agreement_vocabulary.NEGATES)
_WRONG, _FAULTS = listed(agreement_vocabulary.WRONG), listed(agreement_vocabulary.FAULTS)
_CHANGES, _ANSWERS = listed(agreement_vocabulary.CHANGES), listed(agreement_vocabulary.ANSWERS)
_BESIDE = listed(agreement_vocabulary.BESIDE)
_ONE_WORD = tuple((plain(phrase), plain(word)) for phrase, word in agreement_vocabulary.ONE_WORD.items())
_HEADS = _YES | _AGREES | _NO
_OF_A_YES = _YES | _AGREES | _BESIDE
_PICTURES = frozenset(word for word in _HEADS if len(word) == 1 and not word.isalnum())
_KNOWN = _HEADS | _NEGATES | _WRONG | _FAULTS | _CHANGES | _ANSWERS | _BESIDE
_BY_STRETCHED = {_STRETCHED.sub(r"\1", word): word for word in sorted(_HEADS, key=len) if word.isascii()}
