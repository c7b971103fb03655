"""The form with all fields that `events set` can change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any

from flask import Blueprint, request

from bot.domain import audit, edit_conflict, events
from bot.domain.events import validation as event_validation
from bot.domain.models import Event
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import LANGUAGES, _
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.inputs import Input, Unreadable
from webhooks.staff.manage.layout import Answer, acting, admin, done, form, typed, why

OTHERS = {code: name for code, name in LANGUAGES.items() if code != "en"}
AGREED = _("Part of what people agree to: a change asks whoever registers from now on for it anew.")
INPUTS = (
    Input("name", _("Name"), needed=True),
    Input("names", _("Name in {language}"), "by_language"),
    Input("starts_on", _("First day"), "date", needed=True),
    Input("ends_on", _("Last day"), "date", _("A day that has passes cannot be taken away."), needed=True),
    Input("opens", _("Opens"), "time", _("For every day; leave both empty for no hours.")),
    Input("closes", _("Closes"), "time", _("Before the opening hour: the day goes on into the night.")),
    Input("venue", _("Place")),
    Input("venues", _("Place in {language}"), "by_language"),
    Input("map_url", _("Map, as a web address"), "url"),
    Input(
        "capacity_per_day", _("People a day"), "number", _("Empty: no limit. Days with a limit of their own keep it.")
    ),
    Input("max_party", _("Largest party on one pass"), "number", needed=True),
    Input(
        "policy",
        _("A pass enters"),
        "choice",
        options=display.POLICIES,
    ),
    Input("timezone", _("Time zone"), help=_("Such as Asia/Kolkata."), needed=True),
    Input(
        "registration_opens_at", _("Registration opens"), "datetime-local", _("In the event's zone. Empty: at once.")
    ),
    Input("languages", _("Languages offered"), "several", options=LANGUAGES),
    Input("organiser", _("Who answers for the event and its visitors' data"), help=AGREED),
    Input("purpose", _("What these data are asked for"), help=AGREED),
    Input(
        "complaints", _("Where somebody complains"), help=_("An address, a number or a page. {agreed}", agreed=AGREED)
    ),
    Input(
        "otp_countries",
        _("More countries whose phones get codes by SMS"),
        help=_("Two letters each, such as NP, BT. Each code costs money."),
    ),
    Input("retention_days", _("Days for which data are kept after the end"), "number"),
)
NOT_EMPTY = {"starts_on": inputs.NO_DATE, "ends_on": inputs.NO_DATE, "max_party": inputs.NO_NUMBER}
AT = {
    "bad_dates": "ends_on",
    "too_many_days": "ends_on",
    "day_has_passes": "ends_on",
    "capacity_below_taken": "capacity_per_day",
    "bad_hours": "closes",
    "zone_in_use": "timezone",
}
"""The input at which a refusal of the whole form is shown, by code."""
MOST_TOLD = 10
"""Days that keep their hours of which is told; the page of days has them all."""
Texts = Mapping[str, str]


def doors(door: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/fields`."""

    @door.get("/<slug>/fields")
    @admin
    def fields(slug: str) -> Answer:
        with service.database.read() as db:
            return _page(events.by_slug(db, slug))

    @door.post("/<slug>/fields", endpoint="save_fields")
    @admin
    def save(slug: str) -> Answer:
        given = {name: typed(name) for name in _names()} | {"languages": " ".join(request.form.getlist("languages"))}
        with service.database.read() as db:
            now = events.by_slug(db, slug)
        values, wrong = _judged(given, now.timezone)
        if wrong:
            return _page(now, given, wrong)
        try:
            with acting(service, audit.EVENT_CHANGED) as db:
                edit_conflict.expect(db, now, request.form.get("seen", ""))
                said = _saved(events.change(db, slug, **values), (now.opens, now.closes))
        except Refused as no:
            return _refused(service, slug, given, no)
        return done("manage.event", said)


def _saved(event: Event, hours: tuple[time | None, time | None]) -> Sentence:
    """Says that it is saved; after a change of hours also which days keep their own."""
    own = events.with_own_hours(event)
    if not own or (event.opens, event.closes) == hours:
        return _("Saved.")
    told = [f"{display.day(row.day)} {display.hours(row.opens, row.closes)}" for row in own[:MOST_TOLD]]
    more = ["…"] if len(own) > MOST_TOLD else []
    return _("Saved. These days keep hours of their own: {days}.", days=", ".join([*told, *more]))


def _names() -> list[str]:
    """The names of all inputs; a translated field has one for each language."""
    plain = [one.name for one in INPUTS if one.kind != "by_language"]
    return plain + [f"{one.name}-{code}" for one in INPUTS if one.kind == "by_language" for code in OTHERS]


def _labels() -> dict[str, Sentence]:
    """The label of every input."""
    labels = {one.name: one.label for one in INPUTS if one.kind != "by_language"}
    for one in INPUTS:
        if one.kind == "by_language":
            for code, name in OTHERS.items():
                labels[f"{one.name}-{code}"] = replace(one.label, params={"language": name})
    return labels


def _now(event: Event) -> dict[str, str]:
    """The inputs' values from the event as it is."""
    texts = {f"{name}-{code}": getattr(event, name).get(code, "") for name in ("names", "venues") for code in OTHERS}
    plain = {one.name: inputs.of(event, one.name) for one in INPUTS if one.kind != "by_language"}
    return {**plain, **texts, "languages": " ".join(event.languages)}


def _judged(given: Texts, zone: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that can be kept, and what is wrong, by input."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    zone = given["timezone"].strip() or zone
    for one in INPUTS:
        try:
            values |= event_validation.checked({one.name: _value(one, given, zone)})
        except Unreadable as no:
            wrong[one.name] = why(no)
        except Refused as no:
            wrong[f"{one.name}-{next(iter(OTHERS))}" if one.kind == "by_language" else one.name] = why(no)
    return values, wrong


def _value(one: Input, given: Texts, zone: str) -> Any:
    if one.kind == "several":
        return given[one.name].split()
    if one.kind == "by_language":
        texts = {code: given[f"{one.name}-{code}"].strip() for code in OTHERS}
        return {code: text for code, text in texts.items() if text}
    value = inputs.read(one.kind, given[one.name], zone)
    if value is None and one.name in NOT_EMPTY:
        raise Unreadable(NOT_EMPTY[one.name])
    return value


def _refused(service: Service, slug: str, given: Texts, no: Refused) -> Answer:
    with service.database.read() as db:
        now = events.by_slug(db, slug)
        if no.code == "changed_meanwhile" and _same(given, _now(now)):
            return done("manage.event", _("Saved."))  # sent twice
        return _page(now, given, {AT.get(no.code, ""): why(no)}, beside=no.code == "changed_meanwhile")


def _same(given: Texts, now: Texts) -> bool:
    return all(" ".join(text.split()) == " ".join(now[name].split()) for name, text in given.items())


def _page(
    event: Event, given: Texts | None = None, wrong: Mapping[str, str] | None = None, *, beside: bool = False
) -> Answer:
    """The form; `beside` what was typed stands what is there now, where that differs."""
    told: dict[str, Any] = {"inputs": INPUTS, "labels": _labels(), "others": OTHERS, "seen": edit_conflict.mark(event)}
    return form("fields", _now(event), given, wrong, beside=beside, name=display.name(event), **told)
