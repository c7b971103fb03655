"""Shows values of an event's rows in the page's language."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.models import Event
from flows.shapes import Sentence
from flows.text import LANGUAGES, _, ngettext_, words
from flows.text.formats import full_day
from flows.text.languages import SOURCE
from flows.text.translate import format_value
from webhooks.i18n import language, say

NO_VALUE = "–"
EVENT_STATUS_NAMES: Mapping[str, Sentence] = {
    "open": _("Registration open"),
    "closed": _("Registration closed"),
    "cancelled": _("cancelled"),
}
STATUS_NAMES: Mapping[str, Sentence] = {"open": _("open"), "closed": _("closed"), "cancelled": _("cancelled")}
"""What the status of an event or a gate is called."""
POLICY_NAMES: Mapping[str, Sentence] = {
    "daily": _("once a day"),
    "once": _("once"),
    "in_out": _("any number of times, in and out"),
}
"""How often a pass enters."""
ALL_DAY = _("all day")
EMPTY_NAME = _("empty")
"""Stands for an empty text where two are compared."""


def _dates(event: Event) -> Sentence:
    """From the first day to the last; one day only once."""
    first, last = day(event.starts_on), day(event.ends_on)
    return words(first) if first == last else _("{first} to {last}", first=first, last=last)


def list_row(event: Event) -> dict[str, Any]:
    """An event in the list."""
    return {
        "slug": event.slug,
        "name": name(event),
        "status": event.status,
        "state": EVENT_STATUS_NAMES[event.status],
        "dates": _dates(event),
        "people": with_pass(sum(event_day.taken for event_day in event.days)),
        "stopped": event.entry_paused_at is not None,
    }


def facts(event: Event) -> list[tuple[Sentence, Sentence | str]]:
    """All fields of the event's form with their values, in words."""
    opens = moment(event.registration_opens_at, ZoneInfo(event.timezone))
    return [
        (_("Place"), say(words({"en": event.venue, **event.venues})) or NO_VALUE),
        (_("Map"), event.map_url or NO_VALUE),
        (_("Hours"), hours(event.opens, event.closes)),
        (_("Time zone"), event.timezone),
        (_("Registration opens"), opens or _("immediately")),
        (_("People a day"), number(event.capacity_per_day, _("no limit"))),
        (_("Largest party"), number(event.max_party, "")),
        (_("Entry rule"), POLICY_NAMES[event.policy]),
        (_("Languages"), ", ".join(LANGUAGES.get(code, code) for code in event.languages)),
        (_("Organiser"), say(words({"en": event.organiser, **event.organisers})) or NO_VALUE),
        (_("Purpose of the data"), say(words({"en": event.purpose, **event.purposes})) or NO_VALUE),
        (_("Questions and complaints"), event.complaints or NO_VALUE),
        (_("Data is kept"), _retention(event.retention_days)),
        (_("Notice"), "; ".join(event.texts.get("notice", {}).values()) or NO_VALUE),
    ]


def name(event: Event) -> str:
    """The event's name in the page's language."""
    return say(words({"en": event.name, **event.names}))


def spoken(event: Event) -> dict[str, str]:
    """The languages of the event's own texts, by code: English, which stands in for others, and the event's."""
    return {code: LANGUAGES.get(code, code) for code in (SOURCE, *event.languages)}


def _retention(days: int | None) -> Sentence:
    if days is None:
        return _("Not set")
    return ngettext_("{count} day after the event", "{count} days after the event", count=days)


def with_pass(count: int) -> Sentence:
    """People for whom there are passes."""
    return ngettext_("{count} person with a pass", "{count} people with a pass", count=count)


def hours(opens: time | None, closes: time | None, placeholder: Sentence = ALL_DAY) -> str:
    """Opening hours."""
    return f"{hour(opens)}–{hour(closes)}" if opens and closes else say(placeholder)


def hour(time_: time) -> str:
    """An hour to the minute, as people say it: `9 am`, `6:30 pm`."""
    return format_value(time_.replace(second=0, microsecond=0, tzinfo=None), language())


def day(date_: date) -> str:
    """A day, such as `9 Jan 2027`."""
    return full_day(date_, language())


def weekday(date_: date) -> str:
    """A day, such as `Sat 9 Jan 2027`."""
    return full_day(date_, language(), weekday=True)


def moment(moment_: datetime | None, zone: ZoneInfo) -> str:
    """A moment in a zone; empty where there is none."""
    return f"{day(moment_.astimezone(zone))}, {hour(moment_.astimezone(zone).time())}" if moment_ else ""


def number(value: int | None, placeholder: Sentence | str) -> str:
    """A number as the language writes it; `placeholder` for none."""
    return say(words(placeholder if value is None else value))
