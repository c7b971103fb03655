"""Free text: names, and whatever an event asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flows import understanding
from flows.shapes import Answers, Facts, Field, Invalid, Option, UserInput
from flows.text import words
from flows.understanding import agreement, names, vocabulary

SUGGESTED = "suggested"
SKIPPED = "skip"
"""SUGGESTED and SKIPPED are option ids: take the suggested text, leave the question out."""
TYPED = "typed"
"""The id of the option that takes the typed word as a name, although it can be an answer."""
DOUBTED = "doubted"
"""The key, among the answers and in Invalid's parameters, of the word that was asked about."""
MAX_INTRODUCTION_LENGTH = 300
"""Characters of `My name is …`, or of a form with a name in it, at most."""
KEPT_SUGGESTIONS = 512
"""Suggestions of which it is kept whether they will do: each is asked about at every message of a conversation."""


@dataclass(frozen=True, slots=True)
class Text(Field):
    """Any words, on one line, of `least` to `most` characters; `suggest` gives one to take by a yes."""

    least: int = 1
    most: int = 500
    letter: bool = False
    """Whether a letter of any script must be in it."""
    name: bool = False
    """Whether it is somebody's name: words that say yes or no, skip or command anything are none."""
    optional: bool = False
    suggest: Callable[[Answers, Facts], str] = lambda answers, facts: ""

    @property
    def max_input_length(self) -> int:
        """Characters of the longest message that is looked at."""
        return MAX_INTRODUCTION_LENGTH if self.name else self.most

    def known(self, answers: Answers, facts: Facts) -> Mapping[str, Any]:
        """The suggestion, where it would be accepted if it were typed; and the word that may be a name."""
        suggestion = understanding.cleaned(self.suggest(answers, facts))
        if not suggestion or not _accepts(self, suggestion, vocabulary.current()):
            return {}
        doubted = answers.get(DOUBTED)
        return {"suggest": suggestion, **({DOUBTED: doubted} if isinstance(doubted, str) else {})}

    def parse(self, message: UserInput, known: Mapping[str, Any]) -> str:
        """The words, or the suggestion when they say yes to it."""
        suggestion: str = known.get("suggest", "")
        if suggestion and self._accepts_suggestion(message, known):
            return suggestion
        taken = known.get(DOUBTED) if message.choice == TYPED or understanding.plain(message.text) == "2" else None
        return self._validated(taken or message.text)

    def _accepts_suggestion(self, message: UserInput, known: Mapping[str, Any]) -> bool:
        """Whether it says yes to the suggestion; Invalid for a no, and for a word that is a name as well."""
        typed, doubted = understanding.plain(message.text), understanding.plain(known.get(DOUBTED, ""))
        if message.choice or typed == "1":
            return message.choice != TYPED
        if doubted and typed in (doubted, "2"):
            return False
        own = understanding.plain(known["suggest"])
        if self.name and typed != own and names.may_be_yes_or_no(message.text):
            raise Invalid("name_or_answer", **{DOUBTED: message.text})
        agreed = True if typed == own else agreement.is_the_word_itself(message.text)
        if agreed is None and own in typed:  # `yes, Asha Rao`
            agreed = agreement.yes_no(typed.replace(own, "it"))
        if agreed is False:
            raise Invalid("type_it")
        return bool(agreed)

    def _validated(self, text: str) -> str:
        """The text, or the name in it; Invalid where it is none."""
        return self._measured(names.given(text) if self.name else text)

    def _measured(self, text: str) -> str:
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
            self._measured(value)

    def find(self, text: str, known: Mapping[str, Any]) -> str | None:
        """The name that a longer text gives as one; other words cannot be told from the rest."""
        name = names.introduced(text) if self.name else ""
        try:
            return self._validated(name) if name else None
        except Invalid:
            return None

    def options(self, known: Mapping[str, Any]) -> tuple[Option, ...]:
        """The suggestion, to be taken by its number or a tap; and the word that may be a name."""
        offered = ((SUGGESTED, known.get("suggest")), (TYPED, known.get(DOUBTED)))
        return tuple(Option(name, words(text)) for name, text in offered if text)


@lru_cache(maxsize=KEPT_SUGGESTIONS)
def _accepts(field: Text, suggestion: str, _spoken: vocabulary.Vocabulary) -> bool:
    """Whether the field takes a suggestion as it stands, by the words that are understood here."""
    try:
        return field._validated(suggestion) == suggestion
    except Invalid:
        return False
