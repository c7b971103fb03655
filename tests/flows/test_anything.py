"""Whatever is said, in whatever state: an answer comes, the state can be kept, and nobody is stuck."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import engine
from flows.engine.catalogue import FLOWS
from flows.sandbox import world as sandbox_world
from flows.sandbox.play import spoken
from flows.shapes import FILLED_FORM, EventDay, Person, Register, State, Turn, UserInput
from flows.text.languages import LANGUAGES
from flows.text.translate import MISSING
from flows.understanding import vocabulary
from tests.flows.events import CHILDREN, SCHOOL_CLASS
from tests.flows.gate_world import World
from tests.flows.worlds import CODES, NOW, Talk, on_duty, with_passes

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

GOOD = {
    "language": "1",
    "event": "1",
    "full_name": "Asha Rao",
    "visit_date": "5",
    "party_size": "1",
    "city": "skip",
    "visitor_type": "1",
    "children": "0",
    "agree": "yes",
    "phone": "98765 43210",
    "otp": sandbox_world.OTP,
    "code": "1",
    "choice": "1",
    "gate": "1",
    "meant": "yes",
    "sure": "yes",
    "kind": "1",
    "anyway": "yes",
    "overbook": "yes",
    "admit": "yes",
}
"""An answer that will do, for each question of any flow."""

WORDS = [
    *sorted(vocabulary.current().values("commands")),
    *GOOD.values(),
    *("hi demo", "hi fair", "yes", "no", "0", "99", "-1", "kal", "अगले शनिवार", "31/2", "15 jan", "skip", *CODES),
    *sorted(vocabulary.current().values("gate")),
    *(f"{CODES[0]} 2", f"out {CODES[0]}", f"check {CODES[1]}", "in 5", "out 0", "gate north", "find asha", "7QK2-M9X6"),
    *(
        "register 3 people for saturday",
        "\u202eabc",
        "\x00",
        "👍",
        "x" * 1700,
        "[late]",
        "",
        "{name}",
        "%s",
        "*",
        "&lt;",
    ),
]
FORMS = ["text", "text", "choice", "image", "audio", "video", "sticker", "document", "contact", "location", "other"]
STEPS = sorted({step.name for flow in FLOWS.values() for step in flow.steps} | {"city", "visitor_type", ""})

# Nothing that is typed here looks like a parameter that is missing from a sentence.
typed = st.text(st.characters(exclude_characters=MISSING, codec="utf-8"), max_size=60)
texts = st.one_of(st.sampled_from(WORDS), typed, typed)
choices = st.one_of(
    st.sampled_from(["1", "en", "hi", "yes", "no", "suggested", "skip", "2026-01-16", "continue"]), texts
)
taps = st.builds(UserInput, texts, choices, st.sampled_from(STEPS), st.sampled_from(FORMS))
filled = st.dictionaries(st.sampled_from([*STEPS, "gone"]), st.one_of(choices, st.sampled_from([*GOOD.values()])))
offers = st.fixed_dictionaries(
    {},
    optional={
        "flow": st.sampled_from(["registration", "change", "gone", ""]),
        "event": st.sampled_from(["demo", "gone", ""]),
        "language": st.sampled_from(["en", "hi", "xx", ""]),
        "about": st.sampled_from([*CODES, ""]),
    },
)
sheets = st.builds(lambda given, offer: UserInput(form=FILLED_FORM, filled=given, form_for=offer), filled, offers)
messages = st.one_of(taps, taps, sheets)

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=10)
    | st.sampled_from(["demo", "2026-01-16", "en", CODES[0]]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
answers = st.dictionaries(st.sampled_from([*STEPS, "under", "gone"]), junk, max_size=6)
states = st.fixed_dictionaries(
    {
        "flow": st.sampled_from([*FLOWS, ""]),
        "version": st.sampled_from([-1, 0]),
        "answers": answers,
        "asked": st.sampled_from(STEPS),
        "tries": st.integers(0, 9),
        "stopped": st.booleans(),
        "language": st.sampled_from([None, "en", "hi", "xx", 3]),
        "under": st.none() | st.fixed_dictionaries({"flow": st.sampled_from([*FLOWS, "gone"]), "answers": answers}),
    }
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Worlds with one or two events, with or without passes, places and language."""
    days = draw(st.sampled_from([(), ("2026-01-16",), ("2026-01-16", "2026-01-17")]))
    made = with_passes(*days, profile_name=draw(st.sampled_from(["", "Asha Rao", "🌸", "\u202e"])))
    language = draw(st.sampled_from([None, "en", "hi"]))
    made.person = Person(draw(st.booleans()) or bool(days), language, "+919811111111", draw(st.booleans()))
    made.duty = draw(st.sampled_from([None, None, on_duty(), on_duty(gate="main"), on_duty(gates=(), role="admin")]))
    if draw(st.booleans()):
        made.person = replace(made.person, failed_codes=CODES[:1])
    if draw(st.booleans()):
        made.add(sandbox_world.demo(NOW, "fair", max_party=4, questions=(SCHOOL_CLASS, CHILDREN)), 20)
    if draw(st.booleans()):
        made.events = (
            replace(made.events[0], status=draw(st.sampled_from(["closed", "cancelled", "open"]))),
            *made.events[1:],
        )
    for day in draw(st.sets(st.integers(15, 23), max_size=9)):
        made.places["demo"][date(2026, 1, day)] = EventDay(
            date(2026, 1, day), draw(st.integers(0, 3)), closed=draw(st.booleans())
        )
    return made


def all_is_well(turn: Turn, results: dict[str, Any]) -> None:
    """What holds for every turn."""
    kept = engine.to_json(turn.state)
    assert engine.revive(json.loads(json.dumps(kept))) == (turn.state, False)
    answer = spoken(turn, results)
    assert answer.strip()
    assert MISSING not in answer


def late_is_well(state: State, world: World) -> None:
    """What must hold for a message that was found late; after `stop` nothing is said."""
    turn = engine.step_late(state, world)
    if turn.effects:
        all_is_well(turn, {})
    else:
        assert state.stopped or world.person.stopped


@SLOW
@given(worlds(), st.lists(messages, min_size=1, max_size=12))
def test_any_conversation(world: World, said: list[UserInput]) -> None:
    talk = Talk(world)
    for message in said:
        talk.say(message)
        all_is_well(talk.turn, talk.results)
        late_is_well(talk.turn.state, world)
    get_through(talk)


@SLOW
@given(worlds(), states, messages)
def test_any_state_that_an_older_program_may_have_kept(world: World, kept: dict[str, Any], said: UserInput) -> None:
    state, restarted = engine.revive(kept)
    all_is_well(engine.step(state, said, world, restarted=restarted), GUESSED)
    late_is_well(state, world)
    talk = Talk(world, kept)
    talk.say(said)
    get_through(talk)


GUESSED = {
    **{"code": CODES[0], "day": date(2026, 1, 16), "party_size": 3},
    **{"links": "link", "told": "told", "taken": "taken", "found": "found", "number": 2, "names": "Ravi"},
}


@given(
    st.dictionaries(st.sampled_from(["flow", "version", "answers", "asked", "tries", "stopped", "language"]), junk)
    | junk
)
def test_anything_at_all_in_the_place_of_a_state(kept: Any) -> None:
    state, _ = engine.revive(kept)
    assert state.language is None or state.language in LANGUAGES


def get_through(talk: Talk) -> None:
    """Whatever happened, a greeting, `restart` and good answers lead to the end of a conversation."""
    talk.world.events = tuple(replace(event, status="open") for event in talk.world.events)
    for slug, days in talk.world.places.items():
        talk.world.places[slug] = {day: EventDay(day, None, closed=False) for day in days}
    talk.world.passes, talk.world.duty = (), None
    talk.say("restart", "start", "register", "restart")
    for _ in range(15):
        if not talk.turn.state.flow or talk.turn.state.flow == "menu":
            break
        talk.say(GOOD[talk.asked])
    assert any(isinstance(effect, Register) for effect in talk.turn.effects)
