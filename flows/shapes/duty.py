"""Somebody's work at a gate, as flows know it. Import it from flows.shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

Role = Literal["volunteer", "supervisor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""
SUPERVISOR_ROLES = ROLES[1:]
"""Who may stop entry, overrule refusals and end pauses."""


@dataclass(frozen=True, slots=True)
class Duty:
    """The place on a roster of whoever is writing: enabled, at an event that is neither over nor cancelled."""

    staff_id: int
    name: str
    role: str
    """`volunteer`, `supervisor` or `admin`; each may do what those before it may."""
    event: str
    """The event's slug."""
    event_name: Mapping[str, str]
    timezone: str
    languages: tuple[str, ...]
    """The event's, the first first."""
    gate: str | None = None
    """The slug of their gate; None: they have chosen none."""
    gates: tuple[tuple[str, str], ...] = ()
    """Slug and name of each open gate."""
    gate_names: Mapping[str, str] = field(default_factory=dict)
    """Name by slug of every gate of the event, closed ones too."""
    paused_until: datetime | None = None
    """Until when they may not scan, having guessed too many codes."""
    stopped: tuple[str, ...] = ()
    """Slugs of the open gates at which entry is stopped."""
    stopped_everywhere: bool = False
    """Whether entry to the whole event was stopped: what counts where it has no gates."""
    others: tuple[tuple[str, Mapping[str, str]], ...] = ()
    """Slug and names of the other events at which they could work now."""

    @property
    def is_supervisor(self) -> bool:
        """Whether they may stop entry, overrule refusals and end pauses."""
        return self.role in SUPERVISOR_ROLES

    @property
    def place(self) -> str | None:
        """The slug of the gate where they are: their own, else the only open one, else a closed one.

        None where the event has no gate, and where they must choose first.
        """
        if self.gate is not None:
            return self.gate
        if self.gates:
            return self.gates[0][0] if len(self.gates) == 1 else None
        return next(iter(self.gate_names), None)

    @property
    def is_closed(self) -> bool:
        """Whether the gate where they are is closed."""
        return self.place in self.gate_names and self.place not in dict(self.gates)

    @property
    def is_stopped(self) -> bool:
        """Whether entry is stopped where they are."""
        if self.gate_names:
            return self.place in self.stopped or self.is_closed
        return self.stopped_everywhere

    @property
    def must_choose(self) -> bool:
        """Whether nothing can be done at a gate before they have said at which: also where theirs is closed."""
        return len(self.gates) > 1 if self.gate is None else self.is_closed and bool(self.gates)

    def is_paused(self, now: datetime) -> bool:
        """Whether a pause for guessing lasts still."""
        return self.paused_until is not None and now < self.paused_until
