"""How a sentence is read where a question stands open: what the conversation makes of it, in a word.

Today is Thursday 3 December 2026, 10:00 in Asia/Kolkata. One event is open, until 11 December, for parties of
1 to 10; its languages are English and Hindi, or English and the file's; its own question is the city, which may be
left out.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from functools import cache

from flows.sandbox.world import demo
from flows.shapes import Register, StopMessages, Turn
from flows.shapes.gate_effects import Admit
from flows.shapes.scans import OUT, Scanned
from flows.text.languages import CONFIRMED, SOURCE
from flows.understanding import codes
from tests.flows import gate_facts
from tests.flows.gate_world import World
from tests.flows.turns import says
from tests.flows.worlds import Talk, with_passes

NOW = datetime.fromisoformat("2026-12-03T10:00+05:30")
PASSES = {"A": "7QK2-M9X5", "B": "9XK4-P2CZ"}
"""The passes that wait at the gate, by the letter that stands for each in an expected reading."""
LED_TO = {"cancellation": "cancel_pass", "delete_data": "delete_data", "unsure": "ask"}
"""What a conversation that asks `really?` is about."""
HARD = frozenset(("stop", *LED_TO.values()))
"""What is hard to take back, and must not happen to a sentence that is expected to be `not`."""


def right(reading: str, expected: str) -> bool:
    """Whether a reading is one of those expected, which `/` separates."""
    wanted = [one.strip() for one in expected.split("/")]
    return reading in wanted or ("not" in wanted and reading not in HARD | {"ask"})


def is_asked(reading: str) -> bool:
    """Whether a reading takes nothing and does nothing: whoever wrote it is asked."""
    return reading in ("ask", "nothing", "nobody", "not")


def reading(section: str, sentence: str, language: str = "en") -> str:
    """How a sentence is read in a section; raises KeyError for a section that there is not."""
    return READERS[section](sentence, language)


def offered(language: str) -> tuple[str, ...]:
    """The languages of the event at which this one is spoken."""
    return CONFIRMED if language in CONFIRMED else (SOURCE, language)


def _a_world(language: str) -> World:
    world = World(NOW, profile_name="Asha Rao")
    world.add(demo(NOW, languages=offered(language)))
    return world


def _asked(question: str, language: str) -> Talk:
    """A conversation of its own in which this question of the registration stands open."""
    return deepcopy(_led_to(question, language))


@cache
def _led_to(question: str, language: str) -> Talk:
    talk = Talk(_a_world(language))
    answers = ("hi", str(offered(language).index(language) + 1), "Ravi Kumar", "1", "3", "Delhi")
    for answer in answers:
        talk.say(answer)
        if talk.asked == question:
            return talk
    raise AssertionError(f"{question} is not asked")


def _first_message(sentence: str, language: str) -> str:
    answers = Talk(_a_world(language)).say(sentence).state.answers
    taken = [f"{name}={answers[name]}" for name in ("visit_date", "party_size") if name in answers]
    return " ".join(taken) or "nothing"


def _answer_to(question: str) -> Callable[[str, str], str]:
    """The answer that is kept, or `ask` where none is."""

    def read(sentence: str, language: str) -> str:
        answers = _asked(question, language).say(sentence).state.answers
        return str(answers.get(question, "ask"))

    return read


def _agree(sentence: str, language: str) -> str:
    turn = _asked("agree", language).say(sentence)
    if any(isinstance(effect, Register) for effect in turn.effects):
        return "yes"
    return "no" if says(turn, "not_agreed") else "ask"


def _language(sentence: str, language: str) -> str:
    return _asked("language", language).say(sentence).state.language or "ask"


def _at_rest(sentence: str, language: str) -> str:
    world = with_passes("2026-12-05", now=NOW, events=(), places={}, profile_name="Asha Rao")
    world.add(demo(NOW, languages=offered(language)))
    return _heard_as(Talk(world, {"language": language}).say(sentence)) or "not"


def _inside(question: str) -> Callable[[str, str], str]:
    """What becomes of a sentence at a question: something hard to take back, the answer, or the question again."""

    def read(sentence: str, language: str) -> str:
        turn = _asked(question, language).say(sentence)
        if heard := _heard_as(turn):
            return heard
        if question in turn.state.answers:
            return "answer"
        return "ask" if turn.state.asked == question else "not"

    return read


def _heard_as(turn: Turn) -> str:
    if any(isinstance(effect, StopMessages) for effect in turn.effects):
        return "stop"
    return LED_TO.get(turn.state.flow, "")


def _gate(sentence: str, language: str) -> str:
    world = _a_world(language)
    gate_facts.duty(world, "volunteer main")
    for code in PASSES.values():
        gate_facts.at_gate(world, f"{code} demo 2026-12-03 4 Asha Rao")
    effects = Talk(world, {"language": language}).say(sentence).effects
    scans = [scan for effect in effects if isinstance(effect, Admit) for scan in effect.scans]
    done: dict[str, list[str]] = {}
    for scan in scans:
        done.setdefault(_what(scan), []).append(_which(scan))
    return " ".join(f"{what} {' '.join(sorted(passes))}" for what, passes in sorted(done.items())) or "nobody"


def _what(scan: Scanned) -> str:
    if scan.simulate:
        return "check"
    return "out" if scan.direction == OUT else "admit"


def _which(scan: Scanned) -> str:
    meant = codes.corrected(scan.text)
    letter = next((letter for letter, code in PASSES.items() if codes.corrected(code) == meant), scan.text)
    return letter if scan.count is None else f"{letter}:{scan.count}"


READERS: Mapping[str, Callable[[str, str], str]] = {
    "first message": _first_message,
    "visit_date": _answer_to("visit_date"),
    "party_size": _answer_to("party_size"),
    "full_name": _answer_to("full_name"),
    "agree": _agree,
    "language": _language,
    "at rest": _at_rest,
    "in full_name": _inside("full_name"),
    "in city": _inside("city"),
    "gate": _gate,
}
"""How each section of the corpus is read."""
