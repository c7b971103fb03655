"""The head that each page of an event has, and the badge with the party of a pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from flask import url_for

from flows.shapes import Event
from flows.text import render, words
from flows.text.choices import people, without
from flows.text.pass_days import full_days, open_hours
from webhooks import i18n


@dataclass(frozen=True, slots=True)
class EventHead:
    """What stands on top of each page of an event, in the page's language."""

    name: str
    days: str
    hours: str
    venue: str
    look: str
    """The class that gives a part of a page the event's colour; empty: it has ours."""
    colours: str
    """The address of the style sheet with that class."""
    logo: str
    header: str
    """Addresses of its pictures; empty: it has none."""


def head_of(
    event: Event, days: Sequence[date] = (), opens: time | None = None, closes: time | None = None
) -> EventHead:
    """The head of an event's page; of a pass's page with its days, and the hours of the day where it has its own."""
    hours = open_hours(opens or event.opens, closes or event.closes)
    return EventHead(
        name=i18n.say(words(event.name)),
        days=full_days(days, i18n.language()) if days else dates(event.starts_on, event.ends_on),
        hours=i18n.say(hours) if hours else "",
        venue=i18n.say(words(event.venue)) if any(event.venue.values()) else "",
        look=f"event-{event.colour[1:]}" if event.colour else "",
        colours=url_for("look.style", colour=event.colour[1:]) if event.colour else "",
        logo=logo_address(event.slug, event.logo),
        header=_address(event.slug, event.header, "jpg"),
    )


@dataclass(frozen=True, slots=True)
class Party:
    """How many people a pass lets in, as its badge says it."""

    number: str
    words: str


def party(count: int, language: str = "") -> Party:
    """In this language; the page's where none is said."""
    return Party(str(count), without(render(people(count), language or i18n.language()), str(count)))


def dates(first: date, last: date) -> str:
    """The days from the first to the last, or the one, with weekday and year."""
    return full_days([date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)], i18n.language())


def logo_address(slug: str, digest: str) -> str:
    """Where an event's logo is; empty where it has none."""
    return _address(slug, digest, "png")


def _address(slug: str, digest: str, suffix: str) -> str:
    return url_for("look.picture", slug=slug, digest=digest, suffix=suffix) if digest else ""
