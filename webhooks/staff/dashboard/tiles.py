"""The dashboard's large numbers, the state of the event, and the alerts, in the page's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.campaigns.alerts import BEGIN_TEXTS
from bot.domain.stats.dashboard import ActiveAlert, Dashboard
from flows.text import event_states, words
from webhooks import i18n
from webhooks.staff.dashboard.tables import gate_name, local, number, refusal
from webhooks.staff.dashboard.texts import TEXTS, TILE_TEXTS


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
class AlertLine:
    """An alert in words."""

    key: str
    """Identifies the alert for as long as it holds, so that a screen reader says it once."""
    text: str
    since: str
    unreached: str


def tiles(dashboard: Dashboard) -> Sequence[Tile]:
    """The numbers that a wall screen is for."""
    passes, refused = dashboard.passes, sum(dashboard.refused.values())
    came, went = dashboard.admitted + dashboard.counted_in, dashboard.left + dashboard.counted_out
    result, scans = next(iter(dashboard.refused.items()), ("", 0))
    return (
        _tile("admitted", dashboard.admitted, expected=dashboard.expected, lately=dashboard.lately),
        _tile("inside", dashboard.inside, texts=_inside(dashboard), came=came, went=went),
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
        _tile("refused", refused, texts="" if refused else "refused_none", reason=refusal(result), scans=scans),
        _tile(
            "conflicts",
            dashboard.conflicts,
            texts="conflicts_clock" if dashboard.clocks else "",
            urgent=dashboard.conflicts + dashboard.clocks > 0,
            forced=dashboard.forced,
            clocks=dashboard.clocks,
        ),
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


def _inside(dashboard: Dashboard) -> str:
    """Which words go with the people inside."""
    if dashboard.inside is None:
        return "inside_unknown"
    return "inside_over" if dashboard.is_over else ""


_TEXT_OF_STATUS = {event_states.CLOSED: "REGISTRATION_CLOSED", event_states.CANCELLED: "CANCELLED"}


def _alert_line(dashboard: Dashboard, alert: ActiveAlert) -> AlertLine:
    said = BEGIN_TEXTS[alert.what](alert.value, alert.threshold, words(gate_name(dashboard, alert.gate)))
    return AlertLine(
        key=f"{alert.what} {alert.gate or ''} {alert.since.timestamp():.0f}",
        text=i18n.say(said),
        since=i18n.say(TEXTS["SINCE"], hour=local(dashboard, alert.since).time()),
        unreached=i18n.say(TEXTS["UNREACHED"], names=", ".join(alert.unreached)) if alert.unreached else "",
    )


def _tile(name: str, value: int | None, texts: str = "", *, urgent: bool = False, **params: object) -> Tile:
    label, *more = (i18n.say(sentence, **params) for sentence in TILE_TEXTS[texts or name])
    return Tile(name, label, number(value).text, value, tuple(more), urgent)
