"""Reads a form that somebody types by themselves: `Name: Asha Verma Date: 5 Dec People: 3`."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from flows.understanding.plain_text import cleaned
from flows.understanding.vocabulary import Vocabulary, compiled

OTHER = "other"
"""The labels that belong to no step."""
_TRIM = " \t\n,;|/.-–—*_।"


class _LabelWords:
    """The labels of some languages, by the step that each belongs to."""

    def __init__(self, spoken: Vocabulary) -> None:
        steps = spoken.keys("labels")
        self.step_of = {_key(cleaned(word)): step for step in steps for word in spoken.typed(f"labels.{step}")}


_words = compiled(_LabelWords)


def read(text: str, questions: Sequence[str] = ()) -> Mapping[str, str]:
    """What stands behind each label, as typed, by the step that the label belongs to; empty where it is no form.

    `questions` are the names of the event's own, which are labels too. A label that stands there twice counts for
    nothing: which of the two is meant?
    """
    if not _MARK.search(text):
        return {}
    steps_by = {**_words().step_of, **{name.replace("_", " "): name for name in questions}}
    whole = cleaned(text.replace("\n", " , "))
    found = list(_labels_in(tuple(steps_by)).finditer(whole))
    ends = [*(label.start() for label in found), len(whole)][1:]
    pairs = [
        (steps_by[_key(label["label"])], whole[label.end() : end].strip(_TRIM))
        for label, end in zip(found, ends, strict=True)
    ]
    steps = [step for step, _ in pairs]
    return {step: value for step, value in pairs if step != OTHER and value and steps.count(step) == 1}


def _key(label: str) -> str:
    return " ".join(label.casefold().split())


_MARK = re.compile(r"[:=：]|\s[-–—]\s|\w-\s")


@lru_cache(maxsize=64)
def _labels_in(labels: tuple[str, ...]) -> re.Pattern[str]:
    """Where a label stands, with what divides it from its answer: the longest label that fits."""
    either = "|".join(re.escape(label).replace(r"\ ", r"\s+") for label in sorted(labels, key=len, reverse=True))
    divided = r"[*_]*\s*(?:[:=：]|\s[-–—]\s|(?<=\w)-\s)[*_]*\s*"
    return re.compile(rf"(?<![^\s,;|*_(])(?P<label>{either}){divided}", re.IGNORECASE)
