"""What a form that somebody filled in comes to: judged like the form on the web, and what is left is asked in the chat.

A form that belongs to the question that stands open answers all it answers, and with its consent it registers. One that
comes late, twice, or after the conversation has moved on does nothing by itself: its answers are kept and asked about.
"""

from datetime import UTC, datetime, timedelta

from flows.engine.catalogue import HOME, INTERRUPTING
from flows.engine.commands import enter, repeated
from flows.engine.progress import (
    FIRST_WORDS,
    INFERRED_STEPS,
    NO_STEP,
    abandoned_notice,
    advance,
    begin,
    conclude,
    idle,
    say,
)
from flows.engine.state_codec import revive
from flows.engine.submit import Submitted, submit
from flows.fields import DOUBTED
from flows.fields.steps import steps_of
from flows.shapes import Answers, Effect, Facts, Flow, Sentence, Start, State, Turn, UserInput
from flows.shapes.forms import FormInput
from flows.text import _, sentence_for
from flows.text.choices import chosen_event
from flows.text.languages import SOURCE
from flows.visitor.consent import is_consent_of_now
from flows.visitor.forms import FORMS, inputs
from flows.visitor.my_pass import CHANGE
from flows.visitor.registration import AGREE, FULL_NAME, REGISTRATION
from flows.visitor.undelivered import pending_notices

NOT_READ = _("We could not read your form. Please answer here.")
NO_LONGER = _("This form no longer counts. Please answer here.")
IGNORED = frozenset({"flow_token"})
"""Names that WhatsApp adds by itself."""
DAY_MILLISECONDS = 86_400_000
MIN_MILLISECOND_DIGITS, MAX_DAYS = 12, 100_000
"""A moment of our time in milliseconds has more digits than any other number about a day; days until the year 2243."""


def take(state: State, message: UserInput, facts: Facts) -> Turn:
    """The turn that a filled-in form makes."""
    flow = _flow_of(state, message)
    if flow is None:
        return _not_read(state, message, facts)
    take_form = _change if flow is CHANGE else _register
    return take_form(state, find_open(state, message, flow), message, facts)


def find_open(state: State, message: UserInput, flow: Flow) -> State | None:
    """The conversation that this form belongs to, where it goes on: the present one, or that below a mere look."""
    below = revive(state.under)[0].but(language=state.language, under=None) if state.under else State()
    open_ = state if state.flow == flow.name else below if state.flow in INTERRUPTING else None
    if open_ is None or open_.flow != flow.name:
        return None
    told = {"event": message.form_for.get("event", ""), "code": message.form_for.get("about", "")}
    same = all(not value or open_.answers.get(name, value) == value for name, value in told.items())
    return open_ if same else None


def is_open(state: State, message: UserInput) -> bool:
    """Whether a form belongs to the conversation that goes on."""
    flow = _flow_of(state, message)
    return flow is not None and find_open(state, message, flow) is not None


def _flow_of(state: State, message: UserInput) -> Flow | None:
    """The flow that the form is of, as the channel says, else by what it holds; None: nothing of it can be told."""
    named = FORMS.get(message.form_for.get("flow", ""))
    if named or not message.filled:
        return named
    if FULL_NAME.name in message.filled:
        return REGISTRATION
    return FORMS.get(state.flow) or (FORMS.get(revive(state.under)[0].flow) if state.under else None)


def _not_read(state: State, message: UserInput, facts: Facts) -> Turn:
    if state.flow:
        return repeated(state, facts, NOT_READ)
    turn = enter(state, UserInput(), facts)
    return Turn(turn.state, (*say(NOT_READ), *turn.effects), turn.flow, turn.answers)


# --- registration -------------------------------------------------------------------------------


def _register(state: State, open_: State | None, message: UserInput, facts: Facts) -> Turn:
    language = state.language or facts.person.language or message.form_for.get("language") or None
    known = _kept(open_.answers) if open_ else _begun(message, language)
    event = chosen_event(known, facts)
    asked = inputs(REGISTRATION, event, language or SOURCE) if event else ()
    given = _given(asked, message) if event else dict(message.filled)
    if not given:
        return _not_read(open_ or state, message, facts)
    agreed = {**known, **given}.get(AGREE.name, "")
    given.pop(AGREE.name, None)
    known = {name: value for name, value in known.items() if name != AGREE.name}
    if open_ and event and is_consent_of_now(event, agreed):
        known = {**known, AGREE.name: agreed}
    judged = submit(REGISTRATION, given, facts, language or SOURCE, known)
    before = () if open_ else (*pending_notices(facts), *abandoned_notice(state))
    # Of an event that is not known yet nothing can be wrong.
    return _turn(
        REGISTRATION,
        judged,
        language,
        facts,
        (*before, *(say(*_reasons(judged, REGISTRATION, facts)) if event else ())),
    )


def _begun(message: UserInput, language: str | None) -> Answers:
    event = message.form_for.get("event")
    return {**({"language": language} if language else {}), **({"event": event} if event else {})}


# --- change -------------------------------------------------------------------------------------


def _change(state: State, open_: State | None, message: UserInput, facts: Facts) -> Turn:
    if open_ is None:
        return _change_late(state, message, facts)
    event, language = chosen_event(open_.answers, facts), open_.language or SOURCE
    given = _given(inputs(CHANGE, event, language), message) if event else {}
    if not given:
        return repeated(open_, facts, NOT_READ)
    judged = submit(CHANGE, given, facts, language, _kept(open_.answers))
    return _turn(CHANGE, judged, open_.language, facts, say(*_reasons(judged, CHANGE, facts)))


def _change_late(state: State, message: UserInput, facts: Facts) -> Turn:
    """Asks for the change in the chat: a new pass for an old wish would be a guess."""
    if state.flow not in ("", HOME):
        return repeated(state, facts, NO_LONGER)
    about = message.form_for.get("about")
    start = Start(CHANGE.name, {"code": about} if about else {})
    return begin(idle(state), start, facts, before=(*pending_notices(facts), *say(NO_LONGER)))


# --- both ---------------------------------------------------------------------------------------


def _kept(answers: Answers) -> Answers:
    """The answers of the conversation, without what it notes about the last message."""
    return {name: value for name, value in answers.items() if name not in (FIRST_WORDS, INFERRED_STEPS, DOUBTED)}


def _given(asked: tuple[FormInput, ...], message: UserInput) -> dict[str, str]:
    """What the form answers. A question that may be left out was left out, where all that came was understood."""
    given = {one.name: _value(one, message.filled[one.name]) for one in asked if one.name in message.filled}
    if not given or set(message.filled) - IGNORED - {one.name for one in asked}:
        return given
    return {**{one.name: "" for one in asked if not one.required and one.kind != "agree"}, **given}


def _value(asked: FormInput, text: str) -> str:
    """The value as the web form would have it: older phones tell a day as the milliseconds at which it begins."""
    if asked.kind != "day" or not (text.isascii() and text.isdecimal()) or len(text) < MIN_MILLISECOND_DIGITS:
        return text
    whole, rest = divmod(int(text), DAY_MILLISECONDS)
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=min(whole, MAX_DAYS))
    return text if rest else day.date().isoformat()


def _reasons(judged: Submitted, flow: Flow, facts: Facts) -> tuple[Sentence, ...]:
    """Why answers cannot be used, each with the name of its question where there are several."""
    steps = [step for step in steps_of(flow, judged.values, facts) if step.name in judged.errors]
    told = [
        (step.label, sentence_for(judged.errors[step.name].code, **judged.errors[step.name].params)) for step in steps
    ]
    if len(told) == 1 and judged.missing == ():
        return (told[0][1],)
    return tuple(_("{label}: {answer}", label=label, answer=reason) if label else reason for label, reason in told)


def _turn(flow: Flow, judged: Submitted, language: str | None, facts: Facts, before: tuple[Effect, ...]) -> Turn:
    """The end of the flow where everything is answered, else the first question that is left."""
    state = State(flow.name, flow.version, judged.values, language=language)
    if judged.outcome:
        return conclude(state, judged.outcome, facts, before)
    return advance(state, facts, before, NO_STEP)
