"""Questions of the gate: which gate, which pass was meant by a mistyped code, whether a large count is right."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flows.fields import Choice, YesNo
from flows.gate import begun_at
from flows.gate.commands import (
    ASK_GATE,
    ASKED_AT_KEY,
    LARGE,
    OFFER,
    WAITING_KEY,
    chosen_gate,
    counted,
    merged,
    outcome,
    scan_outcome,
)
from flows.gate.menu import AT_WHICH_GATE, closed, menu
from flows.shapes import Answers, Facts, Flow, Option, Outcome, Say, Sentence, Step, UserInput
from flows.shapes.gate_effects import ChooseGate
from flows.shapes.scans import DIRECTIONS, IN, Scanned
from flows.text import _, words
from flows.text.choices import people
from flows.text.literal import escape

QUESTION_TTL = timedelta(minutes=5)
"""How long what was sent before a question waits for its answer: later nobody stands at the gate for it."""
NOBODY_COUNTED = _("Nobody was counted.")
NOTHING_DONE = _("Nobody was admitted.")


# --- at which gate ------------------------------------------------------------------------------


def _ask_gate(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    """The question for the gate; it says so where the volunteer's gate was closed meanwhile."""
    return (*(closed(facts.duty) if facts.duty else ()), AT_WHICH_GATE)


def _chosen(answers: Answers, facts: Facts, language: str) -> Outcome:
    """Keeps the gate, and goes on with what was asked for before it was known."""
    if facts.duty is None:
        return ()
    messages = waiting(answers, facts)
    heard, duty = merged(messages), replace(facts.duty, gate=answers["gate"])
    if not heard.word:
        return chosen_gate(answers["gate"], facts.duty)
    return (ChooseGate(duty.staff_id, answers["gate"]), *outcome(heard, messages, duty, facts))


def is_fresh(answers: Answers, facts: Facts) -> bool:
    """Whether the question was asked a moment ago: a yes of tomorrow admits nobody."""
    try:
        asked = datetime.fromisoformat(str(answers.get(ASKED_AT_KEY)))
    except ValueError:
        return False
    return asked.tzinfo is not None and facts.now - asked < QUESTION_TTL


def waiting(answers: Answers, facts: Facts) -> tuple[UserInput, ...]:
    """What was sent a moment ago, before the gate was known; nothing where the answers are not what we keep."""
    kept = answers.get(WAITING_KEY)
    if not is_fresh(answers, facts) or not isinstance(kept, list):
        return ()
    return tuple(_restore_message(stored) for stored in kept if isinstance(stored, dict))


def _restore_message(stored: dict[str, Any]) -> UserInput:
    text, photo = stored.get("words"), stored.get("photo")
    found = tuple(code for code in photo if isinstance(code, str)) if isinstance(photo, list) else ()
    return UserInput(text if isinstance(text, str) else "", codes=found)


def _no_choice(answers: Answers, facts: Facts) -> Outcome:
    """Ends the question where all gates of the event have been closed meanwhile."""
    if facts.duty is None or facts.duty.gates:
        return ()
    return (Say(menu(facts.duty)),)


ASK_GATE_FLOW = Flow(
    name=ASK_GATE,
    version=2,
    steps=(
        Step(
            "gate",
            _ask_gate,
            Choice(
                lambda answers, facts: tuple(
                    Option(slug, words(escape(name))) for slug, name in (facts.duty.gates if facts.duty else ())
                )
            ),
            example=words("1"),
        ),
    ),
    finish=_chosen,
    instead=begun_at.for_its_event(_no_choice),
)
"""Asked once: the roster keeps it."""

# --- was it this pass ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Confirmed(YesNo):
    """A yes in words: without a list, so that no number admits anybody."""

    def options(self, known: object) -> tuple[Option, ...]:
        """None."""
        return ()


def _ask(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    party = people(answers["party"])
    told = _("Is it *{code}*, {name}, {people}?", code=answers["code"], name=escape(answers["name"]), people=party)
    return (told, _("Compare it with the pass, then reply *yes* or *no*."))


def _confirmed(answers: Answers, facts: Facts, language: str) -> Outcome:
    if facts.duty is None or not answers["meant"]:
        return (Say((NOTHING_DONE,)),)
    scan = Scanned(answers["code"], **{name: answers[name] for name in ("direction", "count", "simulate")})
    return scan_outcome(facts.duty, scan)


def _forgotten(answers: Answers, facts: Facts) -> Outcome:
    """Ends the question where the kept state has no pass."""
    kinds = {"code": str, "name": str, "party": int, "direction": str, "simulate": bool}
    whole = all(isinstance(answers.get(name), kind) for name, kind in kinds.items())
    known = whole and answers["direction"] in DIRECTIONS and isinstance(answers.get("count"), int | None)
    return () if known else (Say((NOTHING_DONE,)),)


CONFIRM_NEAR_PASS = Flow(
    name=OFFER,
    version=1,
    steps=(Step("meant", _ask, Confirmed(), example=words("yes")),),
    finish=_confirmed,
    instead=begun_at.for_its_event(_forgotten),
)
"""The one pass of today that differs by one character from what was typed; nobody is admitted without a yes."""

# --- so many people at once ---------------------------------------------------------------------


def _ask_large(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    number = {"number": answers["people"]}
    inwards = answers["direction"] == IN
    asked = (
        _("Count {number} people in at once?", **number)
        if inwards
        else _("Count {number} people out at once?", **number)
    )
    return (asked, _("Reply *yes* or *no*."))


def _counted(answers: Answers, facts: Facts, language: str) -> Outcome:
    if facts.duty is None or not answers["sure"]:
        return (Say((NOBODY_COUNTED,)),)
    return counted(facts.duty, answers["direction"], answers["people"])


def _uncountable(answers: Answers, facts: Facts) -> Outcome:
    """Ends the question where the kept state has no count."""
    known = answers.get("direction") in DIRECTIONS and isinstance(answers.get("people"), int)
    return () if known else (Say((NOBODY_COUNTED,)),)


CONFIRM_LARGE_COUNT = Flow(
    name=LARGE,
    version=1,
    steps=(Step("sure", _ask_large, Confirmed(), example=words("yes")),),
    finish=_counted,
    instead=begun_at.for_its_event(_uncountable),
)
"""More people at once than are often counted; nobody is counted without a yes."""

ASKED_AT_GATES = frozenset({ASK_GATE, OFFER, LARGE})
SHORT_LIVED = frozenset({OFFER, LARGE})
"""Questions to which only a yes or no of the next minutes is an answer."""
