"""The page of days: capacity, hours, and whether the day takes place."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from bot.domain import audit, edit_conflict, events
from bot.domain.events import validation as event_validation
from bot.domain.models import Event, EventDay
from bot.errors import Refused
from bot.service import Service
from flows.text import _
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.layout import Answer, acting, admin, done, form, judged, page, typed, why

KINDS = {"capacity": "number", "opens": "time", "closes": "time"}
AT = {"capacity_below_taken": "capacity", "bad_capacity": "capacity", "bad_hours": "closes"}
"""The input at which a refusal is shown, by code."""
Texts = Mapping[str, str]


def doors(door: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/days` and each of them."""

    @door.get("/<slug>/days")
    @admin
    def days(slug: str) -> Answer:
        with service.database.read() as db:
            rows = [_row(one) for one in events.by_slug(db, slug).days]
        return page("days", days=rows)

    @door.get("/<slug>/days/<day>", endpoint="day")
    @admin
    def form(slug: str, day: str) -> Answer:
        with service.database.read() as db:
            event, row = _found(db, slug, day)
        return _page(event, row)

    @door.post("/<slug>/days/<day>")
    @admin
    def save_day(slug: str, day: str) -> Answer:
        given = {name: typed(name).strip() for name in KINDS} | {"closed": typed("closed")}
        with service.database.read() as db:
            event, row = _found(db, slug, day)
        values, wrong = _judged(given)
        if wrong:
            return _page(event, row, given, wrong)
        try:
            with acting(service, audit.DAY_CHANGED) as db:
                edit_conflict.expect(db, row, request.form.get("seen", ""))
                events.set_day(db, slug, row.day, **values)
        except Refused as no:
            return _refused(service, slug, day, given, no)
        return done("manage.days", _("{day} is saved.", day=display.day(row.day)))


def _found(db: Session, slug: str, day: str) -> tuple[Event, EventDay]:
    event = events.by_slug(db, slug)
    return event, next((one for one in event.days if one.day.isoformat() == day), None) or abort(404)


def _row(one: EventDay) -> dict[str, Any]:
    return {
        "id": one.day.isoformat(),
        "day": display.weekday(one.day),
        "people": display.number(one.taken, ""),
        "with_pass": display.with_pass(one.taken),
        "capacity": display.number(one.capacity, _("no limit")),
        "left": "" if one.capacity is None else display.number(max(one.capacity - one.taken, 0), ""),
        "hours": display.hours(one.opens, one.closes, _("the event's")),
        "closed": one.closed,
    }


def _judged(given: Texts) -> tuple[dict[str, Any], dict[str, str]]:
    """The arguments of set_day, and what is wrong, by input."""
    values, wrong = judged(KINDS, lambda name: inputs.read(KINDS[name], given[name], "UTC"))
    try:
        if not wrong:
            event_validation.capacity(values["capacity"])
            event_validation.hours(values["opens"], values["closes"])
    except Refused as no:
        wrong[AT[no.code]] = why(no)
    hours = values.pop("opens", None), values.pop("closes", None)
    return {**values, "hours": hours, "closed": given["closed"] == "1"}, wrong


def _now(row: EventDay) -> dict[str, str]:
    return {**{name: inputs.shown(getattr(row, name), "UTC") for name in KINDS}, "closed": "1" if row.closed else ""}


def _refused(service: Service, slug: str, day: str, given: Texts, no: Refused) -> Answer:
    with service.database.read() as db:
        event, row = _found(db, slug, day)
    if no.code == "changed_meanwhile" and given == _now(row):
        return done("manage.days", _("{day} is saved.", day=display.day(row.day)))  # sent twice
    return _page(event, row, given, {AT.get(no.code, ""): why(no)}, beside=no.code == "changed_meanwhile")


def _page(
    event: Event,
    row: EventDay,
    given: Texts | None = None,
    wrong: Mapping[str, str] | None = None,
    *,
    beside: bool = False,
) -> Answer:
    told: dict[str, Any] = {"event": event, "day": _row(row), "seen": edit_conflict.mark(row)}
    return form("day", _now(row), given, wrong, beside=beside, **told)
