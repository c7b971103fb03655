"""Whole numbers within bounds: how many people, or what an event asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flows import understanding
from flows.shapes import Answers, Facts, Field, Invalid, UserInput
from flows.understanding import party_sizes


@dataclass(frozen=True, slots=True)
class Number(Field):
    """A whole number from `least` to `most`; `code` names what is wrong with a larger one."""

    least: int = 0
    most: int | Callable[[Answers, Facts], int] = 1_000_000
    code: str | Callable[[Answers, Facts], str] = "number_too_large"
    people: bool = True
    """Whether it counts people, so that a longer text may state it (`3 people for saturday`)."""
    optional: bool = False

    def known(self, answers: Answers, facts: Facts) -> Mapping[str, Any]:
        """The largest that is taken, and the code for more."""
        most = self.most if isinstance(self.most, int) else self.most(answers, facts)
        return {"most": most, "code": self.code if isinstance(self.code, str) else self.code(answers, facts)}

    def parse(self, message: UserInput, known: Mapping[str, Any]) -> int:
        """The number."""
        number = _people(message.text) if self.people else understanding.number(message.text)
        if number is None:
            raise Invalid("not_a_number", least=self.least, most=known["most"])
        self.check(number, known)
        return number

    def check(self, value: Any, known: Mapping[str, Any]) -> None:
        """Whether it is within the bounds."""
        if value == "" and self.optional:
            return
        bounds = {"least": self.least, "most": known["most"]}
        if not isinstance(value, int):
            raise Invalid("not_a_number", **bounds)
        if value < self.least:
            raise Invalid("number_too_small", **bounds)
        if value > known["most"]:
            raise Invalid(known["code"], **bounds, given=value)

    def find(self, text: str, known: Mapping[str, Any]) -> int | None:
        """The number of people that the text states, whether so many can come or not."""
        return party_sizes.find(text) if self.people else None


def _people(text: str) -> int | None:
    party = party_sizes.read(text)
    bare = not any(character.isalpha() or character == "~" for character in text)
    return party.count if party else understanding.number(text) if bare else None
