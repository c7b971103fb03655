"""What the desk remembers from one visitor to the next: settings and results, no personal data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import session

from bot.domain.checkins.walkups import RegisteredWalkup

SESSION_KEY = "desk"
MAX_SLIPS = 5
"""Slips that can be printed again without a search."""


@dataclass(frozen=True, slots=True)
class DeskSession:
    """How things stand at this desk, in its browser's session."""

    slips: tuple[int, ...] = ()
    """Ids of the passes whose slips were made here, the last first."""
    language: str = ""
    """That the last visitor was registered in."""
    admit: bool = False
    """Whether the last one was let in at once."""
    made: bool = False
    """Whether the last slip is of a registration, or else one that was printed again."""
    sent: str = ""
    """How that pass goes to their phone."""
    result: str = ""
    """The result of their admission (docs/contract.md#check-in-results); empty where nobody asked to let them in."""
    count: int = 0
    """People who were let in."""
    before: bool = False
    """Whether this registration had been made before, with other answers."""
    fresh: str = ""
    """What is to happen once the page is there: `new` slip, or one to `print`."""


def load_session() -> DeskSession:
    """What this browser remembers."""
    found: dict[str, Any] = session.get(SESSION_KEY, {})
    return DeskSession(**{**found, "slips": tuple(found.get("slips", ()))})


def save_session(now: DeskSession) -> None:
    """Remember it."""
    session[SESSION_KEY] = asdict(now)


def after_registration(
    session: DeskSession, registered: RegisteredWalkup, *, language: str, admit: bool, sent: str, other: bool
) -> DeskSession:
    """The memory after a registration; `other`: the form was sent before with other answers."""
    admission = registered.admission
    return DeskSession(
        slips=_first(registered.pass_id, session.slips),
        language=language,
        admit=admit,
        made=True,
        sent=sent,
        result=admission.result if admission else "",
        count=admission.admitted_now if admission else 0,
        before=other,
        fresh="new",
    )


def after_printing(session: DeskSession, pass_id: int) -> DeskSession:
    """The memory after a slip was chosen to be printed again."""
    return DeskSession(_first(pass_id, session.slips), session.language, session.admit, fresh="print")


def _first(pass_id: int, others: Sequence[int]) -> tuple[int, ...]:
    return (pass_id, *(other_id for other_id in others if other_id != pass_id))[:MAX_SLIPS]
