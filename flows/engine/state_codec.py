"""The state of a conversation as JSON, and back, also from another version of the program."""

from collections.abc import Mapping
from typing import Any

from flows.engine.catalogue import FLOWS
from flows.shapes import State
from flows.text.languages import LANGUAGES

_TYPES: Mapping[str, type] = {
    "flow": str,
    "version": int,
    "answers": dict,
    "asked": str,
    "tries": int,
    "stopped": bool,
}


def to_json(state: State) -> dict[str, Any]:
    """The state as JSON."""
    return {
        "flow": state.flow,
        "version": state.version,
        "answers": dict(state.answers),
        "asked": state.asked,
        "tries": state.tries,
        "language": state.language,
        "stopped": state.stopped,
        "under": dict(state.under) if state.under else None,
    }


def revive(stored: Mapping[str, Any] | None) -> tuple[State, bool]:
    """The state that was kept, and whether the conversation had to be given up because it cannot be read.

    Never raises, whatever is given: an older or newer version of this program may have written it.
    Language and the wish to be left alone are kept as long as they can be read.
    """
    if stored is None:
        return State(), False
    if not isinstance(stored, Mapping) or any(not isinstance(stored.get(name), kind) for name, kind in _TYPES.items()):
        return _stored_remains(stored), True
    if stored["flow"] and stored["flow"] not in FLOWS:
        return _stored_remains(stored), True
    under = stored.get("under")
    state = State(**{name: stored[name] for name in _TYPES}, under=under if isinstance(under, Mapping) else None)
    return state.but(language=_language(stored)), False


def _stored_remains(stored: Any) -> State:
    if not isinstance(stored, Mapping):
        return State()
    return State(language=_language(stored), stopped=stored.get("stopped") is True)


def _language(stored: Mapping[str, Any]) -> str | None:
    language = stored.get("language")
    return language if isinstance(language, str) and language in LANGUAGES else None


def flows_of(state: State) -> tuple[str, str]:
    """The conversation that is going on, and the one below it."""
    return state.flow, revive(state.under)[0].flow
