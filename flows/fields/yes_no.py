"""Yes or no."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows import understanding
from flows.shapes import Field, Invalid, Option, Sentence, UserInput
from flows.text import _
from flows.understanding import agreement

TICKED = "yes_"
"""How the value of a yes begins that was given beside the words on a form, not to a question in the chat: what follows
tells which words those were.
"""


@dataclass(frozen=True, slots=True)
class YesNo(Field):
    """Yes or no, in any language; nobody agrees inside other words.

    `no` names the code that a no raises where it must not go on.
    """

    no: str = ""
    beside: str = ""
    """The table of the vocabulary whose words say what is asked, and so may stand beside a yes or no."""

    def parse(self, message: UserInput, known: Mapping[str, Any]) -> bool:
        """True for yes."""
        said_yes = {"yes": True, "no": False}.get(message.choice, agreement.yes_no(message.text, self.beside))
        if said_yes is None and (place := understanding.listed_number(message.text, 2)) is not None:
            said_yes = place == 0
        if said_yes is None:
            raise Invalid("not_yes_no")
        if self.no and not said_yes:
            raise Invalid(self.no)
        return said_yes

    def check(self, value: Any, known: Mapping[str, Any]) -> None:
        """A yes or no that was given stays."""
        if not isinstance(value, bool) and not is_ticked(value):
            raise Invalid("not_yes_no")

    def options(self, known: Mapping[str, Any]) -> tuple[Option, ...]:
        """Yes and no."""
        return (Option("yes", _("Yes")), Option("no", _("No")))

    def shown(self, value: Any, known: Mapping[str, Any]) -> Sentence:
        """Yes or no in words."""
        return _("Yes") if value else _("No")


def is_ticked(value: Any) -> bool:
    """Whether it is a yes that was given beside its words on a form."""
    return isinstance(value, str) and value.startswith(TICKED)
