"""The days on which a pass is valid: those of its kind, or the chosen one."""

from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.domain.models import Pass


def days_of_pass(issued: "Pass") -> tuple[date, ...]:
    """The days of a pass, the first first."""
    return days_of_kind(issued.kind, issued.day)


class WithDays(Protocol):
    """A kind of pass, as far as its days go."""

    @property
    def days(self) -> list[str] | None:
        """ISO dates; None: the day that was chosen."""


def days_of_kind(kind: WithDays, chosen: date) -> tuple[date, ...]:
    """The days that a pass of this kind has, the first first; `chosen` is the day of the visit.

    They stay: kinds.change refuses other days to a kind that has passes.
    """
    return tuple(sorted(map(date.fromisoformat, kind.days))) if kind.days else (chosen,)
