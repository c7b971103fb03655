"""Forms inside WhatsApp: a template of `twilio/flows` for each flow, language and shape of an event.

What a form asks says flows.visitor.forms. All its words stand in the template, the consent too: WhatsApp approves what
people read, and a consent that was ticked is the one that the template shows. Variables are only what differs from
message to message: what the chat says with it, and the days that are open now. The limits are those of Twilio's page
on `twilio/flows` and of WhatsApp's on the components of a form (docs/adr/0027).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from bot.delivery.outbox import whatsapp_text
from bot.delivery.templates import FORM_PREFIX
from bot.delivery.templates.interactive import MAX_BODY_LENGTH, cut, digest, named, size
from bot.delivery.templates.notices import UTILITY
from bot.delivery.twilio.content_api import TemplateSpec
from flows.shapes import Event, Option, Say, Sentence
from flows.shapes.forms import OFF, FormInput, FormOffer
from flows.text import _, render, words
from flows.visitor.forms import FORMS, inputs
from flows.visitor.my_pass import CHANGE
from flows.visitor.registration import GREETING

MAX_VALUE_LENGTH = 1600
"""Characters of a variable at most ('Using variables with Content templates')."""
MAX_LISTED_DAYS = 20
"""Options of a list at most; longer events get a calendar."""
MAX_LABEL_LENGTH, MAX_HELP_LENGTH, MAX_OPTION_LENGTH = 20, 80, 30
MAX_TEXT_LENGTH = 4096
"""WhatsApp's limits for the label of an input, the words below it, an option, and a text between inputs."""

BUTTON = _("Fill in the form")
HERE = _("To fill in a form, tap the button, or just answer here.")
YOUR_ANSWER = _("Your answer")
VISIT, QUESTIONS, CONSENT = _("Your visit"), _("A few questions"), _("What you agree to")
CONTINUE = _("Continue")
LAST: Mapping[str, Sentence] = {"registration": _("Get my pass"), "change": _("Get the new pass")}
"""The words on the last button, by flow."""
ABOUT_PASS = _("Your entry pass: *{code}*")
TYPES: Mapping[str, str] = {"registration": "SIGN_UP", "change": "APPOINTMENT_BOOKING"}
"""Twilio's category of the form, by flow."""
ABOUT, CHAT_TEXT, DAYS, FIRST_DAY, LAST_DAY, AWAY = "1", "2", "3", "4", "5", "6"
"""The variables: the event or pass, what the chat says; the days as a list, or a calendar's bounds and gaps."""


@dataclass(frozen=True, slots=True)
class FormCard:
    """A form with the values for its template."""

    shape: str
    values: Mapping[str, str]
    body: str
    """The text above its button, as Twilio may list the message."""


# --- the template -------------------------------------------------------------------------------


def template_spec(flow: str, event: Event, language: str) -> TemplateSpec:
    """The template of a flow's form for an event in a language; another one as soon as a word of it changes."""
    asked = inputs(FORMS[flow], event, language)
    variables = _samples(asked, event)
    numbers = {name: f"{{{{{name}}}}}" for name in variables}
    content = {
        "language": language,
        "variables": variables,
        "types": {
            "twilio/flows": {
                "body": _body(flow, language, numbers),
                "button_text": render(BUTTON, language),
                "type": TYPES[flow],
                "pages": list(_pages(flow, event, language)),
            }
        },
    }
    name = f"{FORM_PREFIX}{flow}_{language}"
    return TemplateSpec(f"{name}_{digest(content)[:8]}", named(name, content), UTILITY)


def template_specs(events: Iterable[Event]) -> list[TemplateSpec]:
    """The templates of all forms that these events offer, each once."""
    found = [
        template_spec(flow, event, language)
        for event in events
        if event.form != OFF
        for flow in FORMS
        for language in event.languages
    ]
    return list({spec.shape: spec for spec in found}.values())


SAMPLES: Mapping[str, str] = {
    ABOUT: "Delhi Book Fair",
    CHAT_TEXT: "What is your full name?",
    DAYS: json.dumps([{"id": "2027-01-16", "title": "Sat 16 Jan"}, {"id": "2027-01-17", "title": "Sun 17 Jan"}]),
    FIRST_DAY: "2027-01-16",
    LAST_DAY: "2027-02-14",
    AWAY: json.dumps(["2027-01-18"]),
}
"""Something that could stand in each place: the same for all events, so that another date makes no other template."""


def _samples(asked: Sequence[FormInput], event: Event) -> dict[str, str]:
    """The variables of a form with their samples."""
    chosen = (DAYS,) if is_listed(event) else (FIRST_DAY, LAST_DAY, AWAY)
    days = chosen if any(one.kind == "day" for one in asked) else ()
    return {name: SAMPLES[name] for name in (ABOUT, CHAT_TEXT, *days)}


def is_listed(event: Event) -> bool:
    """Whether the days of an event are few enough for a list."""
    return (event.ends_on - event.starts_on).days < MAX_LISTED_DAYS


def _body(flow: str, language: str, values: Mapping[str, str]) -> str:
    first = ABOUT_PASS.filled(code=values[ABOUT]) if flow == CHANGE.name else GREETING.filled(event=values[ABOUT])
    return "\n\n".join((render(first, language), values[CHAT_TEXT], render(HERE, language)))


def _pages(flow: str, event: Event, language: str) -> Iterator[dict[str, Any]]:
    asked, own = inputs(FORMS[flow], event, language), {question.name for question in event.questions}
    pages = (
        ("visit", VISIT, [one for one in asked if one.name not in own and one.kind != "agree"]),
        ("questions", QUESTIONS, [one for one in asked if one.name in own]),
        ("consent", CONSENT, [one for one in asked if one.kind == "agree"]),
    )
    filled = [page for page in pages if page[2]]
    for number, (name, title, here) in enumerate(filled, start=1):
        following = filled[number][0] if number < len(filled) else None
        layout = [part for one in here for part in _components(one, event, language)]
        footer = {"type": "FOOTER", "label": render(CONTINUE if following else LAST[flow], language)}
        yield {"id": name, "next_page_id": following, "title": render(title, language), "layout": [*layout, footer]}


def _components(asked: FormInput, event: Event, language: str) -> Iterator[dict[str, Any]]:
    """An input, and above it as a text of its own what its label and its options have no room for."""
    options = [(option.id, _plain(_sentence(option.title), language)) for option in asked.options]
    label, told = _plain(asked.label, language), _plain(asked.help, language)
    cut_short = any(size(title) > MAX_OPTION_LENGTH for _id, title in options)
    if cut_short:
        options = [(id_, f"{number}. {title}") for number, (id_, title) in enumerate(options, start=1)]
    if asked.kind == "agree" or size(label) > MAX_LABEL_LENGTH or cut_short:
        text = "\n".join([_lines(asked.help, language), *(title for _id, title in options if cut_short)])
        yield {"type": "TEXT_BODY", "text": cut(text, MAX_TEXT_LENGTH)}
        label = told = render(YOUR_ANSWER, language)
    base = {"name": asked.name, "label": label, "required": asked.required}
    yield {**base, **_input(asked, event, cut(told, MAX_HELP_LENGTH), _listed(options))}


def _input(asked: FormInput, event: Event, told: str, options: str) -> dict[str, Any]:
    """What Twilio wants to know of an input besides its name and label."""
    match asked.kind:
        case "day" if not is_listed(event):
            bounds = {"min_date": FIRST_DAY, "max_date": LAST_DAY, "unavailable_dates": AWAY}
            return {"type": "DATE_PICKER", **{part: f"{{{{{name}}}}}" for part, name in bounds.items()}}
        case "day":
            return {"type": "SINGLE_SELECT", "text": told, "options": f"{{{{{DAYS}}}}}"}
        case "choice" | "agree":
            return {"type": "SINGLE_SELECT", "text": told, "options": options}
        case kind:
            return {"type": "SHORT_TEXT", "text": told, "input_type": "NUMBER" if kind == "number" else "TEXT"}


def _listed(options: Iterable[tuple[str, str]]) -> str:
    return json.dumps(
        [{"id": id_, "title": cut(title, MAX_OPTION_LENGTH)} for id_, title in options], ensure_ascii=False
    )


def _sentence(title: Sentence | str) -> Sentence:
    return title if isinstance(title, Sentence) else words(title)


def _plain(sentence: Sentence, language: str) -> str:
    return " ".join(_lines(sentence, language).split())


def _lines(sentence: Sentence, language: str) -> str:
    return whatsapp_text.clean(render(sentence, language)).replace("*", "").replace("{{", "{ {")


# --- a message ----------------------------------------------------------------------------------


def build_card(offer: FormOffer, event: Event, says: Sequence[Say], results: Mapping[str, Any]) -> FormCard | None:
    """The form with what a turn says; None where that does not fit."""
    speak = partial(whatsapp_text.spoken, language=offer.language, results=results)
    spoken = [sentence for say in says for sentence in say.paragraphs if sentence.source != GREETING.source]
    options = [option.title for say in says for option in say.options]
    numbered = " · ".join(f"{number}. {speak(_sentence(title))}" for number, title in enumerate(options, start=1))
    said = " ".join(" ".join((*map(speak, spoken), numbered)).split())
    about = offer.about or " ".join(speak(words(event.name)).split())
    values = {ABOUT: about, CHAT_TEXT: said, **_day_values(offer, event)}
    body = _body(offer.flow, offer.language, values)
    fits = size(body) <= MAX_BODY_LENGTH and all(value and size(value) <= MAX_VALUE_LENGTH for value in values.values())
    # Braces in what somebody typed could be taken for a variable.
    if not fits or any("{{" in value for value in (about, said)):
        return None
    return FormCard(_shape(offer.flow, event, offer.language), values, body)


def _day_values(offer: FormOffer, event: Event) -> dict[str, str]:
    if not offer.days:
        return {}
    if is_listed(event):
        return {DAYS: _listed((day.id, _day_title(day, offer.language)) for day in offer.days)}
    open_ = [day.id for day in offer.days]
    first, last = date.fromisoformat(min(open_)), date.fromisoformat(max(open_))
    every = ((first + timedelta(days=number)).isoformat() for number in range((last - first).days))
    away = [day for day in every if day not in open_]
    return {FIRST_DAY: min(open_), LAST_DAY: max(open_), AWAY: json.dumps(away)}


def _day_title(day: Option, language: str) -> str:
    """A day with what is said of it, where there is room for that."""
    title = _plain(_sentence(day.title), language)
    detail = _plain(_sentence(day.detail), language) if day.detail else ""
    return f"{title} · {detail}" if detail and size(f"{title} · {detail}") <= MAX_OPTION_LENGTH else title


_shapes: dict[tuple[str, str, str], tuple[Event, str]] = {}


def _shape(flow: str, event: Event, language: str) -> str:
    """The template's shape, made anew when the event has changed: every message asks for it."""
    kept = _shapes.get((flow, event.slug, language))
    if kept is None or kept[0] != event:
        kept = _shapes[flow, event.slug, language] = (event, template_spec(flow, event, language).shape)
    return kept[1]
