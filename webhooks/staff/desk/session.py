"""What the desk remembers from one visitor to the next: settings and results, no personal data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import session

from bot.domain.checkins.walkups import Registered

KEY = "desk"
MOST = 5
"""Slips that can be printed again without a search."""


@dataclass(frozen=True, slots=True)
class Kept:
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


def kept() -> Kept:
    """What this browser remembers."""
    found: dict[str, Any] = session.get(KEY, {})
    return Kept(**{**found, "slips": tuple(found.get("slips", ()))})


def keep(now: Kept) -> None:
    """Remember it."""
    session[KEY] = asdict(now)


def after_registration(before: Kept, made: Registered, *, language: str, admit: bool, sent: str, other: bool) -> Kept:
    """The memory after a registration; `other`: the form was sent before with other answers."""
    admission = made.admission
    return Kept(
        slips=_first(made.pass_id, before.slips),
        language=language,
        admit=admit,
        made=True,
        sent=sent,
        result=admission.result if admission else "",
        count=admission.admitted_now if admission else 0,
        before=other,
        fresh="new",
    )


def after_printing(before: Kept, pass_id: int) -> Kept:
    """The memory after a slip was chosen to be printed again."""
    return Kept(_first(pass_id, before.slips), before.language, before.admit, fresh="print")


def once_shown(before: Kept) -> Kept:
    """The memory once the page is shown: loading it again prints nothing again."""
    return replace(before, fresh="")


def _first(pass_id: int, others: Sequence[int]) -> tuple[int, ...]:
    return (pass_id, *(one for one in others if one != pass_id))[:MOST]
