"""One of several: by number, by name in any language, by near-miss spelling, or by a tap."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flows import understanding
from flows.fields.text import SKIPPED
from flows.shapes import Answers, Facts, Invalid, Option, Sentence, UserInput
from flows.text import _, render, words
from flows.understanding import agreement, vocabulary

_FURTHER = "more:"


def further_mark(first: int) -> str:
    """The id of the row that shows the options from this one on (0: the first of all)."""
    return f"{_FURTHER}{first}"


def further_options(choice: str, count: int) -> int:
    """From which of so many options on a tapped row wants them shown; 0: it is another row."""
    first = choice.removeprefix(_FURTHER) if choice.startswith(_FURTHER) else ""
    return int(first) if first.isascii() and first.isdecimal() and len(first) < 4 and int(first) < count else 0


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some options, which may differ from turn to turn; the value is the option's id."""

    choose_from: Callable[[Answers, Facts], tuple[Option, ...]]
    optional: bool = False
    findable: bool = False
    """Whether a longer text that names one of the options has chosen it."""
    no: Sentence | None = None
    """How the question is left out where it asks for yes or no: then a plain no does it too."""

    def known(self, answers: Answers, facts: Facts) -> Mapping[str, Any]:
        """The options with their names and details in every language."""
        return {"options": [_option_known(option) for option in self.choose_from(answers, facts)]}

    def parse(self, message: UserInput, known: Mapping[str, Any]) -> str:
        """The id of the option that is meant."""
        ids = [option["id"] for option in known["options"]] + ([SKIPPED] if self.optional else [])
        if message.choice:
            return _chosen_options(ids, message.choice)
        place = self.place_of(message.text, known)
        if place is not None:
            return str(ids[place])
        if self.optional and self._leaves_out(message.text):
            return ""
        place = understanding.listed_number(message.text, len(ids))
        if place is not None:
            return _chosen_options(ids, ids[place])
        return str(ids[self._named(message.text, known, len(ids))])

    def _leaves_out(self, text: str) -> bool:
        return understanding.skips(text) or (self.no is not None and agreement.yes_no(text, "") is False)

    def place_of(self, text: str, known: Mapping[str, Any]) -> int | None:
        """The place of the option of which the text is the whole name, in any language; None where it is none's."""
        places = understanding.called(text, [tuple(option["names"].values()) for option in known["options"]])
        return places[0] if len(places) == 1 and not understanding.plain(text).isdecimal() else None

    def _named(self, text: str, known: Mapping[str, Any], limit: int) -> int:
        names = [(option["id"], *option["names"].values()) for option in known["options"]]
        places = understanding.best_choice(text, names) or understanding.meant_among(text, names)
        if not places and self.findable and not understanding.negates(text) and "?" not in text:
            places = understanding.mentioned(text, names, words=2)
        if len(places) > 1:
            raise Invalid("several_options")
        if not places:
            raise Invalid("not_an_option", most=limit)
        return places[0]

    def check(self, value: Any, known: Mapping[str, Any]) -> None:
        """Whether the option is still there."""
        if value not in [option["id"] for option in known["options"]] and not (self.optional and value == ""):
            raise Invalid("not_an_option", most=len(known["options"]))

    def find(self, text: str, known: Mapping[str, Any]) -> str | None:
        """The one option that the text names, where the question allows that."""
        if not self.findable:
            return None
        places = understanding.mentioned(text, [tuple(option["names"].values()) for option in known["options"]])
        return known["options"][places[0]]["id"] if len(places) == 1 else None

    def options(self, known: Mapping[str, Any]) -> tuple[Option, ...]:
        """The options, and at the end the one to leave the question out."""
        listed = tuple(
            Option(option["id"], words(option["names"]), words(option["detail"]) if option["detail"] else "")
            for option in known["options"]
        )
        return (*listed, Option(SKIPPED, self.no or _("Skip"))) if self.optional else listed

    def shown(self, value: Any, known: Mapping[str, Any]) -> Sentence | str:
        """The option's name."""
        names = {option["id"]: option["names"] for option in known["options"]}
        return words(names[value]) if value in names else str(value)


def _option_known(option: Option) -> dict[str, Any]:
    return {"id": option.id, "names": in_each(option.title), "detail": in_each(option.detail)}


def the_only(options: Callable[[Answers, Facts], tuple[Option, ...]]) -> Callable[[Answers, Facts], str | None]:
    """What a question's only option answers, so that it is not asked: for a step's `given`."""

    def given(answers: Answers, facts: Facts) -> str | None:
        offered = options(answers, facts)
        return offered[0].id if len(offered) == 1 else None

    return given


def in_each(text: Sentence | str) -> dict[str, str]:
    """The text in every language that is understood here, by its code; nothing where there is none."""
    if not text:
        return {}
    return {
        language: text if isinstance(text, str) else render(text, language)
        for language in vocabulary.current().languages
    }


def _chosen_options(ids: list[str], chosen: str) -> str:
    if chosen not in ids:
        raise Invalid("not_an_option", most=len(ids))
    return "" if chosen == SKIPPED else chosen
