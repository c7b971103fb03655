"""A day at the gates, and messages, in figures: as dashboards, the command line and volunteers are told them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class FigureShare:
    """The figures of one gate, volunteer or scanner today."""

    key: str | None
    """The gate's slug, or the volunteer's or scanner's name; None where nobody said."""
    name: str | None
    admitted: int
    refused: int


@dataclass(frozen=True, slots=True)
class SilentDevice:
    """Somebody, or a scanner, that was at work and is silent."""

    name: str
    gate: str | None
    """The slug of the own gate."""
    heard_at: datetime
    """When they were last heard, to the minute."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What all who look at an event's day are told, in numbers of people; scans where it says so."""

    day: date
    admitted: int
    """With a pass, today."""
    lately: int
    """Of these in the last 15 minutes, to the minute."""
    left: int
    """Counted out, with a pass."""
    counted_in: int
    """Without a pass."""
    counted_out: int
    inside: int | None
    """People in less people out, 0 after closing; None where nobody has been counted out today: then only
    `admitted` is known."""
    is_over: bool
    """Whether the day's hours have ended."""
    conflicts: int
    """Scans that let more people in than the party has."""
    refused: Mapping[str, int]
    """Scans by result."""
    offline_staff: Sequence[SilentDevice]
    """Who is at work and has been silent for over five minutes."""


@dataclass(frozen=True, slots=True)
class EventFigures(DayFigures):
    """A day by gates and by who scans."""

    gates: Sequence[FigureShare]
    staff: Sequence[FigureShare]
    """Volunteers; at the end without a name what nobody and no scanner answers for."""
    scanners: Sequence[FigureShare]
    """Devices with a token of their own."""


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """How many messages stand how; each counts once, by what became of it last."""

    waiting: int = 0
    """Not yet taken by Twilio."""
    sent: int = 0
    """Taken, and nothing heard since."""
    delivered: int = 0
    """Arrived, not read as far as we know."""
    read: int = 0
    failed: int = 0
    cancelled: int = 0
    """No longer wanted when their turn came."""


@dataclass(frozen=True, slots=True)
class EntryNotice:
    """When entry was last stopped or resumed, and which gates know it."""

    stopped: bool
    at: datetime
    seen: tuple[str, ...]
    """Names of the gates where at least one volunteer's phone has shown it."""
    unseen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateStats:
    """What a volunteer is told of their event's day."""

    day: EventFigures
    notice: EntryNotice | None
    """None where entry was not stopped today."""
