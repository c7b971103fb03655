"""A process that takes one message and dies at a chosen point. Run by test_crashes.py as a process of its own."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from bot.conversation import turn
from bot.conversation.dialogue import Dialogue
from bot.conversation.store import ConversationStore
from bot.delivery.dispatch import Outbox
from bot.service import assemble
from bot.settings import Settings
from tests.races.people import message

DIED = 9


def die(*_: Any, **__: Any) -> Any:
    """End at once, as a killed process does: no handler runs, nothing is flushed."""
    os._exit(DIED)


def before_the_turn() -> None:
    turn.TurnRunner.run = die  # type: ignore[method-assign]  # the point where it dies


def inside_the_transaction() -> None:
    turn.TurnRunner._answer = die  # type: ignore[method-assign]  # the point where it dies


def after_the_facts_are_kept() -> None:
    Dialogue._persist = die  # type: ignore[method-assign]  # the point where it dies


def after_the_state_is_kept() -> None:
    Outbox.dispatch = die  # type: ignore[method-assign]  # the point where it dies


def before_the_message_is_taken_off() -> None:
    ConversationStore.commit = die  # type: ignore[method-assign]  # the point where it dies


POINTS: dict[str, Callable[[], None]] = {
    point.__name__: point
    for point in (
        before_the_turn,
        inside_the_transaction,
        after_the_facts_are_kept,
        before_the_message_is_taken_off,
        after_the_state_is_kept,
    )
}


def take(settings: Mapping[str, Any], point: str, place: int) -> None:
    """Take the message of this place and die at the point; the process's whole life."""
    service = assemble(Settings(**settings))
    POINTS[point]()
    service.dialogue.handle(message(0, place))
