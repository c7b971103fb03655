"""The page of days: capacity, hours, and cancelling one."""

from typing import Any

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from bot.domain import audit, edit_conflict, events
from bot.domain.events import validation as event_validation
from bot.domain.models import Event, EventDay
from bot.errors import Refused
from bot.service import Service
from flows.text import _
from webhooks.i18n import say
from webhooks.staff.dashboard.texts import WAITING
from webhooks.staff.manage import display, inputs, switches
from webhooks.staff.manage.layout import (
    Answer,
    Texts,
    admin,
    changing,
    done,
    form,
    judged,
    page,
    refusal_text,
    typed,
)
from webhooks.staff.manage.switches import EventSwitch, ask_first, tell_them, who_is_told

INPUT_KINDS = {"capacity": "number", "opens": "time", "closes": "time"}
FIELD_OF_REFUSAL = {"capacity_below_taken": "capacity", "bad_capacity": "capacity", "bad_hours": "closes"}
"""The input at which a refusal is shown, by code."""
SWITCHES = {
    "cancel": EventSwitch(
        audit.DAY_CANCELLED,
        _("Cancel this day"),
        _("{day} is cancelled."),
        lambda row: row.closed,
        _("Nobody can choose this day, and its passes are not valid. You can open the day again."),
        grave=True,
    ),
    "open": EventSwitch(
        audit.DAY_CHANGED,
        _("Open this day again"),
        _("{day} is open again."),
        lambda row: not row.closed,
        _("People can choose this day, and its passes are valid again."),
    ),
}


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/days` and each of them."""

    @blueprint.get("/<slug>/days")
    @admin
    def days(slug: str) -> Answer:
        return _list(service, slug)

    @blueprint.get("/<slug>/days/<day>", endpoint="day")
    @admin
    def form(slug: str, day: str) -> Answer:
        event, row = service.database.ask(_find_day, slug, day)
        return _page(event, row)

    @blueprint.post("/<slug>/days/<day>")
    @admin
    def save_day(slug: str, day: str) -> Answer:
        given = {name: typed(name).strip() for name in INPUT_KINDS}
        event, row = service.database.ask(_find_day, slug, day)
        values, wrong = _checked(given)
        if wrong:
            return _page(event, row, given, wrong)
        try:
            with changing(service, audit.DAY_CHANGED, row) as db:
                events.set_day(db, slug, row.day, **values)
        except Refused as no:
            return _refused(service, slug, day, given, no)
        return done("manage.days", _("{day} is saved.", day=display.day(row.day)))

    @blueprint.get("/<slug>/days/<day>/<what>")
    @admin
    def ask_day(slug: str, day: str, what: str) -> Answer:
        switch = switches.find(SWITCHES, what)
        _event, row = service.database.ask(_find_day, slug, day)
        return ask_first(
            switch, display.day(row.day), row, "manage.days", who_is_told(row.taken) if switch.grave else ()
        )

    @blueprint.post("/<slug>/days/<day>/<what>")
    @admin
    def switch_day(slug: str, day: str, what: str) -> Answer:
        switch = switches.find(SWITCHES, what)
        _event, row = service.database.ask(_find_day, slug, day)
        said = switch.done_text.filled(day=display.day(row.day))
        people = row.taken if what == "cancel" and not switch.is_so(row) else 0
        try:
            switches.throw(service, switch, row, lambda db: events.set_day(db, slug, row.day, closed=what == "cancel"))
        except Refused as no:
            return _list(service, slug, refusal_text(no))
        return tell_them(said, people, "day_cancelled", "manage.days", days=day)


def _list(service: Service, slug: str, problem: str = "") -> Answer:
    with service.database.read() as db:
        rows = [_row(event_day) for event_day in events.by_slug(db, slug).days]
    return page("days", days=rows, words=SWITCHES, problem=problem)


def _find_day(db: Session, slug: str, day: str) -> tuple[Event, EventDay]:
    event = events.by_slug(db, slug)
    return event, next((event_day for event_day in event.days if event_day.day.isoformat() == day), None) or abort(404)


def _row(event_day: EventDay) -> dict[str, Any]:
    return {
        "id": event_day.day.isoformat(),
        "day": display.weekday(event_day.day),
        "people": display.number(event_day.taken, ""),
        "with_pass": display.with_pass(event_day.taken),
        "capacity": display.number(event_day.capacity, _("no limit")),
        "left": _left(event_day),
        "hours": display.hours(event_day.opens, event_day.closes, _("the event's hours")),
        "closed": event_day.closed,
    }


def _left(row: EventDay) -> str:
    """The places that are left, and how many registrations wait for one."""
    if row.capacity is None:
        return ""
    left = display.number(max(row.capacity - row.taken - row.held, 0), "")
    return f"{left} · {say(WAITING.filled(count=row.waiting))}" if row.waiting else left


def _checked(given: Texts) -> tuple[dict[str, Any], dict[str, str]]:
    """The arguments of set_day, and what is wrong, by input."""
    values, wrong = judged(INPUT_KINDS, lambda name: inputs.read(INPUT_KINDS[name], given[name], "UTC"))
    try:
        if not wrong:
            event_validation.capacity(values["capacity"])
            event_validation.hours(values["opens"], values["closes"])
    except Refused as no:
        wrong[FIELD_OF_REFUSAL[no.code]] = refusal_text(no)
    hours = values.pop("opens", None), values.pop("closes", None)
    return {**values, "hours": hours}, wrong


def _current_texts(row: EventDay) -> dict[str, str]:
    return {name: inputs.format_value(getattr(row, name), "UTC") for name in INPUT_KINDS}


def _refused(service: Service, slug: str, day: str, given: Texts, no: Refused) -> Answer:
    event, row = service.database.ask(_find_day, slug, day)
    if no.code == "changed_meanwhile" and given == _current_texts(row):
        return done("manage.days", _("{day} is saved.", day=display.day(row.day)))  # sent twice
    return _page(
        event, row, given, {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)}, beside=no.code == "changed_meanwhile"
    )


def _page(
    event: Event,
    row: EventDay,
    given: Texts | None = None,
    wrong: Texts | None = None,
    *,
    beside: bool = False,
) -> Answer:
    seen = edit_conflict.fingerprint(row)
    return form("day", _current_texts(row), given, wrong, beside=beside, event=event, day=_row(row), seen=seen)
