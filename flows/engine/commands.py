"""What command words do, inside a question and while no flow is active; where a conversation begins."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows import understanding
from flows.engine.catalogue import BEGUN_BY, FLOWS, HOME, INTERRUPTING, VISITING, entrance
from flows.engine.progress import EXPENDABLE_ANSWERS, NO_STEP, abandoned_notice, advance, back, begin, idle, resume, say
from flows.engine.state_codec import revive, to_json
from flows.gate.commands import AS_VISITOR_KEY
from flows.shapes import Effect, Facts, Outcome, Say, Sentence, Start, State, Step, StopMessages, Turn, UserInput
from flows.text import phrases, sentence_for
from flows.understanding import intents, small_talk
from flows.visitor import confirm_intent, join_team
from flows.visitor.undelivered import pending_notices


def command_of(message: UserInput) -> str:
    """The command that somebody typed, by its name; empty when it is none."""
    return intents.command(message.text) if message.form == "text" else ""


def event_greeted(message: UserInput, facts: Facts) -> str:
    """The event that somebody greets (`hi book-fair`), by its slug; empty where it is none of ours."""
    name = understanding.greeting(message.text) if message.form == "text" else ""
    if not name:
        return ""
    slugs = {understanding.plain(event.slug): event.slug for event in facts.events}
    meant = name if name in slugs else understanding.nearest(name, tuple(slugs))
    return slugs.get(meant, "")


def visit(state: State, slug: str, facts: Facts) -> Turn:
    """Begin a registration for this event; one that is going on is gone on with."""
    if state.flow == VISITING and state.answers.get("event") == slug:
        return repeated(state, facts)
    before = (*pending_notices(facts), *abandoned_notice(state))
    return begin(idle(state), Start(VISITING, {"event": slug}), facts, before=before)


def accept_invitation(state: State, invitation: str, facts: Facts) -> Turn:
    """Begin to join a team; whatever is going on goes on afterwards."""
    start, before = join_team.start(invitation, state.language or facts.person.language)
    return _interrupt(state, start, facts, before)


def _interrupt(state: State, start: Start, facts: Facts, before: tuple[Effect, ...] = ()) -> Turn:
    """Begin a flow after which whatever is going on goes on."""
    below = _below(state)
    answers = {**start.answers, **({"under": below["flow"]} if below else {})}
    return begin(idle(state).but(under=below), Start(start.flow, answers), facts, before=before)


def _below(state: State) -> Mapping[str, Any] | None:
    """What would go on after a flow that is begun now."""
    if state.flow in INTERRUPTING:
        return state.under
    return to_json(state.but(under=None)) if state.flow else None


# --- nothing is going on ------------------------------------------------------------------------


def start_conversation(state: State, message: UserInput, facts: Facts) -> Turn:
    """The turn of a message while nothing is going on."""
    word = command_of(message)
    if word == "stop":
        return stop(state)
    if not word and message.form == "text":
        asked = ask_whether_meant(state, message, facts)
        if asked is not None:
            return asked
        word = understanding.near_command(message.text)
    if word == "help":
        return Turn(idle(state), say(phrases.HELP))
    if word in BEGUN_BY:
        return begin(idle(state), Start(BEGUN_BY[word]), facts, before=pending_notices(facts))
    return enter(state, message, facts)


def enter(state: State, message: UserInput, facts: Facts) -> Turn:
    """Begin whatever fits the words and the person; `hi <slug>` names the event."""
    slug = event_greeted(message, facts)
    if slug:
        return visit(state, slug, facts)
    text = understanding.cleaned(message.text)[: understanding.MAX_GUESS_LENGTH] if message.form == "text" else ""
    start = entrance(text, facts, state.language)
    turn = begin(idle(state), start, facts, text, pending_notices(facts))
    return replace(turn, effects=(*_not_understood(message, start, turn), *turn.effects))


def _not_understood(message: UserInput, start: Start, turn: Turn) -> tuple[Say, ...]:
    """Says that the words were not understood, where the answer would be the same for any words."""
    if message.form not in ("text", "choice"):
        return say(sentence_for("not_text"))
    taken = set(turn.state.answers) - {*start.answers, *EXPENDABLE_ANSWERS}
    general = start.flow in (HOME, VISITING) and not start.answers and not taken
    return (
        say(phrases.UNKNOWN_WORDS) if message.form == "text" and general and not small_talk.is_any(message.text) else ()
    )


# --- what may be meant --------------------------------------------------------------------------


def ask_whether_meant(state: State, message: UserInput, facts: Facts) -> Turn | None:
    """Ask whether something hard to take back is meant by words that are not plain; None where they are about
    something else, or at a gate.
    """
    wish = intents.read(message.text).command
    if not wish and state.flow in ("", HOME):
        wish = intents.near(message.text)
    if not wish or (wish == intents.CANCEL_PASS and not facts.passes) or _works_at_a_gate(state, facts):
        return None
    anybody = not (state.language or facts.person.language)
    answers = {confirm_intent.COMMAND_KEY: wish, confirm_intent.NO_LANGUAGE_KEY: anybody}
    return _interrupt(state, Start(confirm_intent.NAME, answers), facts)


def _works_at_a_gate(state: State, facts: Facts) -> bool:
    beneath = revive(state.under)[0].answers
    return facts.duty is not None and AS_VISITOR_KEY not in state.answers and AS_VISITOR_KEY not in beneath


# --- commands -----------------------------------------------------------------------------------


def run_command(state: State, step: Step | None, word: str, facts: Facts) -> Turn | None:
    """The turn for a command word inside a question; None where it is no command there."""
    effects = step.also(word, state.answers, facts) if step and word else ()
    if effects:
        return advance(state, facts, effects, NO_STEP)
    match word:
        case "hi" | "start":
            return repeated(state, facts)
        case "help":
            return repeated(state, facts, phrases.HELP)
        case "back":
            return back(state, facts)
        case "restart":
            return restart(state, facts)
        case "stop":
            return stop(state)
        case "cancel" if state.flow != HOME or state.under is not None:
            return resume(state, facts, say(phrases.LEFT) if state.under is None else ())
        case _ if word in BEGUN_BY:
            return begin_by_command(state, BEGUN_BY[word], facts)
    return None


def begin_by_command(state: State, flow: str, facts: Facts) -> Turn:
    """Leave the open question for another flow, or interrupt it; the flow it belongs to is not begun anew."""
    if flow == state.flow:
        return repeated(state, facts)
    dead_end = FLOWS[flow].instead({}, facts) if _below(state) else ()
    if dead_end:
        return _dissuaded(state, dead_end, facts)
    if flow not in INTERRUPTING:
        return begin(idle(state), Start(flow), facts, before=(*pending_notices(facts), *abandoned_notice(state)))
    return _interrupt(state, Start(flow), facts, pending_notices(facts))


def _dissuaded(state: State, dead_end: Outcome, facts: Facts) -> Turn:
    """Why a flow cannot be begun, and the open question again: nothing is given up for nothing."""
    reasons = tuple(effect for effect in dead_end if isinstance(effect, Say))
    return advance(state, facts, (*reasons, *say(phrases.CORRECT)), NO_STEP)


def restart(state: State, facts: Facts) -> Turn:
    """Begin the flow again, in the language that was chosen."""
    below, unreadable = revive(state.under)
    flow = state.flow if state.under is None or unreadable else below.flow
    return begin(idle(state), Start(flow), facts, before=say(phrases.RESTARTED))


def stop(state: State) -> Turn:
    """End whatever is going on, and every message that was not asked for."""
    return Turn(idle(state).but(stopped=True), (*say(phrases.STOPPED), StopMessages()))


def repeated(state: State, facts: Facts, *notes: Sentence) -> Turn:
    """The open question again, or what comes instead by now."""
    return advance(state, facts, say(*notes), NO_STEP)
