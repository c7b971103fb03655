"""`/staff/events/new` and `/staff/events/<slug>/copy`: an owner makes an event, from nothing or as another was."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, url_for
from sqlalchemy.orm import Session

from bot.domain import audit, events, roster
from bot.domain.events import clone as events_clone
from bot.domain.events import validation as event_validation
from bot.domain.models import Event
from bot.errors import Refused
from bot.service import Service
from flows.text import LANGUAGES, _
from webhooks import limits
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.inputs import FormField, UnreadableInput
from webhooks.staff.manage.layout import (
    RATE_LIMIT,
    Answer,
    Texts,
    audited,
    done,
    form,
    judged,
    or_404,
    refusal_text,
    typed,
)
from webhooks.staff.session import OWNER, go_to, require_role, user

NAME = FormField("name", _("Name"), help=_("As visitors read it."), needed=True)
HINDI_NAME = FormField("names", _("Name in {language}", language=LANGUAGES["hi"]), help=_("May be left empty."))
SLUG = FormField(
    "slug",
    _("Short name"),
    help=_(
        "Stands in links and messages, such as book-fair: small letters, digits, hyphens. Leave empty to use the name. "
        "It stays."
    ),
)
FIRST_DAY = FormField("starts_on", _("First day"), "date", needed=True)
NEW_INPUTS = (
    NAME,
    HINDI_NAME,
    FIRST_DAY,
    FormField("ends_on", _("Last day"), "date", _("Leave empty if there is only one day.")),
    FormField("opens", _("Opens"), "time", _("For every day. Leave both empty for no fixed hours.")),
    FormField("closes", _("Closes"), "time", _("If this is before the opening time, the day ends after midnight.")),
    FormField("venue", _("Place")),
    FormField("capacity_per_day", _("People a day"), "number", _("Leave empty for no limit.")),
    SLUG,
)
COPY_INPUTS = (NAME, SLUG, FIRST_DAY)
JOIN = "join"
"""The tick by which the owner is put into the event's team: who is in no team gets no report and opens no scanner."""
FIELD_OF_REFUSAL = {
    "slug_taken": "slug",
    "bad_slug": "slug",
    "bad_name": "name",
    "bad_dates": "ends_on",
    "too_many_days": "ends_on",
    "bad_hours": "closes",
}
"""The input at which a refusal is shown, by code."""
MADE = _("{name} is created. Registration is closed until you open it.")
OVER = _("{name} is created. Its last day, {last}, is past: nobody can register.")

Made = Callable[[Session, Mapping[str, Any]], Event]


def routes(blueprint: Blueprint, service: Service) -> None:
    """The two forms; for owners."""

    @blueprint.get("/events/new")
    @require_role(OWNER)
    def new_event() -> Any:
        return _page(NEW_INPUTS)

    @blueprint.post("/events/new")
    @require_role(OWNER)
    def make_event() -> Any:
        def make(db: Session, values: Mapping[str, Any]) -> Event:
            return events.create(
                db, now=service.now(), **{**values, "ends_on": values["ends_on"] or values["starts_on"]}
            )

        return _answer(service, NEW_INPUTS, audit.EVENT_MADE, make)

    @blueprint.get("/events/<slug>/copy")
    @require_role(OWNER)
    def copy_event(slug: str) -> Any:
        like = service.database.ask(or_404, events.by_slug, slug)
        return _page(COPY_INPUTS, {"name": like.name}, like=like)

    @blueprint.post("/events/<slug>/copy")
    @require_role(OWNER)
    def make_copy(slug: str) -> Any:
        like = service.database.ask(or_404, events.by_slug, slug)

        def make(db: Session, values: Mapping[str, Any]) -> Event:
            named, begins = values["name"], values["starts_on"]
            return events_clone.clone(db, like.slug, values["slug"], name=named, starts_on=begins, now=service.now())

        return _answer(service, COPY_INPUTS, audit.EVENT_COPIED, make, like=like)


def _answer(
    service: Service, fields: Sequence[FormField], act: str, make: Made, *, like: Event | None = None
) -> Answer:
    """Make the event and go to it; else the form as it was typed, with what is wrong."""
    limits.spend(RATE_LIMIT, "manage", user().key)
    given = {field.name: typed(field.name).strip() for field in fields}
    values, wrong = judged(given, lambda name: _value(fields, name, given))
    joins = bool(typed(JOIN))
    if wrong:
        return _page(fields, given, wrong, like=like, joins=joins)
    try:
        with audited(service, act, of_event=False) as db:
            made = make(db, values)
            if joins:
                me, region = user().holder, service.settings.default_region
                roster.add(db, made.slug, phone=me.phone, name=me.name, role="admin", region=region, now=service.now())
            pattern = OVER if events.is_over(made, service.now()) else MADE
            said = pattern.filled(name=display.name(made), last=display.day(made.ends_on))
    except Refused as no:
        if no.code != "slug_taken" or not _is_sent_twice(service, values):
            wrong = {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)}
            return _page(fields, given, wrong, like=like, joins=joins)
        said = MADE.filled(name=values["name"])
    go_to(values["slug"])
    return done("manage.event", said)


def _value(fields: Sequence[FormField], name: str, given: Texts) -> Any:
    """The value of an input. Raises UnreadableInput, Refused."""
    field = next(field for field in fields if field.name == name)
    if field is SLUG:
        return _slug(given[name] or events.gate_slug(given["name"])[: event_validation.MAX_SLUG_LENGTH].strip("-"))
    if field is HINDI_NAME:
        return event_validation.checked({"names": {"hi": given["names"]}})["names"] if given["names"] else {}
    value = inputs.read(field.kind, given[name], events.DEFAULTS["timezone"])
    if value is None and field.needed:
        raise UnreadableInput(inputs.NO_DATE)
    return value if value is None else event_validation.checked({name: value})[name]


def _slug(text: str) -> str:
    if not text:
        raise UnreadableInput(_("Enter a short name in letters a to z and digits: the name has none of them."))
    return event_validation.slug(text)


def _is_sent_twice(service: Service, values: Mapping[str, Any]) -> bool:
    """Whether there is exactly this event: then the form was sent twice."""
    with service.database.read() as db:
        there = events.by_slug(db, values["slug"])
        return (there.name, there.starts_on) == (values["name"], values["starts_on"])


def _page(
    fields: Sequence[FormField],
    given: Texts | None = None,
    wrong: Texts | None = None,
    *,
    like: Event | None = None,
    joins: bool = True,
) -> Answer:
    labels = {field.name: field.label for field in fields}
    return form(
        "setup/new_event",
        dict.fromkeys(labels, ""),
        given,
        wrong,
        labels=labels,
        fields=fields,
        like=display.name(like) if like else "",
        join=JOIN,
        joins=joins,
        back=url_for("manage.event", slug=like.slug) if like else url_for("manage.list"),
    )
