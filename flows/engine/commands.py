"""What command words do, inside a question and while no flow is active; where a conversation begins."""

from dataclasses import replace

from flows import understanding
from flows.engine.catalogue import BEGUN_BY, FLOWS, HOME, INTERRUPTING, VISITING, entrance
from flows.engine.progress import NO_LOSS, NOTHING, back, begin, come_back, go_on, idle, left_behind, say
from flows.engine.state_codec import revive, to_json
from flows.gate.commands import AS_VISITOR
from flows.shapes import Facts, Outcome, Said, Say, Sentence, Start, State, Step, StopMessages, Turn
from flows.text import phrases, sentence_for
from flows.understanding import intents, small_talk
from flows.visitor import confirm_intent
from flows.visitor.undelivered import to_be_told


def command_of(said: Said) -> str:
    """The command that somebody typed, by its name; empty when it is none."""
    return intents.command(said.text) if said.form == "text" else ""


def event_greeted(said: Said, facts: Facts) -> str:
    """The event that somebody greets (`hi book-fair`), by its slug; empty where it is none of ours."""
    name = understanding.greeting(said.text) if said.form == "text" else ""
    if not name:
        return ""
    slugs = {understanding.plain(event.slug): event.slug for event in facts.events}
    meant = name if name in slugs else understanding.nearest(name, tuple(slugs))
    return slugs.get(meant, "")


def visit(state: State, slug: str, facts: Facts) -> Turn:
    """Begin a registration for this event; one that is going on is gone on with."""
    if state.flow == VISITING and state.answers.get("event") == slug:
        return repeated(state, facts)
    before = (*to_be_told(facts), *left_behind(state))
    return begin(idle(state), Start(VISITING, {"event": slug}), facts, before=before)


# --- nothing is going on ------------------------------------------------------------------------


def at_rest(state: State, said: Said, facts: Facts) -> Turn:
    """The turn of a message while nothing is going on."""
    word = command_of(said)
    if word == "stop":
        return stop(state)
    if not word and said.form == "text":
        asked = ask_whether_meant(state, said, facts)
        if asked is not None:
            return asked
        word = understanding.near_command(said.text)
    if word == "help":
        return Turn(idle(state), say(phrases.HELP))
    if word in BEGUN_BY:
        return begin(idle(state), Start(BEGUN_BY[word]), facts, before=to_be_told(facts))
    return enter(state, said, facts)


def enter(state: State, said: Said, facts: Facts) -> Turn:
    """Begin whatever fits the words and the person; `hi <slug>` names the event."""
    slug = event_greeted(said, facts)
    if slug:
        return visit(state, slug, facts)
    text = understanding.cleaned(said.text)[: understanding.LONGEST] if said.form == "text" else ""
    start = entrance(text, facts, state.language)
    turn = begin(idle(state), start, facts, text, to_be_told(facts))
    return replace(turn, effects=(*_not_understood(said, start, turn), *turn.effects))


def _not_understood(said: Said, start: Start, turn: Turn) -> tuple[Say, ...]:
    """Says that the words were not understood, where the answer would be the same for any words."""
    if said.form not in ("text", "choice"):
        return say(sentence_for("not_text"))
    taken = set(turn.state.answers) - {*start.answers, *NO_LOSS}
    general = start.flow in (HOME, VISITING) and not start.answers and not taken
    return say(phrases.UNKNOWN_WORDS) if said.form == "text" and general and not small_talk.is_any(said.text) else ()


# --- what may be meant --------------------------------------------------------------------------


def ask_whether_meant(state: State, said: Said, facts: Facts) -> Turn | None:
    """Ask whether something hard to take back is meant by words that are not plain; None where they are about
    something else, or at a gate.
    """
    wish = intents.read(said.text).command
    if not wish and state.flow in ("", HOME):
        wish = intents.near(said.text)
    if not wish or (wish == intents.CANCEL_PASS and not facts.passes) or _works_at_a_gate(state, facts):
        return None
    below = state.under if state.flow in INTERRUPTING else to_json(state.but(under=None)) if state.flow else None
    anybody = not (state.language or facts.person.language)
    answers = {
        confirm_intent.WISH: wish,
        confirm_intent.ANYBODY: anybody,
        **({"under": below["flow"]} if below else {}),
    }
    return begin(idle(state).but(under=below), Start(confirm_intent.NAME, answers), facts)


def _works_at_a_gate(state: State, facts: Facts) -> bool:
    beneath = revive(state.under)[0].answers
    return facts.duty is not None and AS_VISITOR not in state.answers and AS_VISITOR not in beneath


# --- commands -----------------------------------------------------------------------------------


def obey(state: State, step: Step | None, word: str, facts: Facts) -> Turn | None:
    """The turn for a command word inside a question; None where it is no command there."""
    effects = step.also(word, state.answers, facts) if step and word else ()
    if effects:
        return go_on(state, facts, effects, NOTHING)
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
            return come_back(state, facts, say(phrases.LEFT) if state.under is None else ())
        case _ if word in BEGUN_BY:
            return begin_by_command(state, BEGUN_BY[word], facts)
    return None


def begin_by_command(state: State, flow: str, facts: Facts) -> Turn:
    """Leave the open question for another flow, or interrupt it; the flow it belongs to is not begun anew."""
    if flow == state.flow:
        return repeated(state, facts)
    below = state.under if state.flow in INTERRUPTING else to_json(state.but(under=None))
    dead_end = FLOWS[flow].instead({}, facts) if below else ()
    if dead_end:
        return _dissuaded(state, dead_end, facts)
    if flow not in INTERRUPTING:
        return begin(idle(state), Start(flow), facts, before=(*to_be_told(facts), *left_behind(state)))
    answers = {"under": below["flow"]} if below else {}
    return begin(idle(state).but(under=below), Start(flow, answers), facts, before=to_be_told(facts))


def _dissuaded(state: State, dead_end: Outcome, facts: Facts) -> Turn:
    """Why a flow cannot be begun, and the open question again: nothing is given up for nothing."""
    reasons = tuple(effect for effect in dead_end if isinstance(effect, Say))
    return go_on(state, facts, (*reasons, *say(phrases.CORRECT)), NOTHING)


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
    return go_on(state, facts, say(*notes), NOTHING)
