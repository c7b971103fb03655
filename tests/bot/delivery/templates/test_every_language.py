"""The chat's questions in every language: in its own words, whole, and short enough for buttons and lists."""

from datetime import UTC, datetime

import pytest

from bot.delivery.outbox import whatsapp_text
from bot.delivery.templates import discovery, interactive
from flows import engine
from flows.sandbox import world as sandbox_world
from flows.shapes import Say, UserInput
from flows.text.languages import LANGUAGES, SOURCE
from flows.text.sentences import MAX_SPOKEN_AT_ONCE

NOW = datetime(2027, 1, 9, 6, tzinfo=UTC)
MAX_GREETING_LINES = 12


def _answers(language: str) -> list[tuple[list[Say], dict[str, object]]]:
    """All that is said in the conversations that discovery plays, at an event that offers every language."""
    told = list[tuple[list[Say], dict[str, object]]]()
    world = sandbox_world.World(NOW, profile_name="Asha Rao")
    world.add(sandbox_world.demo(NOW, languages=tuple(LANGUAGES)))
    kept = None
    for opening in discovery.OPENINGS:
        said = UserInput(opening)
        for number in range(discovery.MAX_TURNS):
            turn, results = sandbox_world.send(world, kept, said)
            kept = engine.to_json(turn.state)
            says = [effect for effect in turn.effects if isinstance(effect, Say)]
            told.append((says, dict(results)))
            if not turn.state.flow or (number and turn.state.flow == "menu"):
                break
            said = discovery._answer(turn, says, language, number)
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_whole_and_fit_buttons_and_lists(language: str) -> None:
    asked = 0
    for says, results in _answers(language):
        text = whatsapp_text.message(says, language, results)
        assert whatsapp_text.ELLIPSIS not in text
        assert interactive.size(text) <= whatsapp_text.MAX_BODY_LENGTH
        if any(say.options for say in says):
            card = interactive.build_card(says, language, results, discovery.SAMPLE_MARK)
            assert card, text
            assert not [value for value in card.values if value.endswith(whatsapp_text.ELLIPSIS)]
            asked += 1
    assert asked > len(discovery.OPENINGS)


def test_the_greeting_is_one_short_message_whatever_is_offered() -> None:
    says, results = _answers(SOURCE)[0]
    greeting = whatsapp_text.message([Say(say.paragraphs) for say in says], None, results)
    assert len(greeting.split("\n")) <= MAX_GREETING_LINES
    titles = [option.id for say in says for option in say.options]
    assert titles == list(LANGUAGES)
    assert MAX_SPOKEN_AT_ONCE < MAX_GREETING_LINES
