"""An event with its questions, days and kinds, as flows know it. Import it from flows.shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the event's own, as kept with the event."""

    name: str
    kind: str
    """`text`, `choice` or `number`."""
    labels: Mapping[str, str] = field(hash=False)
    """The question by language; `en` is always there."""
    required: bool = False
    options: tuple[Mapping[str, str], ...] = field(default=(), hash=False)
    """For `choice`: each option by language; `en` is what is kept."""
    least: int = 0
    most: int = 1_000_000


MAX_PARTY_SIZE = 255
"""People on one pass at most: what the token's byte holds."""


@dataclass(frozen=True, slots=True)
class EventDay:
    """A day of the event as a visitor may choose it."""

    day: date
    left: int | None
    """People who still find a place; None: no limit."""
    closed: bool
    opens: time | None = None
    closes: time | None = None
    waiting: int = 0
    """Those who wait for a place on it."""


class Hours(Protocol):
    """What tells when people enter: an event, or a day of it with hours of its own."""

    @property
    def opens(self) -> time | None:
        """From when; None: from midnight, or a day's event says."""

    @property
    def closes(self) -> time | None:
        """Until when; None: to midnight, or a day's event says."""


class EventHours(Hours, Protocol):
    """The hours of an event."""

    @property
    def timezone(self) -> str:
        """In which all its days and hours are."""


class Registering(EventHours, Protocol):
    """What tells whether people can register for an event now."""

    @property
    def name(self) -> Mapping[str, str]:
        """By language; `en` is always there."""

    @property
    def status(self) -> str:
        """`closed`, `open` or `cancelled`."""

    @property
    def registration_opens_at(self) -> datetime | None:
        """The moment before which nobody registers; None: none."""


class DayHours(Hours, Protocol):
    """The hours of one of its days."""

    @property
    def day(self) -> date:
        """The date at its place."""

    @property
    def closed(self) -> bool:
        """Whether nobody is let in on it."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the conversation knows it. Days and hours are in its own time zone."""

    slug: str
    name: Mapping[str, str]
    venue: Mapping[str, str]
    map_url: str
    starts_on: date
    ends_on: date
    opens: time | None
    closes: time | None
    timezone: str
    status: str
    registration_opens_at: datetime | None
    policy: str
    max_party: int
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    consent: Mapping[str, str]
    consent_version: int
    notice: Mapping[str, str] = field(default_factory=dict)
    """What visitors shall know now."""
    welcome: Mapping[str, str] = field(default_factory=dict)
    """Said below the greeting."""
    instructions: Mapping[str, str] = field(default_factory=dict)
    """Said with the pass."""
    organiser: Mapping[str, str] = field(default_factory=dict)
    """Who answers for the event and for visitors' data; told with the consent, like the next two."""
    purpose: Mapping[str, str] = field(default_factory=dict)
    """What these data are asked for."""
    complaints: str = ""
    """Where somebody complains."""
    retention_days: int | None = None
    """For how many days after the last one the data is kept, told with the consent too; None: nobody has said."""
    waiting_list: bool = False
    """Whether people can wait for a place on a day that is full."""
    form: str = "off"
    """To whom the questions are offered as one form besides: nobody (`off`), the event's `team`, everybody (`on`)."""
    colour: str = ""
    """`#0b6e4f`; empty: it has chosen none."""
    logo: str = ""
    header: str = ""
    """The digests of its pictures; empty: it has none."""


@dataclass(frozen=True, slots=True)
class PassKind:
    """A kind of pass, as whoever works at a gate may give it."""

    slug: str
    labels: Mapping[str, str]
    most: int
    """The largest party."""
    days: tuple[date, ...] = ()
    """The days on which it lets people in; empty: the day of the visit."""
