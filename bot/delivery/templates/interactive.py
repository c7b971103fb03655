"""Questions as buttons or lists: which fit Twilio's Content templates, and with which values.

A template is a shape: so many buttons or rows, and a text of so many lines. Everything that is read or
tapped is a variable, so that few templates serve every question in every language. The limits are those of
Twilio's pages on `twilio/quick-reply`, `twilio/list-picker` and error 21656 (docs/adr/0008).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Self

import regex

from bot.delivery.outbox import whatsapp_text
from bot.delivery.outbox.whatsapp_text import size as size
from bot.delivery.twilio.content_api import TemplateSpec
from flows.fields.choice import further_mark
from flows.shapes import Option, Say, Sentence
from flows.text import _, words

MAX_BUTTONS, MAX_ROWS = 3, 10
"""Without an approval, which only messages outside the 24-hour window need, three buttons are allowed."""
MAX_BUTTON_TITLE_LENGTH, MAX_ROW_TITLE_LENGTH, MAX_ROW_DETAIL_LENGTH = 20, 24, 72
MAX_ID_LENGTH, MAX_BODY_LENGTH = 200, 1024
MAX_LINES = 20
"""Lines of a text that goes with buttons at most: a template has at most 100 variables."""
CHOOSE = _("Choose")
"""The words on the button that opens a list."""
MORE = _("Show more")
"""The last row of a list that is too short for all options."""
LANGUAGE = "en"
"""Twilio wants a language for each template; the words of ours are all variables."""

_NAME = re.compile(r"(buttons|list|details)_(\d+)_(\d+(?:\.\d+)*)")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class CardShape:
    """The shape of a template: how many buttons or rows, and lines."""

    kind: str
    """`buttons`; `list`, or `details` for a list whose every row has a line below its title."""
    rows: int
    layout: tuple[int, ...]
    """The lines of each paragraph of the text."""

    @property
    def name(self) -> str:
        """The template's name, such as `buttons_2_6.1.1`."""
        return f"{self.kind}_{self.rows}_{'.'.join(map(str, self.layout))}"

    @classmethod
    def read(cls, name: str) -> Self | None:
        """The shape of a name; None for a name that is none."""
        found = _NAME.fullmatch(name)
        return cls(found[1], int(found[2]), tuple(map(int, found[3].split(".")))) if found else None

    def variables(self) -> list[str]:
        """Samples for its variables in their order: lines, the list's button, then each row's."""
        parts = ["title", "id", *(["detail"] if self.kind == "details" else [])]
        opener = [] if self.kind == "buttons" else ["Choose"]
        rows = [f"{part} {number}" for number in range(1, self.rows + 1) for part in parts]
        return [*(f"line {number}" for number in range(1, sum(self.layout) + 1)), *opener, *rows]


@dataclass(frozen=True, slots=True)
class InteractiveCard:
    """A question with the values for a template of its shape."""

    shape: CardShape
    values: tuple[str, ...]
    """The variables' values, in the order of `Shape.variables`."""

    @classmethod
    def from_template(cls, name: str, values: Sequence[str]) -> Self:
        """The card as a row of the outbox keeps it. Raises ValueError where the name is no shape's."""
        shape = CardShape.read(name)
        if shape is None:
            raise ValueError("no such shape")
        return cls(shape, tuple(values))

    @property
    def body(self) -> str:
        """The text above the buttons."""
        return _laid_out(self.shape.layout, self.values)

    @property
    def variables(self) -> dict[str, str]:
        """What Twilio calls ContentVariables."""
        return {str(number): value for number, value in enumerate(self.values, start=1)}


def build_card(
    says: Sequence[Say], language: str | None, results: Mapping[str, Any], mark: str
) -> InteractiveCard | None:
    """The question of a turn as buttons or a list; None where it is none or does not fit.

    `mark` comes back before the id of what is tapped.
    """
    asking = [say for say in says if say.options]
    if len(asking) != 1 or not asking[0].step:
        return None
    speak = partial(whatsapp_text.spoken, language=language, results=results)
    rows = [
        (_plain(option.title, speak), mark + option.id, _plain(option.detail, speak)) for option in _page(asking[0])
    ]
    text = "\n\n".join(filter(None, (speak(sentence) for say in says for sentence in say.paragraphs)))
    lines = [_SPACE.sub(" ", line).strip() for line in text.split("\n")]
    groups = tuple(len(list(group)) for filled, group in groupby(lines, key=bool) if filled)
    return _fitted(groups, [line for line in lines if line], rows, speak(CHOOSE))


def _page(asked: Say) -> tuple[Option, ...]:
    """The options of one list: the rest of them, or as many as fit and a row for those after them."""
    left = asked.options[asked.first :]
    if len(left) <= MAX_ROWS:
        return left
    end, whole = asked.first + MAX_ROWS - 1, len(asked.options)
    # Rows have either all a detail or none.
    detail = f"{end + 1}–{whole}" if all(option.detail for option in left) else ""
    return (*left[: MAX_ROWS - 1], Option(further_mark(end), MORE, detail and words(detail)))


def _fitted(
    layout: tuple[int, ...], lines: list[str], rows: list[tuple[str, str, str]], opener: str
) -> InteractiveCard | None:
    kind = _kind([detail for _title, _id, detail in rows])
    if kind is None or not lines or len(lines) > MAX_LINES:
        return None
    most = MAX_BUTTON_TITLE_LENGTH if kind == "buttons" else MAX_ROW_TITLE_LENGTH
    titles = [cut(title, most) for title, _id, _detail in rows]
    if len({title.casefold() for title in titles}) < len(titles):
        return None
    filled = [
        part
        for title, (_title, id_, detail) in zip(titles, rows, strict=True)
        for part in (title, id_, *([cut(detail, MAX_ROW_DETAIL_LENGTH)] if kind == "details" else []))
    ]
    values = (*lines, *([] if kind == "buttons" else [cut(opener, MAX_BUTTON_TITLE_LENGTH)]), *filled)
    made = InteractiveCard(CardShape(kind, len(rows), layout), values)
    fits = size(made.body) <= MAX_BODY_LENGTH and all(size(id_) <= MAX_ID_LENGTH for _title, id_, _detail in rows)
    # Braces in what somebody typed could be taken for a variable.
    return made if fits and all(value and "{{" not in value for value in values) else None


def _kind(details: list[str]) -> str | None:
    """Buttons for few bare options, else a list; None where only some of the rows have a detail."""
    if all(details):
        return "details"
    if any(details):
        return None
    return "buttons" if len(details) <= MAX_BUTTONS else "list"


def _plain(part: Sentence | str, speak: "partial[str]") -> str:
    """A title or detail in one line and without the stars of bold words, which buttons would show."""
    text = speak(part if isinstance(part, Sentence) else words(part))
    return _SPACE.sub(" ", text.replace("*", "")).strip()


def cut(text: str, max_length: int) -> str:
    """The text, or its beginning and an ellipsis, in at most so many UTF-16 units; no character is cut in two."""
    if size(text) <= max_length:
        return text
    kept, left = "", max_length - len(whatsapp_text.ELLIPSIS)
    for character in regex.findall(r"\X", text):
        if size(kept + character) > left:
            break
        kept += character
    return kept.rstrip() + whatsapp_text.ELLIPSIS


def definition(shape: CardShape) -> dict[str, Any]:
    """The template of a shape as the Content API takes it, its name made from what it holds."""
    samples = shape.variables()
    names = iter([f"{{{{{number}}}}}" for number in range(1, len(samples) + 1)])
    body = _laid_out(shape.layout, [next(names) for _line in range(sum(shape.layout))])
    content = {
        "language": LANGUAGE,
        "variables": {str(number): sample for number, sample in enumerate(samples, start=1)},
        "types": _types(shape, body, names),
    }
    return named(shape.name, content)


TEMPLATE_PREFIX = "pravesh_"
"""How the friendly names of our templates begin; others of the account are left alone."""


def template_specs(names: Iterable[str]) -> list[TemplateSpec]:
    """The templates of these shapes, by name; what is no shape's name is left out."""
    shapes = {name: CardShape.read(name) for name in sorted(names)}
    return [TemplateSpec(name, definition(shape)) for name, shape in shapes.items() if shape]


def named(shape: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """A content with a friendly name of its own: another one as soon as the content changes."""
    return {"friendly_name": f"{TEMPLATE_PREFIX}{shape}_{digest(content)[:8]}", **content}


def digest(content: Mapping[str, Any]) -> str:
    """The hash of a template's content, without its name."""
    bare = {name: value for name, value in content.items() if name != "friendly_name"}
    return hashlib.sha256(json.dumps(bare, sort_keys=True).encode()).hexdigest()


def _types(shape: CardShape, body: str, names: Iterator[str]) -> dict[str, Any]:
    if shape.kind == "buttons":
        actions = [{"type": "QUICK_REPLY", "title": next(names), "id": next(names)} for _row in range(shape.rows)]
        return {"twilio/quick-reply": {"body": body, "actions": actions}}
    button = next(names)
    detail = shape.kind == "details"
    items = [
        {"item": next(names), "id": next(names), **({"description": next(names)} if detail else {})}
        for _row in range(shape.rows)
    ]
    return {"twilio/list-picker": {"body": body, "button": button, "items": items}}


def _laid_out(layout: tuple[int, ...], lines: Sequence[str]) -> str:
    """The lines as paragraphs; what is left over is not of the text."""
    left = iter(lines)
    return "\n\n".join("\n".join(next(left) for _line in range(count)) for count in layout)
