"""The desk's form: what was typed, judged by the fields of the conversations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import request

from flows import fields
from flows.fields import Number, Phone, Text
from flows.shapes import Event, Field, Invalid, Sentence, UserInput
from flows.shapes.events import MAX_PARTY_SIZE
from flows.text import _, sentence_for
from webhooks.staff.desk import texts as desk_texts

MAX_INPUT_LENGTH = 200
"""Characters of an input that are looked at."""
NAME_FIELD = Text(least=2, most=80, letter=True)
PARTY_FIELD = Number(1, MAX_PARTY_SIZE)
PHONE_FIELD = Phone()


@dataclass(frozen=True, slots=True)
class DeskInput:
    """The form as it came, to be shown again until it is right."""

    request_id: str
    """The browser's own name of this registration: the same form sent again is the same registration."""
    language: str
    """The language in which the consent was read out; also that of the pass and its messages."""
    consent_version: int
    event: str = ""
    """The slug of the event whose words were read out."""
    full_name: str = field(default="", repr=False)
    party_size: str = "1"
    phone: str = field(default="", repr=False)
    kind: str = "visitor"
    agreed: bool = False
    admit: bool = False
    although: str = ""
    """What was said to a warning: `anyway`, `overbook`, or both with a space between."""

    def in_spite_of(self, warning: str) -> bool:
        """Whether they go on although they were warned of this."""
        return warning in self.although.split()

    def also(self, warning: str) -> str:
        """The value of a button that goes on in spite of this warning too."""
        return " ".join(dict.fromkeys((*self.although.split(), warning)))


@dataclass(frozen=True, slots=True)
class CheckedInput:
    """A form after it was judged: the usable values, and what is wrong with the others, by input."""

    full_name: str = field(default="", repr=False)
    party_size: int = 0
    phone: str | None = field(default=None, repr=False)
    wrong: Mapping[str, Sentence] = field(default_factory=dict)


def fresh(language: str, event: Event, *, admit: bool) -> DeskInput:
    """An empty form for the next visitor of an event."""
    return DeskInput(str(uuid4()), language, event.consent_version, event.slug, admit=admit)


def read() -> DeskInput:
    """The form of this request."""
    version = _text("consent_version")
    return DeskInput(
        request_id=_text("request_id"),
        language=_text("visitor_language"),
        consent_version=int(version) if version.isdecimal() and len(version) < 9 else 0,
        event=_text("event"),
        full_name=_text("full_name"),
        party_size=_text("party_size"),
        phone=_text("phone"),
        kind=_text("kind") or "visitor",
        agreed="consent" in request.form,
        admit="admit" in request.form,
        although=_text("although"),
    )


def check_input(typed: DeskInput, max_party: int, region: str) -> CheckedInput:
    """Look at each input. Never raises.

    `max_party` is the largest party of any kind of pass, `region` serves for phone numbers without a country code.
    """
    wrong: dict[str, Sentence] = {}
    name = _value(NAME_FIELD, "full_name", typed.full_name, {}, wrong)
    party = _value(PARTY_FIELD, "party_size", typed.party_size, {"most": max_party, "code": PARTY_FIELD.code}, wrong)
    known = {"region": region, "own": None}
    phone = _value(PHONE_FIELD, "phone", typed.phone, known, wrong) if typed.phone.strip() else None
    if not typed.agreed:
        wrong["consent"] = _("Read the text out first. You can register people only if they agree.")
    return CheckedInput(name or "", party or 0, phone, wrong)


def _value(asked: Field, name: str, text: str, known: Mapping[str, Any], wrong: dict[str, Sentence]) -> Any:
    try:
        return fields.accept(asked, UserInput(text), known)
    except Invalid as no:
        wrong[name] = desk_texts.EMPTY[name] if no.code == "empty" else sentence_for(no.code, **no.params)
        return None


def _text(name: str) -> str:
    return request.form.get(name, "")[:MAX_INPUT_LENGTH]
