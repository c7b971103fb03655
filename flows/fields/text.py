"""Free words: names, and whatever an event wants to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flows import understanding
from flows.shapes import Answers, Facts, Invalid, Option, Said
from flows.texts import words

SUGGESTED = "suggested"
SKIPPED = "skip"
"""The ids of the options that take a suggestion and that leave a question out."""


def _nothing(answers: Answers, facts: Facts) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Text:
    """Any words, on one line, of `least` to `most` characters; `suggest` gives one to take by a yes."""

    least: int = 1
    most: int = 500
    letter: bool = False
    """Whether a letter of any script must be in it."""
    name: bool = False
    """Whether it is somebody's name: words that say yes or no, skip or command anything are none."""
    optional: bool = False
    suggest: Callable[[Answers, Facts], str] = _nothing

    def known(self, answers: Answers, facts: Facts) -> Mapping[str, Any]:
        """The suggestion, where it would be accepted if it were typed."""
        suggestion = understanding.cleaned(self.suggest(answers, facts))
        if self.name and understanding.means_something(suggestion):
            return {}
        try:
            return {"suggest": self._judged(suggestion)} if suggestion else {}
        except Invalid:
            return {}

    def parse(self, said: Said, known: Mapping[str, Any]) -> str:
        """The words, or the suggestion when they say yes to it."""
        if self.optional and (said.choice == SKIPPED or understanding.skips(said.text)):
            return ""
        suggestion: str = known.get("suggest", "")
        if suggestion:
            agreed = understanding.yes_no(said.text)
            if agreed or said.choice == SUGGESTED or understanding.plain(said.text) == "1":
                return suggestion
            if agreed is False:
                raise Invalid("type_it")
        if self.name and understanding.means_something(said.text):
            raise Invalid("not_a_name")
        return self._judged(said.text)

    def _judged(self, text: str) -> str:
        if len(text) > self.most:
            raise Invalid("too_long", most=self.most)
        if len(text) < self.least:
            raise Invalid("too_short", least=self.least)
        if self.letter and not any(character.isalpha() for character in text):
            raise Invalid("no_letter")
        return text

    def check(self, value: Any, known: Mapping[str, Any]) -> None:
        """A text that was good stays good."""
        if not isinstance(value, str):
            raise Invalid("empty")
        if value or not self.optional:
            self._judged(value)

    def find(self, text: str, known: Mapping[str, Any]) -> None:
        """Nothing: free words cannot be told from others."""

    def options(self, known: Mapping[str, Any]) -> tuple[Option, ...]:
        """The suggestion, to be taken by its number or a tap."""
        return (Option(SUGGESTED, words(known["suggest"])),) if known.get("suggest") else ()

    def shown(self, value: Any, known: Mapping[str, Any]) -> str:
        """The words."""
        return str(value)
