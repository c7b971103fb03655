"""A conversation's questions as one form, for channels that can show one. Import FILLED_FORM from flows.shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.shapes import Option, Sentence

FILLED_FORM = "filled_form"
"""The kind of a message that brings a form back."""
OFF, TEAM, ON = "off", "team", "on"
"""To whom an event offers it (flows.shapes.Event.form)."""


@dataclass(frozen=True, slots=True)
class FormInput:
    """A question of a form. It depends on the event alone, not on the moment or the person."""

    name: str
    """The step's."""
    kind: str
    """`text`, `number`, `day`, `choice`, or `agree`: a box beside the words that it agrees to."""
    label: "Sentence"
    help: "Sentence"
    """What is to be done; of `agree`, the words that it agrees to."""
    required: bool
    options: "tuple[Option, ...]" = ()
    """Of a `choice` all, of `agree` the one; the days are those of a FormOffer."""


@dataclass(frozen=True, slots=True)
class FormOffer:
    """A form that may be sent with a question: whoever fills it in has answered them all."""

    flow: str
    event: str
    """The slug."""
    language: str
    about: str = ""
    """The code of the pass that it is about; empty: none yet."""
    days: "tuple[Option, ...]" = ()
    """The days that can be had now."""

    @property
    def purpose(self) -> Mapping[str, str]:
        """What comes back with the form that was filled in, so that it is known for what it was offered."""
        return {"flow": self.flow, "event": self.event, "language": self.language, "about": self.about}
