"""The options of `events create` and `events set`."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from admin_cli.console.options import typed
from admin_cli.console.parameters import (
    COUNTRIES,
    HOURS,
    IN_LANGUAGE,
    LANGUAGES,
    LIMIT,
    MOMENT,
    NO_LIMIT,
    PICTURE,
    WHOLE_NUMBER,
)

if TYPE_CHECKING:
    from bot.domain.models import Event

OPTIONS = (
    click.option("--venue", help="Where it is, as visitors read it."),
    click.option("--map", "map_url", metavar="URL", help="A link to the place on a map."),
    click.option("--hours", type=HOURS, help="Opening hours of every day, in the event's zone; `none`: open all day."),
    click.option("--capacity-per-day", type=LIMIT, metavar="PEOPLE", help="People a day; `none`: no limit."),
    click.option(
        "--max-party", type=WHOLE_NUMBER, metavar="N", help="People on one pass at most; 10 where none is given."
    ),
    click.option(
        "--policy",
        type=click.Choice(["once", "daily", "in_out"]),
        help="How often a pass may enter; daily where none is given.",
    ),
    click.option("--timezone", metavar="Z", help="The event's time zone; Asia/Kolkata where none is given."),
    click.option(
        "--languages",
        type=LANGUAGES,
        help="The languages, the likely ones first; en,hi where none are given.",
    ),
)
MORE_OPTIONS = (
    click.option(
        "--registration-opens",
        type=MOMENT,
        help="When registration opens, in the event's zone; `none`: at once.",
    ),
    click.option("--name-in", type=IN_LANGUAGE, multiple=True, help="The name in another language."),
    click.option("--venue-in", type=IN_LANGUAGE, multiple=True, help="The place in another language."),
    click.option("--consent", type=IN_LANGUAGE, multiple=True, help="The consent; can be repeated for each language."),
    click.option(
        "--notice",
        type=IN_LANGUAGE,
        multiple=True,
        help="A line shown with the event; can be repeated for each language.",
    ),
    click.option("--colour", metavar="#0B6E4F", help="The colour of its pages and passes; `none`: ours."),
    click.option(
        "--logo", type=PICTURE, help="Its logo on pages, passes and paper, PNG, JPEG or WebP; `none`: no logo."
    ),
    click.option(
        "--header",
        type=PICTURE,
        help="A picture above its pages and passes, 4 times as wide as high; `none`: no picture.",
    ),
    click.option("--organiser", help="The organiser, responsible for the event and its visitors' data."),
    click.option("--organiser-in", type=IN_LANGUAGE, multiple=True, help="The organiser in another language."),
    click.option("--purpose", help="The purpose of the data."),
    click.option("--purpose-in", type=IN_LANGUAGE, multiple=True, help="The purpose of the data in another language."),
    click.option(
        "--complaints",
        metavar="CONTACT",
        help="Contact for questions and complaints: an email address, number or page.",
    ),
    click.option(
        "--otp-countries",
        type=COUNTRIES,
        metavar="NP,BT",
        help="More countries whose phones get codes by SMS, besides OTP_COUNTRIES; `none`: no others.",
    ),
    click.option(
        "--waiting-list",
        type=click.BOOL,
        metavar="on|off",
        help="Let people wait for a place on a day that is full; off where nothing is said.",
    ),
    click.option(
        "--form",
        type=click.Choice(["off", "team", "on"]),
        help="Offer the questions as a form inside WhatsApp too: to the event's team on trial, or to everybody; off "
        "where nothing is said. `templates sync` makes it.",
    ),
    click.option("--retention-days", type=LIMIT, metavar="DAYS", help="Days that data is kept after the last day."),
)


FIELDS = {
    "name_in": "names",
    "venue_in": "venues",
    "organiser_in": "organisers",
    "purpose_in": "purposes",
    "registration_opens": "registration_opens_at",
}
"""Options whose field is named otherwise."""


def given(ctx: click.Context) -> dict[str, Any]:
    """The event's fields as typed; an option that was not typed is not among them."""
    options = {name: value for name, value in ctx.params.items() if name != "slug" and typed(ctx, name)}
    if "hours" in options:
        options["opens"], options["closes"] = options.pop("hours")
    if options.get("colour") == NO_LIMIT:
        options["colour"] = ""
    fields = {FIELDS.get(name, name): value for name, value in options.items()}
    return {name: dict(value) if name in _BY_LANGUAGE else value for name, value in fields.items()}


_BY_LANGUAGE = ("names", "venues", "organisers", "purposes", "consent", "notice")


def completed(fields: dict[str, Any], event: "Event") -> dict[str, Any]:
    """The fields with what the event already has in the other languages, and moments in the event's zone."""
    whole = dict(fields)
    kept = {"names": event.names, "venues": event.venues, **event.texts}
    for name in _BY_LANGUAGE:
        if name in fields:
            whole[name] = {**kept.get(name, {}), **fields[name]}
    if fields.get("registration_opens_at"):
        zone = ZoneInfo(fields.get("timezone", event.timezone))
        whole["registration_opens_at"] = fields["registration_opens_at"].replace(tzinfo=zone)
    return whole


def opened_pictures(fields: dict[str, Any]) -> dict[str, Any]:
    """The pictures among the fields, checked before anything is locked. Raises Refused."""
    from bot.domain.events import identity, validation

    return validation.checked({name: fields[name] for name in identity.KINDS if name in fields})
