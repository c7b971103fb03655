"""What the dashboard shows of an event, as types. Numbers are people unless a field says otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.stats.needs import NeedOnDay
from flows.shapes.figures import DayFigures, MessageCounts


@dataclass(frozen=True, slots=True)
class RegistrationTotals:
    """How much was registered."""

    registrations: int
    people: int
    """Who hold a valid pass of these registrations now: a cancelled pass counts nobody."""


@dataclass(frozen=True, slots=True)
class ChannelTotals:
    """Registrations by `whatsapp`, `web`, `walkup` or what else there is."""

    channel: str
    today: RegistrationTotals
    total: RegistrationTotals


@dataclass(frozen=True, slots=True)
class Series:
    """One line or bar colour of a chart."""

    key: str | None
    """A gate's slug or a channel; None: entries of which nobody said the gate."""
    name: str | None
    """The gate's name; None: a channel, whose word the page knows."""
    values: Sequence[int]
    """One for each of the chart's times."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers by time, without gaps."""

    times: Sequence[datetime]
    """Where each stretch begins, in the event's zone; the last one is not over yet."""
    series: Sequence[Series]


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One question of the registration, in the order in which it is asked."""

    step: str
    """The slot's name; `done` at the end: who has registered."""
    reached: int
    """Registrations begun that came at least to this question."""
    left: int
    """Of these, the registrations that came no further and were begun over half an hour ago."""


@dataclass(frozen=True, slots=True)
class DashboardDay:
    """A day's places."""

    day: date
    capacity: int | None
    """None: no limit."""
    taken: int
    closed: bool
    offered: int = 0
    """People to whom places are offered that came free."""
    waiting: int = 0
    """Registrations that wait for a place."""


@dataclass(frozen=True, slots=True)
class GateNow:
    """A gate and its day so far."""

    slug: str | None
    """None: scans of which nobody said the gate."""
    name: str | None
    closed: bool
    paused_at: datetime | None
    """Since when entry is stopped here."""
    admitted: int
    refused: int
    """Scans."""
    lately: int
    """Admitted in the last 15 minutes, to the minute."""
    last_scan: datetime | None
    """The minute of the last scan of today, admitted or refused."""
    just_now: int = 0
    """Admitted in the last 5 minutes, to the minute."""


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """Messages that failed for one reason."""

    kind: str
    """`pass`, `text`, `otp`, `reply`, `question`, `link`."""
    reason: str
    """Twilio's code where there is one (bot.delivery.twilio.error_codes says it in words), else a code of ours."""
    messages: int
    of_event: bool
    """False: messages that belong to no event in particular."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """A volunteer or scanner whose scans somebody should check."""

    name: str
    rule: str
    """`refusals` (outliers.MIN_REFUSED_SCANS refused today, and MIN_REFUSED_SHARE of all of theirs) or `forces`
    (MIN_FORCED_ENTRIES forced today)."""
    number: int
    """Refused scans, or forced entries."""
    scans: int
    """All of today."""


@dataclass(frozen=True, slots=True)
class ActiveAlert:
    """An alert that holds at this moment."""

    what: str
    """`inside`, `silent_gate`, `failures` or `queue`."""
    gate: str | None
    """The gate's slug, for `silent_gate`."""
    value: int
    """People inside; minutes of silence; failures in tenths of a per cent; seconds that the oldest has waited."""
    threshold: int
    """The threshold, in the unit of `value`."""
    since: datetime
    unreached: Sequence[str]
    """Names of the supervisors and admins whom the message about it did not reach, or who take none."""


@dataclass(frozen=True, slots=True)
class Dashboard(DayFigures):
    """Everything that the dashboard shows; `today` is its `day`, `refused` has the most frequent first."""

    slug: str
    name: Mapping[str, str]
    """By language, `en` always."""
    timezone: str
    status: str
    """`open`, `closed` or `cancelled`: registration, as organisers set it."""
    is_open: bool
    """Whether the event's dates and hours let people in now."""
    paused_at: datetime | None
    """Since when entry is stopped at every gate."""
    registered_today: RegistrationTotals
    registered: RegistrationTotals
    """Since the beginning."""
    channels: Sequence[ChannelTotals]
    passes: MessageCounts
    """Messages that bring a pass, as its picture or its link; together all that were ever owed. A pass whose picture
    failed and whose link arrived is a failed message and a delivered one."""
    expected: int
    """People who hold a valid pass for today, and those of passes that were revoked after an entry: as they are among
    the admitted, and their places stay taken."""
    forced: int
    """Entries against an objection, today."""
    entries: Chart
    """People admitted with a pass per five minutes, by gate."""
    registrations: Chart
    """Registrations per hour of today, by channel."""
    funnel_today: Sequence[FunnelStep]
    funnel: Sequence[FunnelStep]
    """Since the beginning."""
    days: Sequence[DashboardDay]
    gates: Sequence[GateNow]
    failures: Sequence[DeliveryFailure]
    """Messages of the whole event that failed for good; the most frequent reason first."""
    outliers: Sequence[Outlier]
    alerts: Sequence[ActiveAlert]
    as_of: datetime
    is_now: bool = True
    """False: of a day that was chosen and is not the one in progress; `today` means that day all the same."""
    needs: Sequence[NeedOnDay] | None = None
    """Passes on which help is needed, of each day; None: the event asks nobody."""
    clocks: int = 0
    """Scans of today, admitted or not, whose scanner's clock could not be right: they count from their upload.

    No sum of facts: `bot.domain.stats.conflicts.with_clocks` adds it."""
