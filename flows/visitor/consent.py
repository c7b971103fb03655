"""The last question of a registration: the summary of all answers, and the consent."""

import hashlib
from typing import Any

from flows.fields import TICKED, is_ticked
from flows.fields.steps import summary
from flows.shapes import Answers, Event, Facts, Flow, Sentence
from flows.text import _, access_needs, lines, ngettext_, words
from flows.text.choices import chosen_event, full_day
from flows.text.languages import CONFIRMED, LANGUAGES
from flows.text.translate import render

MARK_DIGITS = 8
"""Hexadecimal digits that tell one consent's words from another's."""

CONSENT_SHOWN = "consent shown"
"""Among the answers: the version of the consent that was shown last, so that a yes is to those words and no others."""

CONSENT = _(
    "To make your pass we keep your name, number and these answers. We use them only for this event: to "
    "let you in, to count visitors and to tell you about changes. With *yes* you agree, and confirm that "
    "you are 18 or older, or a parent or teacher registering children."
)
"""What a visitor agrees to where the event has no words of its own."""

CONSENT_CHECKBOX = _(
    "To make your pass we keep your name, number and these answers. We use them only for this event: to "
    "let you in, to count visitors and to tell you about changes. By ticking the box you agree, and "
    "confirm that you are 18 or older, or a parent or teacher registering children."
)
"""The consent on a page, where a box is ticked and nobody types a yes."""

CONSENT_FOR_ANOTHER = _(
    "To make this pass we keep their name, number and these answers. We use them only for this event: to "
    "let them in, to count visitors and to tell them about changes. With *yes* you confirm that they "
    "agree and asked you to register them, and that you are 18 or older."
)
"""What somebody agrees to who registers another person."""

ASKED_BY_THEM = _("With *yes* you confirm that they agree to this and asked you to register them.")
"""Added to an event's own words when somebody else is registered."""


AT_THE_GATE = _(
    "To make your pass we keep your name, how many of you are coming and, if you give it, your number. "
    "We use them only for this event: to let you in, to count visitors and to tell you about changes. Do "
    "you agree, and are you 18 or older, or a parent or teacher registering children?"
)
"""What is read out to somebody who registers at the gate, where the event has no words of its own."""


def read_out(event: Event) -> Sentence:
    """The words that are read out at the gate: the event's own, else ours; and who answers for the data."""
    return _whole(event, words(event.consent) if event.consent else AT_THE_GATE)


def read_out_text(event: Event, language: str) -> str:
    """The words as the volunteer who read them out saw them, to be kept with the registration."""
    return render(read_out(event), language)


def consent_of(event: Event, *, another: bool, ticked: bool = False) -> Sentence:
    """The words that a yes agrees to, or a tick for oneself: the event's, else ours; what becomes of needs where they
    are asked; and who answers for the data.
    """
    needs = (access_needs.CONSENT,) if access_needs.is_asked(event.questions) else ()
    if not event.consent:
        return _whole(event, CONSENT_FOR_ANOTHER if another else CONSENT_CHECKBOX if ticked else CONSENT, *needs)
    own = words(event.consent)
    return _whole(event, own, *((ASKED_BY_THEM,) if another else ()), *needs)


def _whole(event: Event, *sentence: Sentence) -> Sentence:
    """These words, and below them who answers for the data, what for they are asked, where to complain, and for how
    long they are kept.
    """
    answerable = (
        (event.organiser, _("Organiser: {organiser}", organiser=event.organiser)),
        (event.purpose, _("Purpose: {purpose}", purpose=event.purpose)),
        (event.complaints, _("Questions and complaints: {complaints}", complaints=event.complaints)),
        (event.retention_days, _kept_for(event.retention_days or 0)),
    )
    told = tuple(sentence for given, sentence in answerable if given)
    return lines(*sentence, *told) if told or len(sentence) > 1 else sentence[0]


def _kept_for(days: int) -> Sentence:
    return ngettext_(
        "Data is kept for {count} day after the event, then deleted.",
        "Data is kept for {count} days after the event, then deleted.",
        count=days,
    )


def consent_text(event: Event, language: str, *, another: bool, ticked: bool = False) -> str:
    """The consent as it was shown, to be kept with the registration."""
    return render(consent_of(event, another=another, ticked=ticked), language)


def consent_mark(event: Event, language: str) -> str:
    """The value of a consent that was ticked on a form, with its language: another as soon as its words are others."""
    shown = consent_text(event, language, another=False, ticked=True)
    return f"{TICKED}{language}_{hashlib.sha256(shown.encode()).hexdigest()[:MARK_DIGITS]}"


def shown_now(event: Event | None) -> Answers:
    """What is kept among the answers when the consent is shown: see Step.noted."""
    return {CONSENT_SHOWN: event.consent_version} if event else {}


def version_agreed(event: Event, answers: Answers) -> int:
    """The version of the consent that a yes in the chat or a tick on the page was given to.

    The event's present one where none was noted: then a form says which words they were, or nobody was asked.
    """
    if is_ticked(answers.get("agree")):
        return event.consent_version
    shown: int = answers.get(CONSENT_SHOWN, event.consent_version)
    return shown


def language_ticked(value: Any) -> str:
    """The language in which a consent was ticked; empty where it was not, but given in the chat."""
    language = value.removeprefix(TICKED).partition("_")[0] if is_ticked(value) else ""
    return language if language in LANGUAGES else ""


def is_consent_of_now(event: Event, value: Any) -> bool:
    """Whether a consent was ticked, and beside the words that it has now."""
    language = language_ticked(value)
    return bool(language) and value == consent_mark(event, language)


def unconfirmed_consents(event: Event) -> dict[str, str]:
    """The consent in each of the event's languages whose words nobody who speaks it has confirmed, by its code."""
    unconfirmed = (code for code in event.languages if code not in CONFIRMED)
    return {code: consent_text(event, code, another=False) for code in unconfirmed}


def last_question(flow: Flow, answers: Answers, facts: Facts, *, another: bool) -> tuple[Sentence, ...]:
    """Every answer by its label, the consent, and the question whose yes registers."""
    event = chosen_event(answers, facts)
    if event is None:  # the event was removed in mid-conversation: the flow ends before this is said
        return ()
    return (
        lines(_("Please check your answers:"), _("Event: {event}", event=event.name), *summary(flow, answers, facts)),
        consent_of(event, another=another),
        _("Is everything right? Reply *yes* to join the waiting list, or *no* to change something.")
        if full_day(answers, facts) and not another
        else _("Is everything right? Reply *yes* to get the pass, or *no* to change something."),
    )
