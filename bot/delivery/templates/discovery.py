"""Finds the templates that the flows need: plays the conversations of each event in every language.

Nobody writes a list of questions down: a conversation with each event is played in a world in memory and
the shape of every question noted. What real conversations need besides is noted when they need it
(bot.delivery.templates).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.delivery.templates import interactive
from bot.delivery.templates.interactive import MAX_BUTTONS, CardShape
from flows import engine
from flows.sandbox import world as sandbox_world
from flows.shapes import Event, EventDay, Say, Turn, UserInput

MAX_TURNS = 40
"""Turns of one played conversation at most: more than any flow has questions."""
OPENINGS = ("hi", "hi", "change", "register someone else", "language", "cancel pass")
"""What is begun, one after the other: the second `hi` is greeted as somebody with a pass."""
SAMPLE_ANSWERS = {"full_name": "Asha Rao", "phone": "+91 98765 43210", "otp": sandbox_world.OTP}
ANY_ANSWER = ("1", "Delhi", "skip")
"""Answers to try in turn where a question has no options and no answer above."""
SAMPLE_MARK = "visit_date.01234567:"


def needed_shapes(events: Sequence[tuple[Event, Sequence[EventDay]]], now: datetime) -> set[str]:
    """The names of the shapes that questions about these events have, open or not, and fewer rows of them."""
    seen: set[CardShape] = set()
    for choice in [[event_and_days] for event_and_days in events] + ([list(events)] if len(events) > 1 else []):
        for language in dict.fromkeys(code for event, _days in choice for code in event.languages):
            seen |= set(_asked(_world(choice, now), language))
    return {shape.name for shape in with_other_counts(seen)}


def with_other_counts(shapes_seen: Iterable[CardShape]) -> set[CardShape]:
    """These shapes, those of shorter lists with the same text, and each with a line about a wrong answer before it."""
    shorter = {
        CardShape("buttons" if shape.kind != "details" and rows <= MAX_BUTTONS else shape.kind, rows, shape.layout)
        for shape in shapes_seen
        for rows in (range(1, shape.rows + 1) if shape.kind != "buttons" else [shape.rows])
    }
    return shorter | {CardShape(shape.kind, shape.rows, (1, *shape.layout)) for shape in shorter}


def _world(events: Sequence[tuple[Event, Sequence[EventDay]]], now: datetime) -> sandbox_world.World:
    places = {event.slug: {day.day: day for day in days} for event, days in events}
    return sandbox_world.World(
        now, tuple(event for event, _days in events), places, profile_name=SAMPLE_ANSWERS["full_name"]
    )


def _asked(world: sandbox_world.World, language: str) -> Iterator[CardShape]:
    """The shapes of all questions of these conversations."""
    kept: dict[str, Any] | None = None
    for opening in OPENINGS:
        said = UserInput(opening)
        for turn_number in range(MAX_TURNS):
            turn, results = sandbox_world.send(world, kept, said)
            kept = engine.to_json(turn.state)
            says = [effect for effect in turn.effects if isinstance(effect, Say)]
            made = interactive.build_card(says, turn.state.language, results, SAMPLE_MARK)
            if made:
                yield made.shape
            if not turn.state.flow or (turn_number and turn.state.flow == "menu"):
                break
            said = _answer(turn, says, language, turn_number)


def _answer(turn: Turn, says: Sequence[Say], language: str, turn_number: int) -> UserInput:
    """An answer that leads on, to whatever was asked."""
    options = [option.id for say in says for option in say.options]
    if turn.state.asked == "language":
        return UserInput(choice=language, form="choice")
    if turn.state.asked not in SAMPLE_ANSWERS and options:
        return UserInput(choice=options[0], form="choice")
    return UserInput(SAMPLE_ANSWERS.get(turn.state.asked) or ANY_ANSWER[turn.state.tries % len(ANY_ANSWER)])
