"""Which conversations can be had as one form besides: what it asks, and when it is offered.

A form has each question of the flow that a summary names, and the consent: a question that is added to the flow or
to an event is in the form without another line. It is offered with the first of its questions, while none of
them is answered; that question stands in the chat all the same.
"""

from collections.abc import Iterator, Mapping

from flows.fields import Day, Number
from flows.shapes import Answers, Event, Facts, Flow, Option, Question, Sentence, State, Step
from flows.shapes.forms import ON, TEAM, FormInput, FormOffer
from flows.text import _, words
from flows.text.choices import chosen_event, chosen_pass
from flows.visitor.consent import consent_mark, consent_of
from flows.visitor.my_pass import CHANGE
from flows.visitor.registration import AGREE, REGISTRATION

FORMS: Mapping[str, Flow] = {flow.name: flow for flow in (REGISTRATION, CHANGE)}
"""The flows that can be had as a form, by name."""
HELP: Mapping[str, Sentence] = {
    "full_name": _("Enter your full name."),
    "visit_date": _("Choose the day of your visit."),
    "party_size": _("Enter how many people will come."),
}
"""What is to be done; of the event's own questions the question says it."""
CONSENT_LABEL = _("What you agree to")
AGREED = _("Yes, I agree")

# --- what it asks -------------------------------------------------------------------------------


def inputs(flow: Flow, event: Event, language: str) -> tuple[FormInput, ...]:
    """What the form of a flow asks about an event, in order; the language is that of the consent's mark."""
    return tuple(_inputs(flow, event, language))


def _inputs(flow: Flow, event: Event, language: str) -> Iterator[FormInput]:
    own = {step.name for step in flow.steps}
    for step in flow.steps:
        if step.name == flow.questions_before:
            yield from (_from_question(question) for question in event.questions if question.name not in own)
        if step is AGREE:
            yield _consent(event, language)
        elif step.label and not _follows_from(step, event):
            yield FormInput(step.name, _kind(step), step.label, HELP.get(step.name, step.label), required=True)


def _follows_from(step: Step, event: Event) -> bool:
    """Whether nobody is asked: an event of one day has no other."""
    return isinstance(step.field, Day) and event.starts_on == event.ends_on


def _kind(step: Step) -> str:
    return "day" if isinstance(step.field, Day) else "number" if isinstance(step.field, Number) else "text"


def _from_question(question: Question) -> FormInput:
    asked = words(question.labels)
    options = tuple(Option(option["en"], words(option)) for option in question.options)
    return FormInput(question.name, question.kind, asked, asked, question.required, options)


def _consent(event: Event, language: str) -> FormInput:
    shown = consent_of(event, another=False, ticked=True)
    return FormInput(
        AGREE.name,
        "agree",
        CONSENT_LABEL,
        shown,
        required=False,
        options=(Option(consent_mark(event, language), AGREED),),
    )


# --- when it is offered -------------------------------------------------------------------------


def offer(state: State, facts: Facts) -> FormOffer | None:
    """The form that may go with the question that stands open in this state; None: none."""
    flow, language = FORMS.get(state.flow), state.language
    event = chosen_event(state.answers, facts) if flow else None
    if flow is None or event is None or language not in event.languages or state.tries or not _is_on(event, facts):
        return None
    held = chosen_pass(state.answers, facts) if flow is CHANGE else None
    asked = inputs(flow, event, language)
    if not asked or asked[0].name != state.asked or any(one.name in state.answers for one in asked):
        return None
    if flow is CHANGE and (held is None or held.kind_days):  # nobody chooses among the days of such a kind
        return None
    days = _days(flow, state.answers, facts) if any(one.kind == "day" for one in asked) else ()
    if not days and any(one.kind == "day" for one in asked):
        return None
    return FormOffer(flow.name, event.slug, language, held.code if held else "", days)


def _is_on(event: Event, facts: Facts) -> bool:
    if event.form == TEAM:
        return facts.duty is not None and facts.duty.event == event.slug
    return event.form == ON


def _days(flow: Flow, answers: Answers, facts: Facts) -> tuple[Option, ...]:
    step = next(step for step in flow.steps if isinstance(step.field, Day))
    return step.field.options(step.field.known(answers, facts))
