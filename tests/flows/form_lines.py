"""What a written conversation may say of forms: that an event has them, and what somebody sends back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.shapes import FILLED_FORM, Turn, UserInput
from flows.text.languages import SOURCE
from flows.visitor import forms
from flows.visitor.consent import consent_mark
from tests.flows.gate_world import World


def switch(world: World, value: str) -> None:
    """`demo on`: to whom an event offers its questions as a form."""
    slug, _, whom = value.partition(" ")
    world.events = tuple(replace(event, form=whom) if event.slug == slug else event for event in world.events)


def organiser(world: World, value: str) -> None:
    """`demo The Book Trust`: who answers for an event by now; the consent names them."""
    slug, _, name = value.partition(" ")
    world.events = tuple(
        replace(event, organiser={"en": name}) if event.slug == slug else event for event in world.events
    )


FACTS = {"form": switch, "organiser": organiser}


def read(words: str, world: World, kept: Mapping[str, Any] | None) -> UserInput | None:
    """The form that a `>` line sends back (`[form …]`); None where it is another message."""
    if not words.startswith("[form "):
        return None
    return _filled(words[6:-1], world, (kept or {}).get("language") or world.person.language)


def _filled(line: str, world: World, language: str | None) -> UserInput:
    """`full_name=Asha; agree=yes for registration demo`: a form sent back, and what it was offered for where the
    channel knows. `agree=yes` is the consent as it reads now.
    """
    answers, _, purpose = line.partition(" for ")
    given = dict(part.strip().split("=", 1) for part in answers.split(";") if part.strip())
    flow, slug, about = (*purpose.split(), "", "", "")[:3]
    event = next((event for event in world.events if event.slug == (slug or "demo")), None)
    if given.get("agree") == "yes" and event:
        given["agree"] = consent_mark(event, language or SOURCE)
    told = {"flow": flow, "event": slug, "language": language or SOURCE, "about": about} if purpose else {}
    return UserInput(form=FILLED_FORM, filled=given, form_for=told)


def offered(turn: Turn, world: World) -> str:
    """The form that the answer may carry, by the name of its flow; `-`: none."""
    found = forms.offer(turn.state, world)
    return found.flow if found else "-"
