"""The dashboard's large numbers, the state of the event, and the alerts, in the page's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.campaigns.alerts import BEGIN_TEXTS
from bot.domain.stats.alert_metrics import SILENT
from bot.domain.stats.dashboard import ActiveAlert, Dashboard, GateNow
from flows.text import event_states, words
from webhooks import i18n
from webhooks.staff.dashboard.tables import gate_name, hour, local, number, refusal
from webhooks.staff.dashboard.texts import LATELY, OTHER_REASONS, TEXTS, TILE_TEXTS

NAMED_REASONS = 2
"""Reasons of refused scans that stand by name below their number; the table has all."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A large number, what it is, and what belongs to it."""

    name: str
    label: str
    text: str
    value: int | None
    more: Sequence[str]
    """A line each."""
    urgent: bool = False
    """Whether somebody should act on it."""


@dataclass(frozen=True, slots=True)
class Hero:
    """The number that matters most, and what it is held against."""

    admitted: int
    text: str
    of: str
    """Of how many; empty where nobody is expected."""
    most: int
    """As many as fill the bar."""
    lately: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """What an organiser does before people come."""

    endpoint: str
    """The page on which it is done."""
    text: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in words."""

    key: str
    """Identifies the alert for as long as it holds, so that a screen reader says it once."""
    text: str
    since: str
    unreached: str


def tiles(dashboard: Dashboard) -> Sequence[Tile]:
    """The large numbers beside the one that matters most."""
    passes, refused = dashboard.passes, sum(dashboard.refused.values())
    came, went = dashboard.admitted + dashboard.counted_in, dashboard.left + dashboard.counted_out
    inside = _tile("inside", dashboard.inside, "inside_over" if dashboard.is_over else "", came=came, went=went)
    return (
        # While nobody is counted out there is nothing to say of it.
        *([] if dashboard.inside is None else [inside]),
        _tile(
            "registered",
            dashboard.registered.people,
            registrations=dashboard.registered.registrations,
            today=dashboard.registered_today.people,
        ),
        _tile(
            "passes",
            passes.delivered + passes.read,
            read=passes.read,
            waiting=passes.waiting + passes.sent,
            failed=passes.failed,
        ),
        _refused(dashboard) if refused else _tile("refused", 0, "refused_none"),
        _tile(
            "conflicts",
            dashboard.conflicts,
            texts="conflicts_clock" if dashboard.clocks else "",
            urgent=dashboard.conflicts + dashboard.clocks > 0,
            forced=dashboard.forced,
            clocks=dashboard.clocks,
        ),
    )


def _refused(dashboard: Dashboard) -> Tile:
    """The refused scans, and of what reason they were: the commonest by name, all others together."""
    label, line = TILE_TEXTS["refused"]
    counted = list(dashboard.refused.items())
    lines = [i18n.say(line, reason=refusal(result), scans=scans) for result, scans in counted[:NAMED_REASONS]]
    if rest := sum(scans for _result, scans in counted[NAMED_REASONS:]):
        lines.append(i18n.say(line, reason=OTHER_REASONS, scans=rest))
    whole = sum(dashboard.refused.values())
    return Tile("refused", i18n.say(label), number(whole).text, whole, tuple(lines))


def hero(dashboard: Dashboard) -> Hero:
    """The number that matters most: who has come, of those who have a pass for the day."""
    return Hero(
        admitted=dashboard.admitted,
        text=number(dashboard.admitted).text,
        of=i18n.say(TEXTS["OF"], expected=dashboard.expected) if dashboard.expected else "",
        most=max(dashboard.expected, dashboard.admitted, 1),
        lately=i18n.say(LATELY, lately=dashboard.lately) if dashboard.is_now else "",
    )


def is_empty(dashboard: Dashboard) -> bool:
    """Whether nothing has happened at the event yet."""
    return not (dashboard.registered.registrations or dashboard.admitted or dashboard.counted_in or dashboard.refused)


def next_steps(dashboard: Dashboard, *, has_team: bool) -> Sequence[NextStep]:
    """What is to do before anything can happen."""
    return (
        NextStep("manage.gates", i18n.say(TEXTS["ADD_GATES"]), done=any(gate.slug for gate in dashboard.gates)),
        NextStep("manage.volunteers", i18n.say(TEXTS["ADD_TEAM"]), done=has_team),
        NextStep("manage.event", i18n.say(TEXTS["OPEN_UP"]), done=dashboard.status == event_states.OPEN),
        NextStep("manage.event", i18n.say(TEXTS["SHARE"])),
    )


def state(dashboard: Dashboard) -> Sequence[str]:
    """Which day it is, and whether people come in: one part of the line after another."""
    if not dashboard.is_now:
        return [i18n.say(words(dashboard.day)), i18n.say(TEXTS["OTHER_DAY"])]
    said = [i18n.say(words(dashboard.day)), i18n.say(TEXTS["OPEN" if dashboard.is_open else "SHUT"])]
    if dashboard.status in _TEXT_OF_STATUS:
        said.append(i18n.say(TEXTS[_TEXT_OF_STATUS[dashboard.status]]))
    return said


def days(dashboard: Dashboard) -> Sequence[tuple[str, str, bool]]:
    """The event's days to choose from: as in the address, in words, and whether it is the one that is shown."""
    return [(day.day.isoformat(), i18n.say(words(day.day)), day.day == dashboard.day) for day in dashboard.days]


def stopped(dashboard: Dashboard) -> str:
    """Since when nobody is let in anywhere; empty where entry goes on."""
    return i18n.say(TEXTS["STOPPED"], hour=local(dashboard, dashboard.paused_at).time()) if dashboard.paused_at else ""


def alerts(dashboard: Dashboard) -> Sequence[AlertLine]:
    """The alerts that hold now, the newest first."""
    return [_alert_line(dashboard, alert) for alert in dashboard.alerts]


_TEXT_OF_STATUS = {event_states.CLOSED: "REGISTRATION_CLOSED", event_states.CANCELLED: "CANCELLED"}


def _alert_line(dashboard: Dashboard, alert: ActiveAlert) -> AlertLine:
    silent = next((gate for gate in dashboard.gates if gate.slug == alert.gate and gate.last_scan), None)
    since = i18n.say(TEXTS["SINCE"], hour=local(dashboard, alert.since).time())
    if alert.what == SILENT and silent and dashboard.is_now:
        text, since = _silent_for(dashboard, silent), ""
    else:
        name = words(gate_name(dashboard, alert.gate))
        text = i18n.say(BEGIN_TEXTS[alert.what](alert.value, alert.threshold, name))
    return AlertLine(
        key=f"{alert.what} {alert.gate or ''} {alert.since.timestamp():.0f}",
        text=text,
        since=since,
        unreached=i18n.say(TEXTS["UNREACHED"], names=", ".join(alert.unreached)) if alert.unreached else "",
    )


def _silent_for(dashboard: Dashboard, gate: GateNow) -> str:
    """How long nobody has been scanned there: as of these figures, not as of when the alert was last looked at."""
    last = gate.last_scan or dashboard.as_of
    minutes = int((dashboard.as_of - last).total_seconds() // 60)
    return i18n.say(
        TEXTS["SILENT"],
        gate=words(gate.name or gate_name(dashboard, gate.slug)),
        minutes=minutes,
        hour=words(hour(local(dashboard, last))),
    )


def _tile(name: str, value: int | None, texts: str = "", *, urgent: bool = False, **params: object) -> Tile:
    label, *more = (i18n.say(sentence, **params) for sentence in TILE_TEXTS[texts or name])
    return Tile(name, label, number(value).text, value, tuple(more), urgent)
