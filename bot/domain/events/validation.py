"""What an event's fields may hold: each check gives the value to keep or refuses it by code."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, TypedDict
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.domain.events import colours, identity
from bot.domain.events.identity import Picture
from bot.domain.models import Event
from bot.errors import Refused
from flows.shapes.events import MAX_PARTY_SIZE
from flows.shapes.forms import OFF, ON, TEAM
from flows.text.languages import LANGUAGES, TABLE

SLUG_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG_LENGTH = 40
MAX_NAME_LENGTH = 120
MAX_VENUE_LENGTH = 200
MAX_URL_LENGTH = 500
MAX_ORGANISER_LENGTH, MAX_PURPOSE_LENGTH = 120, 300
"""Characters: what the columns hold."""
MAX_EVENT_DAYS = 366
"""Days from the first to the last: beyond a year it is a mistyped date."""
MAX_CAPACITY_PER_DAY = 100_000_000
MAX_RETENTION_DAYS = 3650
"""Days: ten years."""
TEXT_NAMES = ("welcome", "instructions", "notice", "consent", "organisers", "purposes")
"""Texts that visitors read, kept by language."""
REQUIRED_FIELDS = ("organiser", "purpose", "complaints", "retention_days")
"""What must be said before real people are asked for their data."""
POLICIES = ("once", "daily", "in_out")
FORM_AUDIENCES = (OFF, TEAM, ON)


class EventFields(TypedDict, total=False):
    """The fields of an event that can be given when it is created and changed."""

    name: str
    names: Mapping[str, str]
    """By language; `name` serves where one is missing."""
    venue: str
    venues: Mapping[str, str]
    map_url: str
    starts_on: date
    ends_on: date
    opens: time | None
    closes: time | None
    """The hour at which the day ends. At or before `opens`: it goes on into the night."""
    timezone: str
    registration_opens_at: datetime | None
    policy: str
    max_party: int
    capacity_per_day: int | None
    languages: Sequence[str]
    consent: Mapping[str, str]
    """The words to agree to, by language; a change of them raises the consent's version."""
    notice: Mapping[str, str]
    """What visitors shall know now; empty: nothing."""
    welcome: Mapping[str, str]
    """Said below the greeting."""
    instructions: Mapping[str, str]
    """Said with the pass: what to bring, where to go."""
    organiser: str
    organisers: Mapping[str, str]
    """By language; `organiser` serves where one is missing."""
    purpose: str
    purposes: Mapping[str, str]
    complaints: str
    retention_days: int | None
    otp_countries: Sequence[str] | str
    """ISO regions whose phones get codes by SMS besides those of the settings."""
    waiting_list: bool
    form: str
    """`off`, `team` or `on`."""
    colour: str
    """`#0b6e4f`; empty: ours."""
    logo: Picture | bytes | None
    header: Picture | bytes | None
    """A file, or what was made of one; None: no picture."""


def checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are kept. Raises Refused `no_such_field` and what each check refuses with."""
    unknown = next((name for name in fields if name not in _CHECKS), None)
    if unknown is not None:
        raise Refused("no_such_field", field=unknown)
    return {name: _CHECKS[name](value) for name, value in fields.items()}


def check_whole(event: Event) -> None:
    """What only all fields together can break. Raises Refused `bad_dates`, `too_many_days`, `bad_hours`."""
    if event.ends_on < event.starts_on:
        raise Refused("bad_dates")
    if (event.ends_on - event.starts_on).days >= MAX_EVENT_DAYS:
        raise Refused("too_many_days", most=MAX_EVENT_DAYS)
    hours(event.opens, event.closes)


def hours(opens: time | None, closes: time | None) -> tuple[time | None, time | None]:
    """Both, or neither. Raises Refused `bad_hours`."""
    if (opens is None) != (closes is None) or (opens is not None and opens == closes):
        raise Refused("bad_hours")
    return opens, closes


def dates(event: Event) -> list[date]:
    """Every day from the first to the last."""
    return [event.starts_on + timedelta(days=passed) for passed in range((event.ends_on - event.starts_on).days + 1)]


def slug(value: str) -> str:
    """Small letters, digits and single hyphens. Raises Refused `bad_slug`."""
    if not SLUG_PATTERN.fullmatch(value) or len(value) > MAX_SLUG_LENGTH:
        raise Refused("bad_slug")
    return value


def one_line(value: Any, *, code: str, most: int, least: int = 0) -> str:
    """A text on one line, of this length. Raises Refused with the code."""
    text = " ".join(str(value).split())
    if not least <= len(text) <= most or not text.isprintable():
        raise Refused(code)
    return text


def by_language(value: Any, *, code: str, most: int) -> dict[str, str]:
    """A text for each language, none empty. Raises Refused with the code, and as `known_language` does."""
    for language, text in value.items():
        known_language(language)
        if not str(text).strip() or len(text) > most:
            raise Refused(code)
    return dict(value)


def known_language(language: str) -> str:
    """A language that we speak. Raises Refused `bad_language`, and `language_incomplete` (`language`, `lacking`)."""
    if language in LANGUAGES:
        return language
    if language not in TABLE:
        raise Refused("bad_language", language=language)
    raise Refused("language_incomplete", language=TABLE[language].name, lacking=", ".join(_lacking(language)))


def _lacking(language: str) -> list[str]:
    """What a language has to have before an event can offer it, in a few words."""
    from flows.text.audiences import lacking, lacking_words  # reads catalogues with Babel

    sentences, words = list(lacking(language)), list(lacking_words(language))
    said = [f"{len(sentences)} sentences (“{sentences[0]}”, …)"] if sentences else []
    return [*said, *([f"{len(words)} tables of words ({words[0]}, …)"] if words else [])] or ["complete = true"]


def _languages(value: Any) -> list[str]:
    languages = [known_language(language) for language in dict.fromkeys(value)]
    if not languages:
        raise Refused("bad_language", language="")
    return languages


def _countries(value: Any) -> list[str]:
    from phonenumbers import SUPPORTED_REGIONS  # takes a moment, and is needed where somebody sets countries

    typed = value.replace(",", " ").split() if isinstance(value, str) else value
    countries = list(dict.fromkeys(str(country).strip().upper() for country in typed))
    unknown = next((country for country in countries if country not in SUPPORTED_REGIONS), None)
    if unknown is not None:
        raise Refused("bad_country", country=unknown)
    return countries


def _day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Refused("bad_dates")
    return value


def _hour(value: Any) -> time | None:
    if value is not None and (not isinstance(value, time) or value.tzinfo):
        raise Refused("bad_hours")
    return value


def _moment(value: Any) -> datetime | None:
    if value is not None and (not isinstance(value, datetime) or value.tzinfo is None):
        raise Refused("bad_dates")
    return value


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError, TypeError):
        raise Refused("bad_zone", zone=value) from None


def _whole_number(code: str, maximum: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= maximum:
            raise Refused(code, most=maximum)
        return value

    return check


def capacity(value: Any) -> int | None:
    """People a day; None is no limit. Raises Refused `bad_capacity` (`most`)."""
    return None if value is None else _whole_number("bad_capacity", MAX_CAPACITY_PER_DAY)(value)


def _retention(value: Any) -> int | None:
    return None if value is None else _whole_number("bad_retention", MAX_RETENTION_DAYS)(value)


def _one_of(code: str, allowed: Sequence[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in allowed:
            raise Refused(code)
        return str(value)

    return check


def _picture(kind: str) -> Callable[[Any], Picture | None]:
    def check(value: Any) -> Picture | None:
        from bot.domain.events import pictures  # opens files by Pillow, which only who brings one waits for

        return value if value is None or isinstance(value, Picture) else pictures.checked(kind, value)

    return check


def _map_url(value: Any) -> str:
    url = str(value).strip()
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.netloc or len(url) > MAX_URL_LENGTH or " " in url):
        raise Refused("bad_map_url")
    return url


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": partial(one_line, code="bad_name", most=MAX_NAME_LENGTH, least=1),
    "names": partial(by_language, code="bad_name", most=MAX_NAME_LENGTH),
    "venue": partial(one_line, code="bad_venue", most=MAX_VENUE_LENGTH),
    "venues": partial(by_language, code="bad_venue", most=MAX_VENUE_LENGTH),
    "map_url": _map_url,
    "starts_on": _day,
    "ends_on": _day,
    "opens": _hour,
    "closes": _hour,
    "timezone": _zone,
    "registration_opens_at": _moment,
    "policy": _one_of("bad_policy", POLICIES),
    "max_party": _whole_number("bad_party_limit", MAX_PARTY_SIZE),
    "capacity_per_day": capacity,
    "languages": _languages,
    "consent": partial(by_language, code="bad_text", most=1000),
    "notice": partial(by_language, code="bad_text", most=500),
    "welcome": partial(by_language, code="bad_text", most=500),
    "instructions": partial(by_language, code="bad_text", most=500),
    "organiser": partial(one_line, code="bad_text", most=MAX_ORGANISER_LENGTH),
    "organisers": partial(by_language, code="bad_text", most=MAX_ORGANISER_LENGTH),
    "purpose": partial(one_line, code="bad_text", most=MAX_PURPOSE_LENGTH),
    "purposes": partial(by_language, code="bad_text", most=MAX_PURPOSE_LENGTH),
    "complaints": partial(one_line, code="bad_text", most=200),
    "retention_days": _retention,
    "otp_countries": _countries,
    "waiting_list": lambda value: value is True or value == "True",
    "form": _one_of("bad_form", FORM_AUDIENCES),
    "colour": colours.checked,
    identity.LOGO: _picture(identity.LOGO),
    identity.HEADER: _picture(identity.HEADER),
}
