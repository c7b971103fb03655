"""The effects of the gate.

Each is performed for `staff_id`, who has been found on the roster in the same turn.
"""

from dataclasses import dataclass

from flows.shapes import Effect
from flows.shapes.scans import Scanned


@dataclass(frozen=True, slots=True)
class OfStaff:
    """What somebody of the team wants done."""

    staff_id: int


@dataclass(frozen=True, slots=True)
class AtEvent(OfStaff):
    """What they want done at the event that they work for."""

    event: str


@dataclass(frozen=True, slots=True)
class Admit(AtEvent, Effect):
    """Judge these scans, one after the other; refuses nothing for any result, so that attempts are kept.

    Results: `told`, the lines of the answer; with `paused` in them where this volunteer guessed too often.
    """

    gate: str | None
    timezone: str
    scans: tuple[Scanned, ...]


@dataclass(frozen=True, slots=True)
class NoteOffer(AtEvent, Effect):
    """Keep that this volunteer was offered a pass that differs by one character from what was typed."""

    code: str


@dataclass(frozen=True, slots=True)
class CountPeople(AtEvent, Effect):
    """Count people in or out without a pass; refuses `bad_count`."""

    gate: str | None
    direction: str
    people: int


@dataclass(frozen=True, slots=True)
class TakeBack(OfStaff, Effect):
    """Take back the volunteer's own last admission, or their last count of people where that came later.

    With `passes` (codes or QR texts) the last that they did with each of these, and nothing else; why one is not
    taken back is told in its line, and the others are. Without, refuses `nothing_to_undo`, `already_undone`,
    `undo_too_late`, `gone_meanwhile`. Results: `taken`, a sentence of a line for each.
    """

    passes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteSearch(AtEvent, Effect):
    """Keep that passes were looked for, and which were shown."""

    by: str
    """`name` or `phone`."""
    codes: tuple[str, ...]
    """As shown."""


@dataclass(frozen=True, slots=True)
class ChooseGate(OfStaff, Effect):
    """Let the volunteer work at this gate (its slug); refuses `no_such_gate`."""

    gate: str


@dataclass(frozen=True, slots=True)
class ChooseEvent(AtEvent, Effect):
    """Let whoever is writing work at another event of theirs; refuses `not_on_roster`."""


@dataclass(frozen=True, slots=True)
class OfferSignIn(Effect):
    """Make a one-time link to the staff pages; the one before is void. Refuses `not_on_roster`.

    Results: `link`.
    """

    staff_id: int | None
    """None: whoever is writing is an owner, or stands on the roster of an event that is cancelled or over."""


@dataclass(frozen=True, slots=True)
class StopEntry(AtEvent, Effect):
    """Stop entry at a gate, or everywhere, or let it go on; refuses `supervisors_only`, `no_such_gate`.

    Every enabled volunteer there is told. Results: `number` of people told.
    """

    gate: str | None
    stopped: bool


@dataclass(frozen=True, slots=True)
class ReleaseStaff(AtEvent, Effect):
    """End the pause of who guessed too many codes; refuses `supervisors_only`, `nobody_paused`.

    Results: `names` of whom it was ended.
    """

    name: str
