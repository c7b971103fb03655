"""Reads a form that somebody types by themselves: `Name: Asha Verma Date: 5 Dec People: 3`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from flows.understanding import cleaned
from flows.understanding.vocabulary import names as name_vocabulary

_TRIM = " \t\n,;|/.-–—*_।"


def read(text: str, questions: Sequence[str] = ()) -> Mapping[str, str]:
    """What stands behind each label, as typed, by the step that the label belongs to; empty where it is no form.

    `questions` are the names of the event's own, which are labels too. A label that stands there twice counts for
    nothing: which of the two is meant?
    """
    if not _MARK.search(text):
        return {}
    steps_by = {**_STEP_OF, **{name.replace("_", " "): name for name in questions}}
    whole = cleaned(text.replace("\n", " , "))
    found = list(_labels_in(tuple(steps_by)).finditer(whole))
    ends = [*(label.start() for label in found), len(whole)][1:]
    pairs = [
        (steps_by[_key(label["label"])], whole[label.end() : end].strip(_TRIM))
        for label, end in zip(found, ends, strict=True)
    ]
    steps = [step for step, _ in pairs]
    return {step: value for step, value in pairs if step and value and steps.count(step) == 1}


def _key(label: str) -> str:
    return " ".join(label.casefold().split())


def _labels() -> Iterable[tuple[str, str]]:
    for step, words in name_vocabulary.LABELS.items():
        for word in words.split(","):
            yield _key(cleaned(word)), step


_STEP_OF = dict(_labels())
_MARK = re.compile(r"[:=：]|\s[-–—]\s|\w-\s")


@lru_cache(maxsize=64)
def _labels_in(labels: tuple[str, ...]) -> re.Pattern[str]:
    """Where a label stands, with what divides it from its answer: the longest label that fits."""
    either = "|".join(re.escape(label).replace(r"\ ", r"\s+") for label in sorted(labels, key=len, reverse=True))
    divided = r"[*_]*\s*(?:[:=：]|\s[-–—]\s|(?<=\w)-\s)[*_]*\s*"
    return re.compile(rf"(?<![^\s,;|*_(])(?P<label>{either}){divided}", re.IGNORECASE)
