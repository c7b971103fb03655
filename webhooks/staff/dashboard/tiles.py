"""The dashboard's large numbers, the state of the event, and the alerts, in the page's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.campaigns.alerts import BEGUN
from bot.domain.stats.dashboard import AlertNow, Dashboard
from flows.text import words
from webhooks import i18n
from webhooks.staff.dashboard.tables import gate_name, local, number, refusal
from webhooks.staff.dashboard.texts import SAID, TILES


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
class Told:
    """An alert in words."""

    key: str
    """Identifies the alert for as long as it holds, so that a screen reader says it once."""
    text: str
    since: str
    unreached: str


def tiles(look: Dashboard) -> Sequence[Tile]:
    """The numbers that a wall screen is for."""
    passes, refused = look.passes, sum(look.refused.values())
    came, went = look.admitted + look.counted_in, look.left + look.counted_out
    result, scans = next(iter(look.refused.items()), ("", 0))
    return (
        _tile("admitted", look.admitted, expected=look.expected, lately=look.lately),
        _tile("inside", look.inside, said=_inside(look), came=came, went=went),
        _tile(
            "registered",
            look.registered.people,
            registrations=look.registered.registrations,
            today=look.registered_today.people,
        ),
        _tile(
            "passes",
            passes.delivered + passes.read,
            read=passes.read,
            waiting=passes.waiting + passes.sent,
            failed=passes.failed,
        ),
        _tile("refused", refused, said="" if refused else "refused_none", reason=refusal(result), scans=scans),
        _tile(
            "conflicts",
            look.conflicts,
            said="conflicts_clock" if look.clocks else "",
            urgent=look.conflicts + look.clocks > 0,
            forced=look.forced,
            clocks=look.clocks,
        ),
    )


def state(look: Dashboard) -> Sequence[str]:
    """Which day it is, and whether people come in: one part of the line after another."""
    if not look.is_now:
        return [i18n.say(words(look.day)), i18n.say(SAID["OTHER_DAY"])]
    said = [i18n.say(words(look.day)), i18n.say(SAID["OPEN" if look.is_open else "SHUT"])]
    if look.status in _STATES:
        said.append(i18n.say(SAID[_STATES[look.status]]))
    return said


def days(look: Dashboard) -> Sequence[tuple[str, str, bool]]:
    """The event's days to choose from: as in the address, in words, and whether it is the one that is shown."""
    return [(one.day.isoformat(), i18n.say(words(one.day)), one.day == look.day) for one in look.days]


def stopped(look: Dashboard) -> str:
    """Since when nobody is let in anywhere; empty where entry goes on."""
    return i18n.say(SAID["STOPPED"], hour=local(look, look.paused_at).time()) if look.paused_at else ""


def alerts(look: Dashboard) -> Sequence[Told]:
    """The alerts that hold now, the newest first."""
    return [_told(look, one) for one in look.alerts]


def _inside(look: Dashboard) -> str:
    """Which words go with the people inside."""
    if look.inside is None:
        return "inside_unknown"
    return "inside_over" if look.is_over else ""


_STATES = {"closed": "REGISTRATION_CLOSED", "cancelled": "CANCELLED"}


def _told(look: Dashboard, one: AlertNow) -> Told:
    said = BEGUN[one.what](one.value, one.threshold, words(gate_name(look, one.gate)))
    return Told(
        key=f"{one.what} {one.gate or ''} {one.since.timestamp():.0f}",
        text=i18n.say(said),
        since=i18n.say(SAID["SINCE"], hour=local(look, one.since).time()),
        unreached=i18n.say(SAID["UNREACHED"], names=", ".join(one.unreached)) if one.unreached else "",
    )


def _tile(name: str, value: int | None, said: str = "", *, urgent: bool = False, **params: object) -> Tile:
    label, *more = (i18n.say(sentence, **params) for sentence in TILES[said or name])
    return Tile(name, label, number(value).text, value, tuple(more), urgent)
