"""The days on which a pass is valid: those of its kind, or the chosen one."""

from datetime import date

from bot.domain.models import Kind, Pass


def of(issued: Pass) -> tuple[date, ...]:
    """The days of a pass, the first first."""
    return of_kind(issued.kind, issued.day)


def of_kind(kind: Kind, chosen: date) -> tuple[date, ...]:
    """The days that a pass of this kind has, the first first; `chosen` is the day of the visit.

    They stay: kinds.change refuses other days to a kind that has passes.
    """
    return tuple(sorted(map(date.fromisoformat, kind.days))) if kind.days else (chosen,)
