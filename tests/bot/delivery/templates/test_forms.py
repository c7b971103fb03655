"""The templates of forms: as Twilio takes them, one for each language and shape of an event, with the days of now."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.delivery.templates import forms, interactive
from flows.sandbox import world as sandbox_world
from flows.shapes import Event, Option, Question, Say, Sentence
from flows.shapes.forms import FormOffer
from flows.text import words
from flows.text.languages import LANGUAGES
from flows.visitor.forms import FORMS
from webhooks.simulator.store import flow_templates

NOW = datetime(2027, 1, 9, 6, tzinfo=UTC)
QUESTIONS = (
    sandbox_world.CITY,
    Question(
        "visitor_type",
        "choice",
        {"en": "Which of these describes you and those with you best of all?", "hi": "आप कौन हैं?"},
        required=True,
        options=({"en": "Student of a school or college near here", "hi": "विद्यार्थी"}, {"en": "Other", "hi": "अन्य"}),
    ),
    Question("children", "number", {"en": "How many children?", "hi": "कितने बच्चे?"}),
)
DEMO = sandbox_world.demo(NOW, languages=tuple(LANGUAGES), questions=QUESTIONS, form="on")
LONG = replace(DEMO, ends_on=DEMO.starts_on + timedelta(days=29))
SINGLE = replace(DEMO, ends_on=DEMO.starts_on)


def content(flow: str, event: Event, language: str) -> dict[str, Any]:
    made: dict[str, Any] = dict(forms.template_spec(flow, event, language).definition)
    return made


def layout(flow: str, event: Event, language: str = "en") -> dict[str, dict[str, Any]]:
    """The inputs by name."""
    pages = content(flow, event, language)["types"]["twilio/flows"]["pages"]
    return {part["name"]: part for page in pages for part in page["layout"] if "name" in part}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", [DEMO, LONG, SINGLE], ids=["days", "long", "single"])
@pytest.mark.parametrize("flow", FORMS)
def test_twilio_takes_it_in_every_language(flow: str, event: Event, language: str) -> None:
    made = content(flow, event, language)
    assert flow_templates.why_not(made["types"]["twilio/flows"]) == ""
    assert set(made["variables"]) >= {"1", "2"}
    assert forms.template_spec(flow, event, language).category in flow_templates.CATEGORIES


def test_it_asks_what_the_flow_asks() -> None:
    asked = layout("registration", DEMO)
    assert list(asked) == ["full_name", "visit_date", "party_size", "city", "visitor_type", "children", "agree"]
    assert (asked["visit_date"]["type"], asked["visit_date"]["options"]) == ("SINGLE_SELECT", "{{3}}")
    assert (asked["party_size"]["input_type"], asked["children"]["required"]) == ("NUMBER", False)
    assert [option["id"] for option in json.loads(asked["visitor_type"]["options"])][1] == "Other"
    pages = content("registration", DEMO, "en")["types"]["twilio/flows"]["pages"]
    shown = " ".join(part.get("text", "") for page in pages for part in page["layout"])
    assert "Which of these describes you and those with you best of all?" in shown
    assert "1. Student of a school or college near here" in shown
    assert list(layout("change", DEMO)) == ["visit_date", "party_size"]
    assert layout("registration", LONG)["visit_date"]["type"] == "DATE_PICKER"
    assert "visit_date" not in layout("registration", SINGLE)


def test_a_shape_is_an_events_words_and_not_its_name_or_days() -> None:
    def shape(event: Event, language: str = "en") -> str:
        return forms.template_spec("registration", event, language).shape

    same = replace(DEMO, slug="other", name={"en": "Another"}, ends_on=DEMO.ends_on - timedelta(days=2))
    assert shape(same) == shape(DEMO)
    changed = [
        replace(DEMO, consent={"en": "I agree to everything."}),
        replace(DEMO, organiser={"en": "The Trust"}),
        replace(DEMO, questions=QUESTIONS[:2]),
        LONG,
    ]
    assert len({shape(event) for event in (DEMO, *changed)}) == 5
    assert shape(DEMO, "hi") != shape(DEMO)
    assert len(forms.template_specs([DEMO, same])) == len(FORMS) * len(LANGUAGES)
    assert forms.template_specs([replace(DEMO, form="off")]) == []


DAYS = tuple(
    Option((DEMO.starts_on + timedelta(days=n)).isoformat(), words(DEMO.starts_on + timedelta(days=n))) for n in (1, 4)
)


def card(event: Event, text: str = "What is your full name?", days: tuple[Option, ...] = DAYS) -> forms.FormCard | None:
    offer = FormOffer("registration", event.slug, "en", days=days)
    return forms.build_card(offer, event, [Say((words(text),), step="full_name")], {})


def test_a_message_brings_the_days_that_are_open_now() -> None:
    made = card(DEMO)
    assert made is not None
    assert made.shape == forms.template_spec("registration", DEMO, "en").shape
    assert [option["id"] for option in json.loads(made.values["3"])] == [day.id for day in DAYS]
    assert made.values["1"] == "Demo Book Fair"
    assert "What is your full name?" in made.body
    calendar = card(LONG)
    assert calendar is not None
    away = json.loads(calendar.values["6"])
    assert (calendar.values["4"], calendar.values["5"]) == (DAYS[0].id, DAYS[1].id)
    assert away == [(DEMO.starts_on + timedelta(days=n)).isoformat() for n in (2, 3)]


def test_what_the_chat_says_is_one_line_and_its_choices_are_in_it() -> None:
    offer = FormOffer("change", DEMO.slug, "en", about="7QK2-M9X5", days=DAYS)
    says = [Say((Sentence("Which day?\nNow: Friday."),), DAYS, step="visit_date")]
    made = forms.build_card(offer, DEMO, says, {})
    assert made is not None
    assert "\n" not in made.values["2"]
    assert made.values["2"].startswith("Which day? Now: Friday. 1. ")
    assert "7QK2-M9X5" in made.body


@pytest.mark.parametrize("text", ["x" * interactive.MAX_BODY_LENGTH, "{{3}}", ""])
def test_what_does_not_fit_goes_without(text: str) -> None:
    assert card(DEMO, text) is None


def test_a_list_of_many_days_fits_a_variable() -> None:
    event = replace(DEMO, ends_on=DEMO.starts_on + timedelta(days=forms.MAX_LISTED_DAYS - 1))
    every = [DEMO.starts_on + timedelta(days=n) for n in range(forms.MAX_LISTED_DAYS)]
    made = card(event, days=tuple(Option(day.isoformat(), words(day), "x" * 18) for day in every))
    assert made is not None
    assert len(json.loads(made.values["3"])) == forms.MAX_LISTED_DAYS
    assert date.fromisoformat(json.loads(made.values["3"])[0]["id"]) == event.starts_on
