"""The fields of an event that `events set` can change, in four parts, each a page that is saved by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import Blueprint, abort, request

from bot.domain import audit, edit_conflict, events
from bot.domain.events import validation as event_validation
from bot.domain.models import Event
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import LANGUAGES, _
from flows.text.languages import SOURCE
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.inputs import FormField, UnreadableInput
from webhooks.staff.manage.layout import Answer, Texts, admin, changing, done, form, refusal_text, typed

CONSENT_NOTE = _("People agree to this when they register. If you change it, new registrations agree to the new text.")


@dataclass(frozen=True, slots=True)
class SettingsPart:
    """A page of settings, which is saved by itself."""

    title: Sentence
    inputs: tuple[FormField, ...]


PARTS: Mapping[str, SettingsPart] = {
    "basics": SettingsPart(
        _("Basics"),
        (
            FormField("name", _("Name"), needed=True),
            FormField("names", _("Name in {language}"), "by_language"),
            FormField("languages", _("Languages"), "several", options=LANGUAGES),
        ),
    ),
    "days": SettingsPart(
        _("Places and days"),
        (
            FormField("venue", _("Place")),
            FormField("venues", _("Place in {language}"), "by_language"),
            FormField("starts_on", _("First day"), "date", needed=True),
            FormField("ends_on", _("Last day"), "date", _("You cannot remove a day that has passes."), needed=True),
            FormField("opens", _("Opens"), "time", _("For every day. Leave both empty for no fixed hours.")),
            FormField(
                "closes", _("Closes"), "time", _("If this is before the opening time, the day ends after midnight.")
            ),
            FormField("map_url", _("Link to a map"), "url"),
            FormField("timezone", _("Time zone"), help=_("For example, Asia/Kolkata."), needed=True),
        ),
    ),
    "passes": SettingsPart(
        _("Passes"),
        (
            FormField(
                "registration_opens_at",
                _("Registration opens"),
                "datetime-local",
                _("In the event's time zone. Leave empty to open immediately."),
            ),
            FormField(
                "capacity_per_day",
                _("People a day"),
                "number",
                _("Leave empty for no limit. Days with their own limit keep it."),
            ),
            FormField("max_party", _("Most people on one pass"), "number", needed=True),
            FormField(
                "policy",
                _("Entry rule"),
                "choice",
                options=display.POLICY_NAMES,
            ),
            FormField(
                "waiting_list",
                _("Waiting list"),
                "choice",
                _("People who ask for a full day can wait. A place that comes free is offered to them in order."),
                options={"True": _("on"), "False": _("off")},
            ),
            FormField(
                "form",
                _("Form inside WhatsApp"),
                "choice",
                _("All questions on one page in the chat. Try it with the team first."),
                options={"off": _("off"), "team": _("only for the team"), "on": _("on")},
            ),
        ),
    ),
    "data": SettingsPart(
        _("Data protection"),
        (
            FormField("organiser", _("Organiser, responsible for the event and visitors' data"), help=CONSENT_NOTE),
            FormField("organisers", _("Organiser in {language}"), "by_language"),
            FormField("purpose", _("Purpose of the data"), help=CONSENT_NOTE),
            FormField("purposes", _("Purpose of the data in {language}"), "by_language"),
            FormField(
                "complaints",
                _("Contact for questions and complaints"),
                help=_("An email address, phone number or web page. {agreed}", agreed=CONSENT_NOTE),
            ),
            FormField("retention_days", _("Days data is kept after the event"), "number"),
            FormField(
                "otp_countries",
                _("Other countries that get SMS codes"),
                help=_("Two letters for each country, such as NP, BT. Every code costs money."),
            ),
        ),
    ),
}
"""The pages by the name in their addresses."""
EMPTY_TEXTS = {"starts_on": inputs.NO_DATE, "ends_on": inputs.NO_DATE, "max_party": inputs.NO_NUMBER}
FIELD_OF_REFUSAL = {
    "bad_dates": "ends_on",
    "too_many_days": "ends_on",
    "day_has_passes": "ends_on",
    "capacity_below_taken": "capacity_per_day",
    "bad_hours": "closes",
    "zone_in_use": "timezone",
}
"""The input at which a refusal of the whole form is shown, by code."""
MAX_NAMED_DAYS = 10
"""Days that keep their hours of which is told; the page of days has them all."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/settings/<part>`."""

    @blueprint.get("/<slug>/settings/<part>")
    @admin
    def settings(slug: str, part: str) -> Answer:
        chosen = PARTS.get(part) or abort(404)
        return _page(service.database.ask(events.by_slug, slug), chosen)

    @blueprint.post("/<slug>/settings/<part>")
    @admin
    def save_settings(slug: str, part: str) -> Answer:
        chosen = PARTS.get(part) or abort(404)
        now = service.database.ask(events.by_slug, slug)
        given = {name: typed(name) for name in _labels(now, chosen)}
        if "languages" in given:
            given["languages"] = _languages(now)
        values, wrong = _checked(given, now, chosen)
        if wrong:
            return _page(now, chosen, given, wrong)
        try:
            with changing(service, audit.EVENT_CHANGED, now) as db:
                said = _saved(events.change(db, slug, **values), (now.opens, now.closes))
        except Refused as no:
            return _refused(service, slug, part, given, no)
        return done("manage.settings", said, part=part)


def _languages(event: Event) -> str:
    """The languages that are ticked: in the event's order, in which visitors are offered them, new ones behind."""
    ticked = request.form.getlist("languages")
    return " ".join(dict.fromkeys([*(code for code in event.languages if code in ticked), *ticked]))


def _saved(event: Event, hours: tuple[time | None, time | None]) -> Sentence:
    """Says that it is saved; after a change of hours also which days keep their own."""
    own = events.with_own_hours(event)
    if not own or (event.opens, event.closes) == hours:
        return _("Saved.")
    told = [f"{display.day(row.day)} {display.hours(row.opens, row.closes)}" for row in own[:MAX_NAMED_DAYS]]
    more = ["…"] if len(own) > MAX_NAMED_DAYS else []
    return _("Saved. These days keep their own hours: {days}.", days=", ".join([*told, *more]))


def _others(event: Event) -> dict[str, str]:
    """The event's languages besides the first in which its texts are kept, by code."""
    return {code: LANGUAGES[code] for code in event.languages if code != SOURCE and code in LANGUAGES}


def _labels(event: Event, part: SettingsPart) -> dict[str, Sentence]:
    """The label of every input, by its name; a translated field has one for each language."""
    labels: dict[str, Sentence] = {}
    for field in part.inputs:
        if field.kind == "by_language":
            for code, name in _others(event).items():
                labels[f"{field.name}-{code}"] = field.label.filled(language=name)
        else:
            labels[field.name] = field.label
    return labels


def _current_texts(event: Event, part: SettingsPart) -> dict[str, str]:
    """The inputs' values from the event as it is."""
    texts: dict[str, str] = {}
    for field in part.inputs:
        if field.kind == "by_language":
            texts |= {f"{field.name}-{code}": getattr(event, field.name).get(code, "") for code in _others(event)}
        elif field.kind == "several":
            texts[field.name] = " ".join(getattr(event, field.name))
        else:
            texts[field.name] = inputs.format_value(getattr(event, field.name), event.timezone)
    return texts


def _checked(given: Texts, event: Event, part: SettingsPart) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that can be kept, and what is wrong, by input."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    zone = given.get("timezone", "").strip() or event.timezone
    for field in part.inputs:
        try:
            values |= event_validation.checked({field.name: _value(field, given, zone, event)})
        except UnreadableInput as no:
            wrong[field.name] = refusal_text(no)
        except Refused as no:
            wrong[f"{field.name}-{next(iter(_others(event)))}" if field.kind == "by_language" else field.name] = (
                refusal_text(no)
            )
    return values, wrong


def _value(field_: FormField, given: Texts, zone: str, event: Event) -> Any:
    if field_.kind == "several":
        return given[field_.name].split()
    if field_.kind == "by_language":
        texts = getattr(event, field_.name) | {code: given[f"{field_.name}-{code}"].strip() for code in _others(event)}
        return {code: text for code, text in texts.items() if text}
    value = inputs.read(field_.kind, given[field_.name], zone)
    if value is None and field_.name in EMPTY_TEXTS:
        raise UnreadableInput(EMPTY_TEXTS[field_.name])
    return value


def _refused(service: Service, slug: str, name: str, given: Texts, no: Refused) -> Answer:
    part = PARTS[name]
    with service.database.read() as db:
        now = events.by_slug(db, slug)
        if no.code == "changed_meanwhile" and _same(given, _current_texts(now, part)):
            return done("manage.settings", _("Saved."), part=name)  # sent twice
        return _page(
            now,
            part,
            given,
            {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)},
            beside=no.code == "changed_meanwhile",
        )


def _same(given: Texts, now: Texts) -> bool:
    return all(" ".join(text.split()) == " ".join(now[name].split()) for name, text in given.items())


def _page(
    event: Event, part: SettingsPart, given: Texts | None = None, wrong: Texts | None = None, *, beside: bool = False
) -> Answer:
    """The form; `beside` what was typed stands what is there now, where that differs."""
    return form(
        "settings/fields",
        _current_texts(event, part),
        given,
        wrong,
        beside=beside,
        title=part.title,
        inputs=part.inputs,
        labels=_labels(event, part),
        others=_others(event),
        seen=edit_conflict.fingerprint(event),
    )
